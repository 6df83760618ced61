"""A phone that we can work on at all."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.errors import UnsuitableHost
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.suitability import require_termux


@finding(
    "suitable",
    Grade.ERROR,
    cause="hello-termux works on Termux with apt, as the app's own user; where something else is, it changes nothing",
    repair="install Termux from F-Droid or GitHub",
    source="termux.md §1.5; termux-app#5224",
)
def suitable(seen: Seen) -> Iterator[Trouble]:
    """It is Termux, its packages come by apt, and sshd does not run as root."""
    try:
        require_termux(seen.host)
    except UnsuitableHost as error:
        yield Trouble(error.summary, repair=error.hint)
