# apt as a provisioner needs it: never pkg (it changes the mirror), never a question, no failure that looks like success.
# The options and why: termux.md 3.3 to 3.6.
apt_do() {
  DEBIAN_FRONTEND=noninteractive timeout -k 30 5400 apt-get -y -q \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
    -o DPkg::Lock::Timeout=60 -o APT::Status-Fd=3 "$@" 3>&1
}

# What an earlier run left half-way is finished first: apt does nothing else until it is.
# dpkg does not wait for its lock as apt does, and must never have it taken away.
apt_repair() {
  tries=0
  until said=$(timeout -k 30 1800 dpkg --force-confdef --force-confold --configure -a 2>&1); do
    printf '%s\n' "$said"
    case $said in *lock*) ;; *) return 1 ;; esac
    tries=$((tries + 1))
    if [ "$tries" -ge 12 ]; then
      echo "Another program holds dpkg's lock: look at Termux on the phone, an apt may be waiting there for an answer."
      return 1
    fi
    sleep 5
  done
  [ -z "$said" ] || printf '%s\n' "$said"
  apt_do -f install
}

# The index is read once in a run. apt exits 0 when no server answers, unless it is told otherwise.
apt_index() {
  [ ! -e "$R/index" ] || return 0
  if ! apt_do -o APT::Update::Error-Mode=any update; then
    echo "The package index could not be fetched."
    return 1
  fi
  : >"$R/index"
}

# apt_install NAME...: those that exist are installed in one transaction; each of the others fails by itself.
# The numbers of the changes, in the same order, are in $numbers.
apt_install() {
  apt_repair
  apt_index
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
  [ -z "$wanted" ] || apt_do install $wanted || rc=$?
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' -- "$@" 2>/dev/null) || :
  for name; do
    number=${numbers%% *} numbers=${numbers#* }
    case $missing in *" $name "*)
      near=$(apt-cache pkgnames "$(printf %.3s "$name")" | sort | head -n 5 | tr '\n' ' ')
      no "$number" "the repository has no package $name${near:+; it has: $near}"
      continue ;;
    esac
    case $installed in *"$name installed"*) ;; *) no "$number" "apt did not install it (exit status $rc)" ;; esac
  done
}

apt_upgrade() {
  apt_repair
  apt_index
  apt_do full-upgrade
  kept=$(find "$PREFIX/etc" -name '*.dpkg-dist' -newer "$R/run.sh" 2>/dev/null | tr '\n' ' ')
  [ -z "$kept" ] || event note "Your own settings were kept; the new versions lie beside them: $kept"
}
