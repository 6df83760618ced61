# A change to sshd that cannot lock anybody out: the new configuration is tried by a second sshd on 127.0.0.1 (the
# canary), the laptop logs in to it, and only then a file of the real one is touched.
SSHD=$PREFIX/bin/sshd
canary='' written=''

# sshd_listener: who accepts the connections: by its pid file, else the eldest sshd that we descend from. A session is an
# sshd too, up to 9.7 by the same name, and must never get a signal; so no search by name. (Termux's pgrep goes by the
# title that a process gives itself anyway: its -x finds no sshd.)
sshd_listener() {
  pid='' eldest=''
  [ ! -r "$PREFIX/var/run/sshd.pid" ] || read -r pid <"$PREFIX/var/run/sshd.pid" || :
  if [ -n "$pid" ] && sshd_named "$pid"; then echo "$pid"; return 0; fi
  pid=$$
  while [ "${pid:-0}" -gt 1 ]; do
    ! sshd_named "$pid" || eldest=$pid
    pid=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$pid/status" 2>/dev/null) || pid=0
  done
  echo "$eldest"
}
# sshd_said: what sshd has said in $R/said, the line that tells most; it ends its lines as on a wire.
sshd_said() { tr -d '\r' <"$R/said" | sed -n '/./{p;q;}'; }
sshd_named() {
  name=''
  read -r name 2>/dev/null <"/proc/$1/comm" || :
  [ "$name" = sshd ]
}

# sshd_leave: whatever way the step ends, no canary is left, and half a change is taken back.
sshd_leave() {
  [ -z "$canary" ] || kill "$canary" 2>/dev/null || :
  [ -n "$written" ] || return 0
  echo "The old configuration is put back."
  for file in dropin config; do
    case $file in dropin) path=$dropin ;; *) path=$config ;; esac
    if [ ! -e "$R/old-$file" ]; then rm -f -- "$path"
    elif ! cmp -s -- "$R/old-$file" "$path"; then put "$path" <"$R/old-$file" || :; fi
  done
  sshd_reread || :
}

# sshd_answers: does the real one greet on the port by which we came?
sshd_answers() {
  read -r _ _ address at <<END
${SSH_CONNECTION-}
END
  [ -n "$at" ] || return 0
  for _ in 1 2 3 4 5 6 7 8; do
    sleep 0.5
    # shellcheck disable=SC2016  # it is the inner shell that expands
    timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" && read -r line <&3 && [ "${line%%-*}" = SSH ]' "$address" "$at" 2>/dev/null && return 0
  done
  return 1
}

# sshd_reread: the listener takes the configuration anew; running sessions go on.
sshd_reread() {
  [ -z "$listener" ] || kill -HUP "$listener" 2>/dev/null || :
  sshd_answers && return 0
  echo "sshd did not come back by itself: it is started."
  "$SSHD" || :
  sshd_answers
}

# sshd_canary: start the second sshd; its port is in $port.
sshd_canary() {
  port=8022
  while [ "$port" -lt 8099 ]; do
    port=$((port + 1))
    timeout 75 "$SSHD" -D -e -f "$R/sshd_config" -p "$port" -o AddressFamily=any -o "ListenAddress=127.0.0.1:$port" \
      -o PidFile=none -o LogLevel=INFO >"$R/canary" 2>&1 &
    canary=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
      sleep 0.2
      ! grep -q "listening on 127.0.0.1 port $port" "$R/canary" || return 0
      kill -0 "$canary" 2>/dev/null || break
    done
    kill "$canary" 2>/dev/null || :
    canary=''
    grep -q 'in use' "$R/canary" || break
  done
  cat "$R/canary"
  return 1
}

# sshd_login TOKEN: the laptop is asked to log in to the canary; it leaves a file when it has.
sshd_login() {
  event prove "$port" "$1"
  echo "The laptop is asked to log in at port $port."
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40; do
    for _ in 1 2 3 4 5; do
      [ ! -e "$R/proved-$1" ] || return 0
      [ ! -e "$R/refused-$1" ] || return 1
      sleep 0.2
    done
  done
  return 1
}

