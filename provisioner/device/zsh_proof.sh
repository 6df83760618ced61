# Proofs of zsh as a person meets it: in a terminal (script(1) makes one), with the user's own files. Nothing is typed
# but the end of input, so nothing gets into the history.
# Given before it: common_proof.sh.
d=${d:?}
# As Termux's app starts a session.
export TERM=xterm-256color COLORTERM=truecolor


# seen FILE: what a terminal would show of it, without its colours.
seen() {
  sed -e 's/\x1b\][^\x07]*\x07//g; s/\x1b\[[0-9;?]*[a-zA-Z]//g; s/\x1b[=>()][B0]\?//g; s/\r/\n/g' -- "$1"
}

# in_terminal COMMAND: its output goes to the file "screen".
in_terminal() { timeout -k 2 40 script -q -e -c "$1" /dev/null </dev/null >screen 2>&1; }

# complaints FILE: lines in which something is amiss. oh-my-zsh, compinit and the shell itself say it in these words.
complaints() {
  seen "$1" | grep -a -i -m 3 -E 'insecure|warning|not found|no such file|permission denied|parse error|bad (option|pattern)|compaudit' || :
}

# zsh_prompt THEME: the first prompt is the theme's, nothing complains before it. Without THEME oh-my-zsh is not wanted.
zsh_prompt() {
  told=$d/told log=$d/log screen=$d/screen prompt=$d/prompt
  cd "$HOME" || exit 1
  # shellcheck disable=SC2016  # it is zsh that expands
  ask='print -r -- "theme=$ZSH_THEME" "omz=$+functions[omz]" "plugins=$plugins"; print -rP -- "$PROMPT"'
  rc=0
  timeout -k 2 40 zsh -ilc "$ask" >"$told" 2>"$log" </dev/null || rc=$?
  facts=$(grep -a -m 1 '^theme=' "$told") || {
    say "zsh does not come through its own files (exit status $rc): $(tail -n 2 "$log" | tr '\n' ' ')"
    exit 1
  }
  theme=${facts#theme=} theme=${theme%% omz=*}
  case $1:$facts in
    :*) ;;
    *" omz=0 "*) say "oh-my-zsh does not load: $(tail -n 2 "$log" | tr '\n' ' ')"; exit 1 ;;
    *) [ "$theme" = "$1" ] || [ "$1" = random ] || theme="$theme, which your own .zshrc sets" ;;
  esac
  # What stands in the prompt's last line first: the rest may hold the time.
  sed '0,/^theme=/d' "$told" >"$prompt"
  want=$(seen "$prompt" | grep -a '[^ ]' | tail -n 1 | awk '{ sub(/^ */, ""); print substr($0, 1, 4) }')
  : >"$screen"
  rc=0
  # shellcheck disable=SC2094  # what the terminal shows is read, to know when to go on
  {
    n=0
    until seen "$screen" | grep -a -q -F -e "${want:-%}" || [ "$n" -ge 150 ]; do
      sleep 0.2
      n=$((n + 1))
    done
    sleep 0.2
    printf '\004'
  } | timeout -k 2 50 script -q -e -c 'zsh -il' /dev/null >"$screen" 2>&1 || rc=$?
  if ! seen "$screen" | grep -a -q -F -e "${want:-%}"; then
    say "no prompt came in a terminal: $(seen "$screen" | grep -a '[^ ]' | head -n 2 | tr '\n' ' ')"
    exit 1
  fi
  bad=$(complaints "$screen")
  [ -z "$bad" ] || { say "before the prompt it says: $bad"; exit 1; }
  line=$(seen "$prompt" | grep -a '[^ ]' | tail -n 1 | sed 's/ *$//')
  begin=$(now)
  timeout -k 2 40 zsh -ilc exit >/dev/null 2>&1 </dev/null || :
  say "$line ${theme:+(${theme}), }plugins ${facts#* plugins=}; it starts in $(($(now) - begin)) ms" | sed 's/plugins ;/no plugins;/'
}

# zsh_chinese: a Chinese file name is listed as itself.
zsh_chinese() {
  mkdir list
  : >list/中文文件.txt
  in_terminal "cd list && zsh -ilc 'ls; print -l -- *'" || {
    say "zsh in a terminal: $(seen screen | tail -n 2 | tr '\n' ' ')"
    exit 1
  }
  count=$(seen screen | grep -a -c -F 中文文件.txt) || :
  [ "$count" = 2 ] || {
    say "ls and zsh show: $(seen screen | grep -a '[^ ]' | tail -n 2 | tr '\n' ' ')(is LANG or LC_ALL set by a file of yours?)"
    exit 1
  }
  say "ls and zsh list 中文文件.txt"
}
