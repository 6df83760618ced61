# The runner: sourced text at the head of every run script, behind files.sh; the steps follow it (stream.py writes them).
# Given before it: ID and R (the run, its folder), BY (who started it), M (the marker of the journal), our environment.
# All that a step prints goes into the journal as it is (secrets: veil.sh); a line that begins with the marker is an event
# of ours.
E=$R/events
failed=' '
sieve=''
guard=''
before=''

event() { # event KIND WORD...
  text=$M
  for word; do text="$text	$word"; done
  printf '\n%s\n' "$text" >&8 || broken
}

# broken: a run that cannot be followed any more stops: it would look like one that did nothing. Room for this one line was
# kept from the beginning.
broken() {
  rm -f -- "$R/reserve"
  printf '\n%s\tbroken\t%s\n' "$M" "its journal cannot be written any more; most likely the phone has no room left" >>"$E"
  exit 74
}

# The clock is a fork, so it is read for steps alone that may take long; one begins when such a one before it has ended.
now=''
timed=''

# Verdicts that a step gives on one change of its own accord, by number: it failed, or it waits for a person.
no() { # no NUMBER TEXT
  printf '%s\n' "$1" >>"$R/no"
  event verdict "$1" failed "$2"
}
waits() { # waits NUMBER TEXT
  printf '%s\n' "$1" >>"$R/no"
  event verdict "$1" waiting "$2"
}

# work NUMBERS REQUIRED FUNCTION: run one step unless something it needs has failed. Numbers are those of the changes.
work() {
  for n in $2; do
    case $failed in *" $n "*)
      for k in $1; do failed="$failed$k "; done
      event skipped "$1" "$n"
      return ;;
    esac
  done
  event started "$1"
  if [ -z "$timed" ]; then now=''; else begin=${now:-$(date +%s%3N)}; fi
  { true >"$R/no" && true >"$R/touched"; } || broken
  # shellcheck disable=SC2034  # the steps read it
  numbers=$1 item=$1
  (
    exec 9>&-
    set -eu
    "$3"
  ) </dev/null >&8 2>&1
  rc=$?
  if [ "$rc" != 0 ]; then
    for k in $1; do failed="$failed$k "; done
    [ ! -s "$R/before" ] || mv -f -- "$R/before" "$R/before.${1%% *}"
  else
    [ ! -s "$R/before" ] || : >"$R/before"
    while read -r k; do failed="$failed$k "; done <"$R/no"
  fi
  [ ! -s "$R/touched" ] || seen "$1"
  [ -z "$timed" ] || now=$(date +%s%3N)
  event finished "$1" "$rc" ${timed:+$((now - begin))}
}

# Sent twice it starts once: the first to make the file pid is the run. Where there is no room for a few lines none is.
set -C
{ printf '%8192s' '' >>"$R/reserve" && echo $$ >"$R/pid"; } 2>/dev/null || { rm -f -- "$0"; exit 0; }
set +C
exec 8>>"$E"
[ -z "${VEIL-}" ] || veiled
over() {
  unready "$R"
  if [ -n "$guard" ]; then
    kill -9 "$guard" 2>/dev/null
    may_sleep &
  elif [ -n "$before" ]; then # what kept the phone awake for a run that was killed may be gone as well
    timeout -k 5 20 termux-wake-unlock </dev/null >/dev/null 2>&1 8>&- 9>&- &
  fi
  [ -z "$sieve" ] || unveiled
}
trap over EXIT

# One run at a time: the kernel gives the lock back when its holder is gone, however it went. The file says who holds it;
# what it still says when the lock is free was said by a run that did not come to its end.
L=$R/../../lock
exec 9>>"$L"
if ! flock -n 9; then
  event locked "$(tail -n 1 "$L")"
  event ended
  exit 0
fi
read -r before <"$L" || :
printf '%s\n' "$ID $BY" >"$L" || broken
event run "$ID"
# left RUN: the processes that a run still has whose own is gone. All are of the session that it began; only dpkg is not,
# to which apt gives a terminal: that one is never cut short, and waited for by its lock.
left() {
  session=''
  { read -r session <"$R/../$1/pid"; } 2>/dev/null || return 0
  [ -n "$session" ] && [ ! -d "/proc/$session" ] || return 0
  for process in /proc/[0-9]*; do
    stat=''
    { read -r stat <"$process/stat"; } 2>/dev/null || continue
    # shellcheck disable=SC2086  # state, parent, group, session: words; the name before them may hold anything
    set -- ${stat##*) }
    [ "${4-}" != "$session" ] || echo "${process#/proc/}"
  done
}
end_left() { # end_left RUN
  for signal in TERM TERM TERM TERM TERM KILL; do
    processes=$(left "$1")
    [ -n "$processes" ] || return 0
    # shellcheck disable=SC2086  # numbers
    kill -s "$signal" $processes 2>/dev/null || :
    sleep 1
  done
}
[ -z "$before" ] || end_left "${before%% *}" 9>&-
[ -z "$before" ] || event note "The run before this one did not come to its end ($before): this one takes its place."
: >"$R/held"

# What tells secrets is left by a run that was killed.
for old in "$R"/../*/veil; do
  [ -e "$old" ] || continue
  old=${old%/veil}
  [ "${old##*/}" != "$ID" ] || continue
  rm -f -- "$old/veil" "$old/sieve" "$old"/run.sh*
  unready "$old"
done

# The newest ten runs are kept: their names sort by time. Only who holds the lock removes any: no other run is on then.
set -- "$R"/../*
while [ $# -gt 10 ]; do
  [ "${1##*/}" = "$ID" ] || rm -rf -- "$1" 8>&- 9>&- &
  shift
done

# remembered LINES: what was written is remembered as long as it has room: half of it goes when it has grown by that.
remembered() {
  last=$HOME/.local/state/hello-termux/last lines=0
  { read -r lines <"$last/lines"; } 2>/dev/null
  lines=$((${lines%%[!0-9]*} + $1))
  if [ "$lines" -gt 4000 ] && [ -e "$last/digests" ]; then
    tail -c 256k "$last/digests" >"$last/digests.new" && mv -f "$last/digests.new" "$last/digests" && lines=2000
  fi 9>&-
  echo "$lines" >"$last/lines"
}

# once NAME: a saved plan is carried out once, whatever the phone looks like afterwards.
once() {
  plans=$HOME/.local/state/hello-termux/plans
  if grep -q -s -x -F -e "$1" -- "$plans"; then
    event used
    event ended
    : >"$L"
    : >"$R/reserve"
    exit 0
  fi
  printf '%s\n' "$1" >>"$plans"
}

# Whoever ends this shell politely ends it after the step at work.
trap 'exit 143' HUP INT TERM
