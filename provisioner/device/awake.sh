# The phone stays awake for a run that may take long, processor and Wi-Fi (termux.md 4.8). Asking Android takes a while,
# and a phone that cannot be asked is no reason to stop. To be read behind run.sh.

stay_awake() {
  command -v termux-wake-lock >/dev/null || {
    event note "The phone may fall asleep: it has no termux-wake-lock (package termux-tools)."
    return
  }
  {
    timeout -k 5 20 termux-wake-lock &
    asking=$!
    setsid "$PREFIX/bin/sh" -c "$watch" $$ "$L" "$ID" &
    # shellcheck disable=SC2034  # run.sh ends it
    guard=$!
  } </dev/null >/dev/null 2>&1 8>&- 9>&-
}
may_sleep() { # never before it was asked to stay awake: that would last for ever
  n=0
  while kill -0 "$asking" && [ "$n" -lt 250 ]; do
    sleep 0.1
    n=$((n + 1))
  done
  exec timeout -k 5 20 termux-wake-unlock
} </dev/null >/dev/null 2>&1 8>&- 9>&-
# guard PID LOCK RUN: lets the phone sleep after a run that was killed, unless another is on. In a session of its own.
# shellcheck disable=SC2016  # another shell expands it
watch='tail -s 1 -f --pid="$0" /dev/null
read -r by <"$1"
case $by in "" | "$2 "*) exec timeout -k 5 20 termux-wake-unlock ;; esac'
