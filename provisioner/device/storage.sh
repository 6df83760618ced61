# Android's shared storage (termux.md 9): only the app can ask for it, only a finger can grant it, and only listing and
# writing tell whether it was.
storage_readable() {
  for link; do
    timeout 5 ls -U -- "$HOME/storage/$link/" >/dev/null 2>&1 || return 1
  done
}

# storage_probe LINK...: a file is written, read and deleted in each.
storage_probe() {
  for link; do
    # shellcheck disable=SC2016  # it is the inner shell that expands
    timeout 20 "$PREFIX/bin/sh" -c '
      echo hello >"$1" && read -r line <"$1" && [ "$line" = hello ]
      rc=$?
      rm -f -- "$1"
      exit $rc' probe "$HOME/storage/$link/.hello-termux-probe-$$" || return 1
  done
}

regrant='Settings > Apps > Termux > Permissions: take the one for files and media (storage) away, grant it again'

# storage_get NUMBER SECONDS LINK...: what can be done from here, and a word on what cannot.
storage_get() {
  number=$1 wait=$2
  shift 2
  if storage_readable "$@"; then
    :
  elif [ ! -e "$HOME/storage" ] && [ ! -L "$HOME/storage" ]; then
    # Asked for once in a run. Where ~/storage exists this must not be called at all: it would ask on its input, and
    # on "y" empty the folder.
    timeout 20 termux-setup-storage </dev/null || :
    end=$(($(date +%s) + wait))
    until storage_readable "$@" || [ "$(date +%s)" -ge "$end" ]; do
      sleep 1
      # The app makes all its links at once: what is missing a moment after the first, it does not make.
      if storage_readable shared; then sleep 1; break; fi
    done
  fi
  if storage_readable "$@"; then
    storage_probe "$@" || waits "$number" "look at the phone: the storage can be read, but not written to. $regrant; then run the same command again"
  elif storage_readable shared; then
    no "$number" "the storage is granted, but this Termux makes no link for each of: $*"
  else
    waits "$number" "look at the phone: open Termux, so that it is on the screen, and tap Allow; then run the same command again"
  fi
}
