"""Whether a password opens the phone to everybody in the Wi-Fi."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import PathFact
from provisioner.facts.sshd import SshdFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.remote_path import RemotePath

PASSWORD = RemotePath("~", ".termux_authinfo")
SETTING = SshdFact("PasswordAuthentication")


@finding(
    "password_login",
    Grade.NOTE,
    cause="sshd takes passwords by default, on all networks; one is set, and short ones are guessed",
    repair="in the playbook: openssh: {password_login: false}; it counts once a login by key has worked",
    source="termux.md §4.2; termux-auth.c",
    asks=[SETTING, PathFact(PASSWORD)],
)
def password_login(seen: Seen) -> Iterator[Trouble]:
    """No password opens the phone."""
    if seen[SETTING].value == "yes" and seen[PathFact(PASSWORD)] is not None:
        yield Trouble("a password opens the phone over ssh, from anywhere in its networks")
