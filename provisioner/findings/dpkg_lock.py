"""Who is at work on the packages."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding

HOLDERS = SaidFact(
    'for p in /proc/[0-9]*; do case $({ read -r c <"$p/comm"; } 2>/dev/null; echo "$c") in (apt|apt-get|dpkg)\n'
    'for l in "$p"/fd/*; do case $(readlink "$l") in ("$PREFIX"/var/lib/dpkg/lock*)\n'
    "echo \"${p#/proc/} $(tr '\\000' ' ' <$p/cmdline)\"; break ;; esac; done ;; esac; done"
)


@finding(
    "dpkg_lock",
    Grade.WARNING,
    cause="an apt is at work; on the phone's screen it may wait for an answer that nobody gives",
    repair="look at Termux on the phone and answer or end it there; never delete the lock files",
    source="termux.md §3.5; termux-packages#6603, #6489, #19097",
    asks=[HOLDERS],
)
def dpkg_lock(seen: Seen) -> Iterator[Trouble]:
    """Nobody holds dpkg's lock."""
    for line in seen[HOLDERS].splitlines()[:1]:
        pid, _, words = line.partition(" ")
        yield Trouble(f"process {pid} holds dpkg's lock", said=words.strip())
