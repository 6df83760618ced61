"""A running sshd hides that the next one would not start."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.findings.password_login import SETTING


@finding(
    "sshd_starts",
    Grade.ERROR,
    cause="its configuration, or a library that it needs, changed since it was started; this session is from before",
    repair="mend what it names and check with: sshd -t; do not end the sshd that runs before that is silent",
    source="termux.md §4.5; termux-packages#20756, #24326, #15646",
    asks=[SETTING],
)
def sshd_starts(seen: Seen) -> Iterator[Trouble]:
    """sshd would start again."""
    if seen[SETTING].refused:
        yield Trouble("sshd would not start again", said=seen[SETTING].refused)
