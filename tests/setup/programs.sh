#!/bin/sh
# programs.sh LEVEL: sees to it that the Debian packages of a level of missing.py are there. What is there is left alone,
# and root is asked for only if something is missing.
set -eu

here=$(dirname "$0")
[ "$(uname)" = Linux ] && command -v apt-get >/dev/null || exit 0 # what cannot run here says so itself

missing=$("${PYTHON:-python3}" "$here/missing.py" "$1")
[ -n "$missing" ] || exit 0

# shellcheck disable=SC2086  # the names are words
install() {
    echo "Installing $(echo "$missing" | wc -w) Debian packages: $missing" >&2
    "$@" sh "$here/install-debian.sh" $missing
}

if [ "$(id -u)" = 0 ]; then
    install env
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    install sudo
else
    false
fi && exit
echo "Debian packages are missing; as root, type: apt-get install -y --no-install-recommends $missing" >&2
exit 1
