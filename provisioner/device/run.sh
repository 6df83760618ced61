# The runner: sourced text at the head of every run script; the steps follow it (stream.py writes them).
# Given before it: ID and R (the run, its folder), BY (who started it), M (the marker of the journal), our environment.
# All that a step prints goes into the journal as it is (secrets: veil.sh); a line that begins with the marker is an event
# of ours.
E=$R/events
B=$R/backup
failed=' '
sealed=''
sieve=''
guard=''
backups=0
item=0

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

# The time in ms. A fork, so once a step: one begins when the one before it has ended. (In a function it would be two.)
now=$(date +%s%3N)

# put FILE [MODE]: standard input becomes FILE, whole or not at all. A link is followed; the mode of what stood there
# stays unless MODE is given.
put() {
  dest=$1
  if [ -L "$dest" ]; then
    dest=$(readlink -f -- "$dest") || { echo "$1 is a link that leads nowhere"; return 1; }
    keep "$dest" || return 1
  fi
  if [ -d "$dest" ]; then echo "$1 is a directory"; return 1; fi
  if [ -e "$dest" ] && [ ! -w "$dest" ]; then echo "$1 is read-only: chmod u+w lets it be written"; return 1; fi
  [ -d "${dest%/*}" ] || mkdir -p -- "${dest%/*}" || return 1
  [ -w "${dest%/*}" ] || { echo "the folder ${dest%/*} is read-only: chmod u+w lets $1 be written"; return 1; }
  fresh=$dest.hello-termux-new
  [ ! -e "$fresh" ] || rm -f -- "$fresh"
  [ -n "${2-}" ] || [ -e "$dest" ] || umask 022 # the mode of a new file, without a fork for chmod
  dd of="$fresh" bs=64k conv=fsync status=none || { rm -f -- "$fresh"; umask 077; return 1; }
  umask 077
  if [ -n "${2-}" ]; then chmod -- "$2" "$fresh"
  elif [ -e "$dest" ]; then chmod --reference="$dest" -- "$fresh"; fi || { rm -f -- "$fresh"; return 1; }
  mv -T -f -- "$fresh" "$dest"
}

# keep PATH: a copy of what stands there goes into the run's backup folder before it is replaced; of a folder its mode.
keep() {
  backups=$((backups + 1)) copy=-
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    copy=mode=$(stat -c %a -- "$1")
  elif [ -e "$1" ] || [ -L "$1" ]; then
    copy=${item%% *}.$backups
    [ -d "$B" ] || mkdir -p -- "$B"
    cp -a -- "$1" "$B/$copy" || { echo "no copy of $1 could be kept, so it is left as it is"; return 1; }
  fi
  kept "$copy" "$1"
}

# aside PATH: what stands there is moved into the backup folder (a rename: for folders too big to copy).
aside() {
  backups=$((backups + 1)) copy=--
  if [ -e "$1" ] || [ -L "$1" ]; then copy=moved-${item%% *}.$backups; fi
  kept "$copy" "$1"
  [ "$copy" = -- ] || { mkdir -p -- "$B" && mv -T -- "$1" "$B/$copy"; }
}

# noted KIND WORD... PATH: what an undo of the step at work needs to know.
noted() {
  kind=$1
  shift
  { printf '%s\t%s' "$kind" "$item" && printf '\t%s' "$@" && printf '\0'; } >>"$R/manifest"
}

