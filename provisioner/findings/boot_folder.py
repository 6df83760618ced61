"""Termux:Boot stops at the first folder among its scripts."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding

FOLDERS = SaidFact('cd "$HOME/.termux/boot" 2>/dev/null && for d in */; do [ -d "$d" ] && echo "$d"; done')


@finding(
    "boot_folder",
    Grade.WARNING,
    cause="Termux:Boot takes every file of ~/.termux/boot and ends at a folder: the scripts behind it never run",
    repair="move the folder elsewhere",
    source="termux.md §4.7; BootReceiver.java",
    asks=[FOLDERS],
)
def boot_folder(seen: Seen) -> Iterator[Trouble]:
    """There is no folder among the boot scripts."""
    for name in seen[FOLDERS].splitlines()[:1]:
        yield Trouble(f"~/.termux/boot/{name} is a folder")
