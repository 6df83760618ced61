# program WORD...: runs it in a session of its own. A line on standard input is a signal for all of it; the end of
# standard input (the laptop has gone) ends it. Its exit status becomes the shell's.
program() {
  exec 3<&0
  # What sh starts in the background ignores Ctrl-C.
  env --default-signal=INT,QUIT setsid "$@" </dev/null 3<&- &
  started=$!
  (
    while read -r signal <&3; do program_signal "$signal"; done
    program_signal TERM && sleep 5 && program_signal KILL
  ) </dev/null >/dev/null 2>&1 &
  watching=$!
  rc=0
  wait "$started" || rc=$?
  kill "$watching" 2>/dev/null
  exit "$rc"
}

program_signal() { kill -s "$1" -- "-$started" || kill -s "$1" "$started"; }
