#!/bin/sh
# As root: installs the Debian packages that are named. The sshd among them is for our own use on a port of its own:
# Debian would start it on port 22, now and at every boot, and that nobody has asked for.
set -eu

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
ours=
# shellcheck disable=SC2154  # rc is set in the trap
trap 'rc=$?; rm -f "$log"; [ -z "$ours" ] || rm -f "$policy"; exit $rc' EXIT
trap 'exit 130' HUP INT TERM

install() {
    apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 -- "$@" >"$log" 2>&1
}

had_sshd=$(command -v /usr/sbin/sshd || :)
if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

# The index is fetched only if it is missing or too old to install from.
if ! install "$@" && ! { apt-get update -q >"$log" 2>&1 && install "$@"; }; then
    tail -n 20 "$log" >&2
    exit 1
fi

if [ -z "$had_sshd" ] && [ -x /usr/sbin/sshd ]; then
    deb-systemd-helper disable ssh.service >/dev/null 2>&1 || :
    update-rc.d ssh disable >/dev/null 2>&1 || :
fi
