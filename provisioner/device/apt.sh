# apt as a provisioner needs it: never pkg (it changes the mirror), never a question, no failure that looks like success.
# The options and why: termux.md 3.3 to 3.6. To be read after mirror.sh and sshd.sh.
apt_cache=${PREFIX%/files/usr}/cache/apt

apt_do() {
  export DEBIAN_FRONTEND=noninteractive
  exec timeout -k 30 5400 apt-get -y -q \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Acquire::Retries=2 \
    -o Acquire::http::Timeout="$HELLO_TERMUX_PATIENCE" -o Acquire::https::Timeout="$HELLO_TERMUX_PATIENCE" \
    -o DPkg::Lock::Timeout="$HELLO_TERMUX_PATIENCE" -o APT::Status-Fd=3 "$@" 3>&1
}

# apt_heard ARG...: apt, with what it says kept in $R/said. The status stands in a file, for the shell that hears it may be
# killed before it has one.
apt_heard() {
  echo 137 >"$R/rc"
  {
    rc=0
    (apt_do "$@") || rc=$?
    echo "$rc" >"$R/rc"
  } 2>&1 | tee "$R/said"
  return "$(cat "$R/rc")"
}

# apt_watched ARG...: the same for what only fetches: it is ended when less than 1 kB/s arrives.
apt_watched() {
  echo 137 >"$R/rc"
  {
    (apt_do "$@") &
    apt=$!
    (apt_watch "$apt") >"$R/slow" 2>&1 </dev/null &
    watch=$!
    rc=0
    wait "$apt" || rc=$?
    kill "$watch" 2>/dev/null || :
    cat "$R/slow"
    echo "$rc" >"$R/rc"
  } 2>&1 | tee "$R/said"
  return "$(cat "$R/rc")"
}

# apt_watch PID: as long as that is there, whoever else is gone; what is left of a nap that was cut short is soon over.
apt_watch() {
  window=$((HELLO_TERMUX_PATIENCE * 3)) nap=3
  [ "$nap" -lt "$window" ] || nap=$window
  before=0 waited=0
  while sleep "$nap" && kill -0 "$1" 2>/dev/null; do
    waited=$((waited + nap))
    [ "$waited" -ge "$window" ] || continue
    waited=0
    now=$(du -skc "$apt_cache/archives" "$PREFIX/var/lib/apt/lists" | tail -n 1)
    now=${now%%[!0-9]*}
    if [ $((now - before)) -lt "$window" ]; then
      echo "E: The mirror is too slow: less than 1 kB/s for $window s."
      kill "$1"
      return
    fi
    before=$now
  done
}

# apt_judge: what $R/said means. True: the mirror is at fault ($why quotes it). Else a sentence is said.
apt_judge() {
  why=$(grep -E '^(E|Err|W): ' "$R/said" | grep -vE 'Some index files failed|Unable to fetch some archives|Aborting' |
    head -n 1 | cut -c 1-300) || :
  why=${why#*: } why=${why%.}
  case $(cat "$R/said") in
    *NOSPLIT*) return 0 ;;
    *'Could not get lock'* | *'Unable to acquire'*lock* | *'Unable to lock'*)
      echo "Another apt is at work on the phone: $(apt_holder "$(cat "$R/said")"). It was left alone, and so were its lock files." ;;
    *'No space left'* | *'enough free space'*)
      echo "The phone has no room left: $why" ;;
    *'is not valid yet'*)
      echo "The phone's clock is wrong, it reads $(date '+%Y-%m-%d %H:%M %Z'): $why. Set it in Android's settings." ;;
    *NO_PUBKEY* | *'public key is not available'* | *'Missing key'* | *EXPKEYSIG*)
      echo "The phone's package keys (termux-keyring) are too old for this archive: $why." \
        "Nothing can vouch for newer ones from here: reinstall the Termux app, which brings them." ;;
    *'CANNOT LINK EXECUTABLE'* | *'died unexpectedly'* | *'Sub-process http'* | *'method driver'*)
      apt_no_method "$(grep -m 1 -E 'CANNOT LINK|died unexpectedly|Sub-process|method driver' "$R/said")" ;;
    *'nmet dependencies'* | *'held broken packages'* | *'Unable to locate package'* | *'has no installation candidate'*)
      echo "apt cannot do that: $why" ;;
    *) return 0 ;;
  esac
  return 1
}

