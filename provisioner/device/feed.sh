# Packages that the laptop has fetched, installed by the phone's own apt from a folder: it checks the signature of the index
# and the digest of each package by the phone's own keys, and needs no network. To be read after apt.sh.
feed=$HOME/.local/state/hello-termux/feed

# feed_apt WORD...: apt, of which this folder is all it knows.
feed_apt() {
  (apt_do -o Dir::Etc::sourcelist="$feed/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$feed/lists" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Acquire::Languages=none -o Acquire::By-Hash=no "$@")
}

# feed_install [NAME...]: these, or without a name all that is older than what was fetched.
feed_install() {
  # shellcheck disable=SC2034,SC2154  # apt.sh reads the first; numbers is the runner's
  apt_sshd_was=$(apt_sshd) apt_first=${numbers%% *}
  if [ $# = 0 ]; then set -- full-upgrade; else set -- install "$@"; fi
  apt_configure || :
  feed_apt "$@" || {
    echo "Once more, after a repair."
    apt_configure && feed_apt "$@"
  }
  apt_kept
  rm -rf -- "$feed/repo/pool"
  apt_sshd_works "$apt_first"
}
