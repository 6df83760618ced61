# Proofs that Vim has what it needs: asked of a Vim that runs, since `vim --version` names also what it cannot load.
# Given before it (proof.sh): d, the folder of the proof, which is the working directory too.
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

# vim_proof WANT...: each is a feature (python3), a command (GoBuild) or a setting (encoding=utf-8).
# The Vim is the one that a login finds; its files are the user's. No gopls is started, no file written or remembered.
vim_proof() {
  PATH=$HOME/.local/bin:$PATH:$HOME/go/bin
  SEEN=$d/seen SHELL=$PREFIX/bin/sh
  export SEEN SHELL
  rc=0
  timeout -k 5 40 vim -N -u "$(own_vimrc)" -i NONE -n -es --cmd 'set nobackup noundofile' \
    --cmd 'let g:go_gopls_enabled = 0 | let g:go_template_autocreate = 0' \
    "$d/main.go" -S "$d/proof.vim" >"$d/log" 2>&1 </dev/null || rc=$?
  if [ ! -s "$SEEN" ]; then
    echo "Vim does not come through its own files (exit status $rc): $(tr -d '\r' <"$d/log" | head -n 3 | tr '\n' ' ')"
    exit 1
  fi
  lacking='' line=''
  for want; do
    case $want in *=*) is=$want word=${want#*=} ;; *) is="$want=1" word=$want ;; esac
    if grep -qxiF -e "$is" "$SEEN"; then line="$line $word"; else lacking="$lacking ${want%%=*}"; fi
  done
  if [ -z "$lacking" ]; then
    gopls=$(sed -n 's/^gopls=//p' "$SEEN")
    case $gopls in '' | "$PREFIX"/*) ;; *) line="$line (vim-go takes $gopls)" ;; esac
    echo "${line# }"
    return
  fi
  echo "missing:$lacking.$(vim_advice "$lacking")"
  exit 1
}

vim_advice() { # vim_advice WORDS: what helps against the first that is missing
  case $1 in
    *python3*)
      echo " Vim loads Python when it runs: is the package python there, and of the version that Vim was built for?" \
        "After a new Python the package vim is rebuilt some days later; vim_build does it on the phone." ;;
    *lua*) echo " Vim loads LuaJIT when it runs: is the package luajit there?" ;;
    *encoding*) echo " It is $(sed -n 's/^encoding=//p' "$SEEN"): a line of your own in $(own_vimrc) sets it." ;;
    *GoBuild*) echo " Opening a .go file does not load vim-go: is 'filetype plugin on' undone in $(own_vimrc)?" ;;
  esac
}