apt_no_method() {
  echo "apt's own way to https does not start on this phone, so no package can be fetched; it says: $1." \
    "Its libraries are half-upgraded: \`hello-termux feed\` fetches newer ones on the laptop and installs them."
}

# apt_holder TEXT: the process that a message about a lock names.
apt_holder() {
  holder=$(echo "$1" | sed -n 's/.*\(held by process\|with pid\) \([0-9]*\).*/\2/p' | tail -n 1)
  [ -n "$holder" ] || { echo "an unknown process"; return; }
  args=$(ps -o args= -p "$holder" 2>/dev/null) || :
  echo "process $holder (${args:-not to be seen from here})"
}

# What an earlier run left half-way is finished first: apt does nothing else until it is.
# dpkg does not wait for its lock as apt does, and must never have it taken away.
apt_repair() {
  [ -e "$R/packages" ] || apt_noted packages
  waited=0 pause=$(((HELLO_TERMUX_PATIENCE + 3) / 4))
  until said=$(timeout -k 30 1800 dpkg --force-confdef --force-confold --configure -a 2>&1); do
    case $said in *lock*) ;; *) break ;; esac
    holder=$(apt_holder "$said")
    if [ "$waited" = 0 ]; then
      event note "Another program holds dpkg's lock: $holder. Waiting up to $((HELLO_TERMUX_PATIENCE * 3)) s for it."
      printf '%s\n' "$said"
    fi
    if [ "$waited" -ge $((HELLO_TERMUX_PATIENCE * 3)) ]; then
      printf '%s\n' "$said"
      echo "Still $holder: look at Termux on the phone, an apt may be waiting there for an answer. Its lock was left alone."
      return 1
    fi
    sleep "$pause"
    waited=$((waited + pause))
  done
  [ -z "$said" ] || printf '%s\n' "What an earlier run left half-way was finished first:" "$said"
  apt-get -q check >/dev/null 2>&1 || apt_get -f install
  # What was killed while it was unpacked is passed over by an upgrade: apt takes it for installed.
  half=$(dpkg-query -W -f '${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinstreq //p')
  # shellcheck disable=SC2086  # names of packages hold no spaces
  [ -z "$half" ] || apt_get install --reinstall $half || echo "Not to be repaired: $half"
}

# The index is read once in a run. apt exits 0 when no server answers, unless it is told otherwise.
apt_index() {
  [ ! -e "$R/index" ] || return 0
  eval "$(apt-config shell methods Dir::Bin::methods/d)"
  # shellcheck disable=SC2154  # apt-config has just set it
  if ! said=$("${methods%/}/https" </dev/null 2>&1) && [ "${said#*Capabilities}" = "$said" ]; then
    apt_no_method "$(echo "$said" | head -n 1)" | tee "$R/judged"
    return 1
  fi
  apt_watched -o APT::Update::Error-Mode=any update || return 1
  : >"$R/index"
}

# apt_get WORD...: an apt-get command. All is fetched before anything is unpacked, index and packages from one mirror:
# when it fails it is tried once more after a pause, with a new index, and then from the next mirror.
apt_get() {
  attempt=0
  until rm -f "$R/judged" && apt_index && apt_watched --download-only "$@"; do
    if [ -s "$R/judged" ] || ! apt_judge; then return 1; fi
    if [ -e "$R/index" ]; then what='The packages'; else what='The package index'; fi
    rm -f "$R/index"
    attempt=$((attempt + 1))
    if [ $((attempt % 2)) = 1 ]; then
      event note "$what could not be fetched: $why. Trying again in $HELLO_TERMUX_PATIENCE s."
      sleep "$HELLO_TERMUX_PATIENCE"
    elif ! mirror_next "$why"; then
      echo "$what could not be fetched, and no other mirror is left to try: $why (\`hello-termux feed\` brings packages by way of the laptop)"
      return 1
    fi
  done
  apt_heard "$@" || { echo "Once more, after a repair."; apt_configure && apt_heard "$@"; }
}

apt_configure() { timeout -k 30 1800 dpkg --force-confdef --force-confold --configure -a 2>&1; }

