"""Two files of settings for the app, of which it reads one."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import PathFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.termux_properties import FIRST, SECOND


@finding(
    "properties_twice",
    Grade.NOTE,
    cause="Termux reads the first of the two that is there, and never the other",
    repair=f"move what you want to keep from {SECOND} to {FIRST}, and delete the former",
    source="termux.md §10; SharedProperties.java",
    asks=[PathFact(FIRST), PathFact(SECOND)],
)
def properties_twice(seen: Seen) -> Iterator[Trouble]:
    """There is one termux.properties."""
    if seen[PathFact(FIRST)] and seen[PathFact(SECOND)]:
        yield Trouble(f"{SECOND} is never read, because there is {FIRST}")