# kept COPY PATH: noted for an undo, with the uppermost folder that will have to be made for PATH ("" if none).
kept() {
  top='' up=${2%/*}
  while [ -n "$up" ] && [ ! -e "$up" ]; do top=$up up=${up%/*}; done
  noted kept "$1" "$top" "$2" || {
    echo "no room on the phone to note what it replaces, so $2 is left as it is"
    return 1
  }
  case $1 in mode=*) ;; *) printf '%s\0' "$2" >>"$R/touched" ;; esac
}

# seen NUMBERS: what the step has left at the paths that it kept is noted, by which an undo knows what was edited since.
seen() {
  # shellcheck disable=SC2185  # the paths are in the file
  find -files0-from "$R/touched" -maxdepth 0 -printf '%y\t%Y\t%m\t%s\t%l\t%p\0' \
    \( -xtype f -exec sha256sum -z -- {} + -o -type d -exec sh -c "$TREE" tree {} \; \) >>"$R/after" 2>/dev/null
  printf 'done\t%s\0' "$1" >>"$R/after"
}

# wrote DIGEST NAME [OLD]: what is written next under this name is known by its digest: what stands there later and was
# never written by us was edited by hand. Noted before it is written, so that no kill in between makes ours look like an
# edit; OLD, the digest of what stands there now, is no edit either as long as the step has not come to its end.
wrote() {
  last=$HOME/.local/state/hello-termux/last
  [ -d "$last" ] || mkdir -p -- "$last"
  printf '%s\t%s\t%s%s\n' "$1" "$2" "$ID" "${sealed:+		secret}" >>"$last/digests"
  [ -z "${3-}" ] || printf '%s\t%s\t%s\tbefore\n' "$3" "$2" "$ID" >>"$R/before"
}

# block DIGEST NAME OLD PATH LABEL COMMENT: the same for a marked block in a file of the user's: an undo can take it out.
block() {
  wrote "$1" "$2" "$3"
  place=$4
  [ ! -L "$place" ] || place=$(readlink -f -- "$place")
  noted block "$1" "$5" "$6" "$place"
}

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
  begin=$now
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
  now=$(date +%s%3N)
  event finished "$1" "$rc" $((now - begin))
}

# Sent twice it starts once: the first to make the file pid is the run. Where there is no room for a few lines none is.
printf '%8192s' '' >>"$R/reserve" || exit 0
set -C
{ echo $$ >"$R/pid"; } 2>/dev/null || exit 0
set +C
exec 8>>"$E"
[ -z "${VEIL-}" ] || veiled
over() {
  [ -z "$guard" ] || { kill -9 "$guard" 2>/dev/null; awake unlock; }
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
before=''
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
  [ "${old##*/}" = "$ID" ] || rm -f -- "$old/veil" "$old/run.sh" "$old/sieve"
done

# The newest ten runs are kept: their names sort by time. Only who holds the lock removes any: no other run is on then.
set -- "$R"/../*
while [ $# -gt 10 ]; do
  [ "${1##*/}" = "$ID" ] || rm -rf -- "$1" 8>&- 9>&- &
  shift
done

# What was written is remembered as long as it has room: half of it goes when it has grown.
find "$HOME/.local/state/hello-termux/last/digests" -size +512k \
  -exec sh -c 'tail -c 256k "$1" >"$1.new" && mv -f "$1.new" "$1"' tail {} \; 2>/dev/null 9>&-

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

# The phone stays awake for the run, processor and Wi-Fi (termux.md 4.8). Asking Android takes a while, and a phone that
# cannot be asked is no reason to stop.
awake() { # awake lock | unlock
  timeout -k 5 20 "termux-wake-$1" </dev/null >/dev/null 2>&1 8>&- 9>&- &
}
# guard PID LOCK RUN: lets the phone sleep after a run that was killed, unless another is on. In a session of its own.
# shellcheck disable=SC2016  # another shell expands it
watch='tail -s 1 -f --pid="$0" /dev/null
read -r by <"$1"
case $by in "" | "$2 "*) exec timeout -k 5 20 termux-wake-unlock ;; esac'
if command -v termux-wake-lock >/dev/null; then
  awake lock
  setsid "$PREFIX/bin/sh" -c "$watch" $$ "$L" "$ID" </dev/null >/dev/null 2>&1 8>&- 9>&- &
  guard=$!
else
  event note "The phone may fall asleep: it has no termux-wake-lock (package termux-tools)."
fi
# Whoever ends this shell politely ends it after the step at work.
trap 'exit 143' HUP INT TERM