# sshd_tunnels: whether a login through a tunnel to this phone's own ports would be allowed.
sshd_tunnels() {
  ! "$SSHD" -T 2>/dev/null | grep -q -i -x -e 'allowtcpforwarding no' -e 'allowtcpforwarding remote' -e 'disableforwarding yes'
}

# sshd_fails: whether the installed sshd fails as it is, tried beside the one that runs; says why. What cannot be tried from
# here (no tunnel is allowed, nobody is there to log in) has not failed.
sshd_fails() {
  if ! "$SSHD" -t >"$R/said" 2>&1; then
    echo "does not start: $(sshd_said)"
    return 0
  fi
  cat -- "$PREFIX/etc/ssh/sshd_config" >"$R/sshd_config"
  if ! sshd_canary >"$R/said"; then
    echo "does not start: $(sshd_said)"
    return 0
  fi
  rc=1
  if ! sshd_tunnels; then
    event note "The new sshd starts. That it lets you in cannot be tried: it allows no tunnels."
  elif token=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n') && ! sshd_login "$token" >&2 && [ -e "$R/refused-$token" ]; then
    cat "$R/canary" >&2
    echo "lets nobody in (sshd's log is in the run's)"
    rc=0
  fi
  kill "$canary" 2>/dev/null || :
  canary=''
  return "$rc"
}

# sshd_try NUMBER DROPIN CONFIG SETTING...: $R/dropin and $R/config become DROPIN and CONFIG, if all goes well; without
# $R/dropin there is none afterwards. A SETTING
# is a line that "sshd -T" must then say.
sshd_try() {
  number=$1 dropin=$2 config=$3
  shift 3
  listener=$(sshd_listener)
  trap sshd_leave EXIT
  # The first value counts: the drop-in goes before all else, as it will by the Include line.
  if [ -e "$R/dropin" ]; then cat -- "$R/dropin" "$R/config"; else cat -- "$R/config"; fi >"$R/sshd_config"
  if ! "$SSHD" -t -f "$R/sshd_config" >"$R/said" 2>&1; then
    cat "$R/said"
    no "$number" "sshd refuses the new configuration, so nothing was changed: $(sshd_said)"
    return 0
  fi
  if ! sshd_tunnels; then
    no "$number" "sshd allows no tunnels (AllowTcpForwarding), by which a second login could prove the change: nothing was changed"
    return 0
  fi
  if ! sshd_canary; then
    no "$number" "a second sshd with the new configuration does not start, so nothing was changed"
    return 0
  fi
  token=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
  if ! sshd_login "$token"; then
    cat "$R/canary"
    no "$number" "the second login did not work, so nothing was changed"
    return 0
  fi
  kill "$canary" 2>/dev/null || :
  canary=''
  [ ! -e "$dropin" ] || cp -p -- "$dropin" "$R/old-dropin"
  cp -p -- "$config" "$R/old-config"
  written=yes
  if [ -e "$R/dropin" ]; then put "$dropin" 600 <"$R/dropin"; else rm -f -- "$dropin"; fi
  cmp -s -- "$R/config" "$config" || put "$config" <"$R/config"
  if ! "$SSHD" -T >"$R/said" 2>&1; then
    cat "$R/said"
    no "$number" "sshd refuses the new configuration: $(sshd_said)"
    return 0
  fi
  for setting; do
    if ! grep -q -i -x -F -e "$setting" "$R/said"; then
      no "$number" "it has no effect: another file in sshd_config.d comes first and says otherwise than \"$setting\""
      return 0
    fi
  done
  if ! sshd_reread; then
    no "$number" "sshd did not take the new configuration"
    return 0
  fi
  [ -n "$listener" ] || event note "No running sshd was found: the new settings count from its next start."
  written=''
}
