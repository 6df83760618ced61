"""Names for programs that are built without cgo."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import PathFact
from provisioner.findings.base import PROGRAMS, Grade, Seen, Trouble, finding, has
from provisioner.resources.package import Package
from provisioner.tasks.golang import RESOLV_CONF


@finding(
    "resolv_conf",
    Grade.WARNING,
    cause="the package resolv-conf is only recommended by golang; Go programs without cgo then ask [::1]:53",
    repair="pkg install resolv-conf",
    source="termux.md §8; termux-app#1138; golang/go#10714",
    asks=[PathFact(RESOLV_CONF), PROGRAMS],
    mends=True,
)
def resolv_conf(seen: Seen) -> Iterator[Trouble]:
    """Go has name servers to ask."""
    if has(seen, "go") and seen[PathFact(RESOLV_CONF)] is None:
        yield Trouble(f"Go is there, but no {RESOLV_CONF}", fixes=(Package("resolv-conf"),))
