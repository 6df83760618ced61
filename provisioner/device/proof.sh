# Runs proofs one after the other. All that they make lies in one folder, which goes away however this ends.
proofs_begin() {
  cache=$HOME/.cache/hello-termux
  P=$cache/proofs-$$ running='' held=' '
  trap '' PIPE # nobody may be listening any more: then there is still to clean up
  trap proofs_end EXIT
  trap 'exit 1' HUP INT TERM
  mkdir -p -- "$cache"
  # What was left by proofs that were killed with all of Termux.
  find "$cache" -maxdepth 1 \( -name 'proofs-*' -o -name 'go-proof-*' -o -name 'vim-proof-*' \) -mmin +30 -exec rm -rf -- {} +
  mkdir -- "$P"
}

proofs_end() {
  [ -z "$running" ] || kill "$running" 2>/dev/null || :
  cd "$HOME" || :
  [ -z "$running" ] || wait "$running" || :
  proofs_strays
  proofs_remove "$P"
  rmdir -- "$cache" "${cache%/*}" 2>/dev/null || :
  trap - EXIT
}

# What a proof has started has P in its environment, as this shell has not: also what went into a session of its own.
proofs_strays() {
  for _ in 1 2 3 4 5 6 7 8 9; do
    # Its exit status is no help: a process may have gone meanwhile.
    strays=$(grep -l -s -a -F -e "P=$P" /proc/[0-9]*/environ) || :
    [ -n "$strays" ] || return 0
    for stray in $strays; do
      stray=${stray#/proc/}
      kill -9 "${stray%/environ}" 2>/dev/null || :
    done
    sleep 0.1
  done
}

proofs_remove() { # Go makes its modules read-only
  rm -rf -- "$1" 2>/dev/null || { chmod -R u+w -- "$1"; rm -rf -- "$1"; }
}

# lay FILE: standard input becomes FILE, whole or not at all.
lay() { cat >"$1" || rm -f -- "$1"; }

# proof NUMBER NEEDED LIMIT: the script in $P/script, in a folder of its own, for LIMIT seconds at most with all that it
# starts. NEEDED: the number of a proof that must have held, or 0.
proof() {
  s out || exit 1
  case "$held" in
    *" $2 "*) ;;
    *) [ "$2" = 0 ] || { s rc; echo needs; return; } ;;
  esac
  d=$P/$1 rc=0
  if [ ! -s "$P/script" ] || ! mkdir -- "$d"; then
    echo "nothing can be written below ~/.cache/hello-termux: is there room left on the phone?"
    s rc
    echo 1
    return
  fi
  env "P=$P" "d=$d" timeout -k 5 "$3" "$PREFIX/bin/sh" "$P/script" </dev/null &
  running=$!
  wait "$running" || rc=$?
  running=''
  proofs_strays
  proofs_remove "$d"
  [ "$rc" != 0 ] || held="$held$1 "
  s rc
  echo "$rc"
}
