# Proofs that Vim has what it needs: asked of a Vim that runs, since `vim --version` names also what it cannot load.
# The Vim is the one that a login finds; its files are the user's. Nothing of them is written, nothing remembered.
# Given before it: common_proof.sh.
d=${d:?}

# The file that Vim reads as the user's own: the first that is there.
own_vimrc() {
  for rc in "$HOME/.vimrc" "$HOME/.vim/vimrc" "${XDG_CONFIG_HOME:-$HOME/.config}/vim/vimrc"; do
    if [ -f "$rc" ]; then
      printf '%s\n' "$rc"
      return
    fi
  done
  echo NORC
}
vimrc=$(own_vimrc)

# run_vim LIMIT WORD...: what the proof's Vim has seen is in $SEEN.
run_vim() {
  limit=$1
  shift
  export SEEN="$d/seen" SHELL="$PREFIX/bin/sh" PATH="$HOME/.local/bin:$PATH:$HOME/go/bin"
  rc=0
  timeout -k 5 "$limit" vim -N -u "$vimrc" -i NONE -n -es --cmd 'set nobackup noundofile' \
    --cmd 'let g:go_template_autocreate = 0' "$@" >"$d/log" 2>&1 </dev/null || rc=$?
  [ -s "$SEEN" ] && return
  say "Vim does not come through its own files (exit status $rc): $(tr -d '\r' <"$d/log" | head -n 3 | tr '\n' ' ')"
  exit 1
}

# vim_proof WANT...: each is a feature (python3), a command (GoBuild) or a setting (encoding=utf-8). No gopls is started.
vim_proof() {
  run_vim 40 --startuptime "$d/startup" --cmd 'let g:go_gopls_enabled = 0' "$d/main.go" -S "$d/proof.vim"
  lacking='' line=''
  for want; do
    case $want in *=*) is=$want word=${want#*=} ;; *) is="$want=1" word=$want ;; esac
    if grep -qxiF -e "$is" "$SEEN"; then line="$line $word"; else lacking="$lacking ${want%%=*}"; fi
  done
  if [ -z "$lacking" ]; then
    gopls=$(sed -n 's/^gopls=//p' "$SEEN")
    case $gopls in '' | "$PREFIX"/*) ;; *) line="$line (vim-go takes $gopls)" ;; esac
    # Until Vim would wait for a key; what the proof itself does comes before that and is hardly anything.
    took=$(sed -n 's/^0*\([0-9][0-9]*\)\..*/\1/p' "$d/startup" 2>/dev/null | tail -n 1)
    say "${line# }${took:+, up in $took ms}"
    return
  fi
  say "missing:$lacking.$(vim_advice "$lacking")"
  exit 1
}

vim_advice() { # vim_advice WORDS: what helps against the first that is missing
  case $1 in
    *python3*)
      say " Vim loads Python when it runs: is the package python there, and of the version that Vim was built for?" \
        "After a new Python the package vim is rebuilt some days later; vim_build does it on the phone." ;;
    *lua*) say " Vim loads LuaJIT when it runs: is the package luajit there?" ;;
    *encoding*) say " It is $(sed -n 's/^encoding=//p' "$SEEN"): a line of your own in $vimrc sets it." ;;
    *GoBuild*) say " Opening a .go file does not load vim-go: is 'filetype plugin on' undone in $vimrc?" ;;
  esac
}

# go_beside: for a Vim that starts Go and gopls: their caches and notes go where the rest goes, but for Go's own cache.
go_beside() {
  PATH=$HOME/.local/bin:$PATH:$HOME/go/bin
  for tool in go gopls; do
    command -v "$tool" >/dev/null || { say "$tool is not installed"; exit 77; }
  done
  GOENV=${GOENV:-$HOME/.config/go/env} GOCACHE=$(go env GOCACHE) XDG_CACHE_HOME=$d/cache GOWORK=off
  export GOENV GOCACHE XDG_CACHE_HOME GOWORK
  case $vimrc in
    */.config/vim/vimrc) ;; # found by the folder that would be another one
    *)
      export XDG_CONFIG_HOME="$d/config"
      mkdir -p -- "$d/config/go/telemetry"
      echo off >"$d/config/go/telemetry/mode" ;;
  esac
  printf 'module proof\n\ngo 1.20\n' >go.mod
}

# vim_go_works: main.go and proof.vim are there.
vim_go_works() {
  go_beside
  # A gopls of this Vim's own: one that several share would be the user's, or outlive the proof.
  export PATIENCE=60 TMPDIR="$d/tmp"
  mkdir tmp
  run_vim 280 --cmd 'let g:go_gopls_options = []' main.go -S proof.vim
  bad=$(sed -n 's/^\([A-Za-z]*\)=0 [0-9.]* /\1: /p' "$SEEN" | tr '\n' ';')
  [ -z "$bad" ] || { say "not as it should be: ${bad%;}. vim-go says: $(tr -d '\r' <log | tail -n 2 | tr '\n' ' ')"; exit 1; }
  [ "$(grep -c '=1 ' "$SEEN")" = 5 ] || { say "Vim ended in the middle (exit status $rc), after: $(tail -n 1 "$SEEN")"; exit 1; }
  # shellcheck disable=SC2046  # five words
  set -- $(sed 's/^[A-Za-z]*=1 \([0-9.]*\) .*/\1/' "$SEEN")
  say "GoDef jumps ($1 s), Ctrl-X Ctrl-O completes ($2 s), saving formats ($3 s), GoBuild finds a mistake ($4 s) and then none ($5 s)"
}

# vim_snippets: main.go and proof.vim are there.
vim_snippets() {
  run_vim 40 --cmd 'let g:go_gopls_enabled = 0' main.go -S proof.vim
  grep -q 'fmt\.Printf(' "$SEEN" || {
    say "ff does not become fmt.Printf(...) but: $(cat "$SEEN"). UltiSnips needs python3 in Vim"
    exit 1
  }
  say "ff becomes $(tr -d '\t' <"$SEEN")"
}

# vim_texts NAME...: each file of the folder is opened and saved, and is the same afterwards.
vim_texts() {
  unset LANG LC_ALL LC_CTYPE
  export FILES="$*"
  mkdir before
  cp -- "$@" before/
  run_vim 40 -S proof.vim
  line=''
  for name; do
    how=$(sed -n "s/^$name=1 //p" "$SEEN")
    [ -n "$how" ] || { say "$name is not read right: $(sed -n "s/^$name=0 /as /p" "$SEEN")"; exit 1; }
    cmp -s -- "$name" "before/$name" || { say "$name has changed by being opened and saved"; exit 1; }
    line="$line, ${how%% *}"
  done
  say "read right and saved byte for byte without LANG: ${line#, }"
}
