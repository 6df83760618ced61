# Services of termux-services (termux.md 4.6). runsvdir watches over them; only sessions on the phone's screen start it,
# and without it "sv" can do nothing. To be read after sshd.sh.

# service_daemon: runsvdir lives, or is started.
service_daemon() {
  ! grep -qsx runsvdir /proc/[0-9]*/comm || return 0
  service-daemon start </dev/null >"$R/said" 2>&1 && return 0
  cat "$R/said"
  setsid runsvdir "$SVDIR" </dev/null >/dev/null 2>&1 &
}

# service_says NAME: one line of sv, and whether it is watched over.
service_says() {
  said=$(timeout 10 sv status "$1" 2>&1) || :
  case $said in run:* | down:* | finish:*) return 0 ;; *) return 1 ;; esac
}

# service_until NAME PATTERN SECONDS: until sv says something that begins so.
service_until() {
  for _ in $(seq $(($3 * 4))); do
    # shellcheck disable=SC2254  # it is a pattern
    service_says "$1" && case $said in $2) return 0 ;; esac
    sleep 0.25
  done
  return 1
}

# service_on NUMBER NAME: enabled, watched over, and up.
service_on() {
  if [ ! -f "$SVDIR/$2/run" ]; then
    echo "no package on this phone brings a service $2"
    return 1
  fi
  service_daemon
  # runsvdir looks for new services every 5 s.
  if ! service_until "$2" '*' 8; then
    no "$1" "nobody watches over the services: runsvdir does not do it; sv says: $said"
    return 0
  fi
  if [ "$2" = sshd ]; then
    sshd_hand_over "$1"
    return
  fi
  rm -f -- "$SVDIR/$2/down"
  sv up "$2"
  # One that ends at once is started anew every second, as another process.
  if service_until "$2" 'run:*' 5; then
    first=${said%%)*}
    sleep 2
    if service_says "$2" && [ "${said%%)*}" = "$first" ]; then return 0; fi
  fi
  no "$1" "it does not stay up; sv says: $said"
}

# sshd_hand_over NUMBER: the sshd of the service takes the port from one that was started by hand. Sessions that are open
# go on. The service is up, and tries to get the port, before the other one leaves it: at no time is nobody there.
sshd_hand_over() {
  if ! "$SSHD" -t >"$R/said" 2>&1; then
    no "$1" "sshd would not start, so nothing was changed: $(sshd_said)"
    return 0
  fi
  listener=$(sshd_listener)
  # One that is watched over already need not go.
  parent=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$listener/status" 2>/dev/null) || :
  parent=$(cat "/proc/${parent:-0}/comm" 2>/dev/null) || :
  rm -f -- "$SVDIR/sshd/down"
  sv up sshd
  if [ -n "$listener" ] && [ "$parent" != runsv ]; then
    echo "The sshd that was started by hand (process $listener) hands over to the service."
    kill "$listener" || :
  fi
  sleep 1
  if service_until sshd 'run:*' 10 && sshd_answers && sshd_second_login; then return 0; fi
  echo "It is taken back: sshd is started by hand again."
  sv down sshd || :
  : >"$SVDIR/sshd/down"
  service_until sshd 'down:*' 10 || :
  "$SSHD" || :
  no "$1" "the sshd of the service takes no login, so it is off again; sv said: $said"
}

# sshd_second_login: the laptop logs in where it came in.
sshd_second_login() {
  read -r _ _ _ port <<END
${SSH_CONNECTION-}
END
  [ -n "$port" ] || return 0
  sshd_login "$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')"
}
