"""The list of packages that apt decides by."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.apt_upgrade import AptUpgrade

NEWEST = SaidFact('stat -c %Y "$PREFIX"/var/lib/apt/lists/*_Packages* 2>/dev/null | sort -n | tail -n 1')
OLD = 30 * 86400


@finding(
    "index_age",
    Grade.NOTE,
    cause="Termux rolls: mirrors delete old packages, and a new package beside old libraries may not start",
    repair="hello-termux apply --refresh; or pkg upgrade on the phone",
    source="termux.md §3.6; termux-packages#16830, #15357",
    asks=[NEWEST],
    mends=True,
)
def index_age(seen: Seen) -> Iterator[Trouble]:
    """The package index is younger than 30 days."""
    if seen.host.package_manager != "apt":
        return
    newest = seen[NEWEST]
    fix = (AptUpgrade(),)
    if not newest.isdecimal():
        yield Trouble("there is no package index yet", fixes=fix)
    elif seen.host.clock - int(newest) > OLD:
        yield Trouble(f"the package index is {(seen.host.clock - int(newest)) // 86400} days old", fixes=fix)
