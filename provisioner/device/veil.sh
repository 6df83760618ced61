# For a run that was given secrets: what it says goes through a sieve on its way into the journal, so that no secret is
# ever written there. To be read before run.sh. Given: VEIL, a script for sed that knows them. It lies in a file, since
# any program of the phone may read a command line; that file and the script, which hold them too, go with the run's end.

# veiled: from now on descriptor 8 is the sieve. One that is killed ends the run like a journal that cannot grow.
veiled() {
  { printf '%s\n' "$VEIL" >"$R/veil" && mkfifo "$R/sieve"; } || broken
  LC_ALL=C sed -u -f "$R/veil" <"$R/sieve" >>"$E" 2>/dev/null &
  sieve=$!
  exec 8>"$R/sieve"
  trap : PIPE
}

# unveiled: all has come through. A program that a step has left behind may hold the sieve open: it is not waited for.
unveiled() {
  exec 8>&-
  n=0
  until [ "$(tail -n 1 "$E")" = "$M	ended" ] || ! kill -0 "$sieve" 2>/dev/null || [ "$n" -ge 50 ]; do
    sleep 0.1
    n=$((n + 1))
  done
  kill "$sieve" 2>/dev/null
  rm -f -- "$0" "$R/veil" "$R/sieve"
}
