"""What brings sshd back after Android has ended it."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding

STARTS = SaidFact(
    '[ -f "$PREFIX/var/service/sshd/run" ] && [ ! -e "$PREFIX/var/service/sshd/down" ] && echo service\n'
    'grep -l -s -E "sshd|start-services" "$HOME"/.termux/boot/* | head -n 1\n'
    'cd "$HOME" && grep -l -s -E "^[^#]*sshd" .profile .bash_profile .bashrc .zshrc .zprofile .zlogin | head -n 1'
)


@finding(
    "sshd_autostart",
    Grade.NOTE,
    cause="Android ends what runs in the background, and nothing starts sshd with the phone or with Termux",
    repair="in the playbook: openssh: {autostart: both}; or type sshd in Termux each time",
    source="termux.md §4.6-4.8; termux-app#2366; termux-boot#38",
    asks=[STARTS],
)
def sshd_autostart(seen: Seen) -> Iterator[Trouble]:
    """sshd comes back by itself."""
    if not seen[STARTS]:
        yield Trouble("nothing starts sshd again once it is gone")
