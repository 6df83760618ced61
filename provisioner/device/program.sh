# program_begin SIGNAL...: from now on what is in the foreground, with its process group, gets these signals, five seconds
# apart, once the laptop has gone. sshd itself hangs up a terminal only: without one a silent program would go on for ever.
program_begin() {
  program_sshd
  (
    trap '' HUP TERM
    if [ "$line" -gt 1 ]; then
      trap 'kill -s KILL "$looking"; exit' USR1
      tail -f -s 2 --pid="$line" /dev/null & # looks every two seconds, and forks nothing
      looking=$!
      wait "$looking"
    fi
    while kill -s "$1" 0 && [ "$#" -gt 1 ]; do
      shift
      sleep 5
    done
  ) </dev/null >/dev/null 2>&1 &
  watching=$!
  # The program's own end is told, however it is signalled; what it starts gets these as they were.
  trap : HUP INT QUIT TERM
}

# The process that is sshd's end of this connection; a login shell may stand between it and us. 1: it has gone already.
program_sshd() {
  line=$$ name='' parent=1
  while [ "$line" -gt 1 ]; do
    while read -r key value _; do
      case $key in Name:) name=$value ;; PPid:) parent=$value ;; esac
    done <"/proc/$line/status"
    case $name in sshd* | dropbear*) return ;; esac
    line=$parent
  done
}

# program_end STATUS: the program has ended by itself.
program_end() {
  kill -s USR1 "$watching" 2>/dev/null
  exit "$1"
}
