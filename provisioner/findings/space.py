"""Room for packages: Go and its compiler alone unpack to about 1 GB."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.command import Command

LITTLE, NONE = 1000, 200
"""MB."""
DEBS = "${PREFIX%/files/usr}/cache/apt/archives"
CLEAN = Command("apt-clean", "apt-get clean", unless=f'! ls "{DEBS}"/*.deb')


@finding(
    "space",
    Grade.WARNING,
    cause="apt unpacks before it throws away, Go keeps what it has built, and Android ends apps when the disk is full",
    repair="apt-get clean; go clean -cache; or make room in Android's settings",
    source="termux.md §13 (No space left on device)",
    mends=True,
)
def space(seen: Seen) -> Iterator[Trouble]:
    """1 GB is free for packages and builds."""
    free = seen.host.free_mb
    if 0 <= free < LITTLE:
        yield Trouble(f"only {free} MB are free", grade=Grade.ERROR if free < NONE else None, fixes=(CLEAN,))