# apt_kept: the settings that an upgrade would have replaced, had we not said: keep the user's own.
apt_kept() {
  [ -e "$R/kept" ] || cp -p -- "$0" "$R/kept"
  kept=$(find "$PREFIX/etc" \( -name '*.dpkg-dist' -o -name '*.dpkg-new' \) -cnewer "$R/kept" 2>/dev/null | tr '\n' ' ')
  [ -z "$kept" ] || event note "Your own settings were kept; the new versions lie beside them: ${kept% }"
  : >"$R/kept"
}

# apt_install NAME...: those that exist are installed in one transaction; each of the others fails by itself.
# The numbers of the changes, in the same order, are in $numbers.
apt_install() {
  apt_sshd_was=$(apt_sshd) apt_first=${numbers%% *}
  apt_repair
  apt_index || apt_get check
  known=$(apt-cache --no-all-versions show "$@" 2>/dev/null | sed -n 's/^Package: //p')
  known=" $(echo "$known" | tr '\n' ' ')"
  wanted='' missing=' '
  for name; do
    case $known in
      *" $name "*) wanted="$wanted $name" ;;
      *) if apt-get -s -q install "$name" >/dev/null 2>&1; then wanted="$wanted $name"; else missing="$missing$name "; fi ;;
    esac
  done
  rc=0
  # shellcheck disable=SC2086  # package names hold no spaces: the playbook reader sees to that
  [ -z "$wanted" ] || apt_get install $wanted || rc=$?
  apt_kept
  apt_noted packages.after
  for name; do
    number=${numbers%% *} numbers=${numbers#* }
    case $missing in *" $name "*)
      near=$(apt-cache pkgnames "$(printf %.3s "$name")" | sort | head -n 5 | tr '\n' ' ')
      no "$number" "the repository has no package $name${near:+; it has: $near}"
      continue ;;
    esac
    dpkg-query -W -f ',${Package}, ${Provides}, ${db:Status-Status}\n' | grep -q "[ ,]${name}[ ,(].* installed\$" ||
      no "$number" "apt did not install it (exit status $rc)${why:+: $why}"
  done
  apt_sshd_works "$apt_first"
}

apt_upgrade() {
  apt_sshd_was=$(apt_sshd)
  apt_repair
  apt_get full-upgrade
  apt_kept
  apt_noted packages.after
  apt_sshd_works "$numbers"
}

# apt_noted FILE: what is installed is noted in the folder of the run, for an undo: packages before the first change, and
# packages.after the last.
apt_noted() {
  dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' >"$R/$1.new" 2>/dev/null || :
  mv -f -- "$R/$1.new" "$R/$1"
}

# apt_remove NAME...: these, and nothing else. The numbers of the changes, in the same order, are in $numbers.
apt_remove() {
  apt_repair
  others=$(apt-get -s -q remove "$@" | sed -n 's/^Remv \([^ ]*\).*/\1/p' | grep -v -x -F "$(printf '%s\n' "$@")") || :
  if [ -n "$others" ]; then
    echo "apt would also remove $(echo "$others" | tr '\n' ' '): nothing was removed."
    return 1
  fi
  rc=0
  apt_heard remove "$@" || rc=$?
  apt_noted packages.after
  for name; do
    number=${numbers%% *} numbers=${numbers#* }
    case $(dpkg-query -W -f '${db:Status-Status}' -- "$name" 2>/dev/null) in
      '' | not-installed | config-files) ;;
      *) no "$number" "apt did not remove it (exit status $rc)" ;;
    esac
  done
}

# apt_sshd: what is another word once sshd is another file.
apt_sshd() { stat -L -c %i.%s.%Y "$PREFIX/bin/sshd" 2>/dev/null || :; }

# apt_sshd_works NUMBER: packages have brought another sshd, while the one that runs is the old one: whoever ends that one
# must be able to rely on the new one. It is tried beside it.
apt_sshd_works() {
  now=$(apt_sshd)
  if [ -z "$apt_sshd_was" ] || [ "$now" = "$apt_sshd_was" ]; then return 0; fi
  if ! why=$(sshd_fails); then return 0; fi
  old=$(find "$apt_cache/archives" -name 'openssh_*.deb' ! -newer "$0" 2>/dev/null | tail -n 1)
  no "$1" "the new sshd $why. The sshd that runs was left alone, so you get in as long as it lives: keep Termux open, and mend it before the phone starts anew${old:+ (dpkg -i $old brings back the one before)}."
}
