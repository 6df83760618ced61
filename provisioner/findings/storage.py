"""The phone's shared storage, as ``~/storage`` has it."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.storage import DANGLING, NO_LINK, READABLE, SILENT, StorageFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.shared_storage import NO_LINKS, REGRANT

SHARED = StorageFact("shared")


@finding(
    "storage",
    Grade.WARNING,
    cause="Android took the permission away, as it does from apps that are long unused; the links stay",
    repair=REGRANT,
    source="termux.md §9; termux-app#2090, #4486, #157",
    asks=[SHARED],
)
def storage(seen: Seen) -> Iterator[Trouble]:
    """~/storage/shared can be read."""
    found = seen[SHARED]
    if found is None:
        yield Trouble(
            "photos and downloads are not within reach: there is no ~/storage",
            grade=Grade.NOTE,
            cause="Termux was never asked for it",
            repair="if you want it: termux-setup-storage in Termux on the phone, and tap Allow",
        )
    elif found == NO_LINK:
        cause = "somebody else made the folder: as long as it is there Termux asks before it makes its links"
        yield Trouble("there is a ~/storage without Termux's links", cause=cause, repair=NO_LINKS)
    elif found == DANGLING:
        yield Trouble("~/storage/shared leads nowhere", cause="the storage is not mounted, or belongs to another user")
    elif found == SILENT:
        yield Trouble("the storage does not answer", cause="a card that was pulled out or is failing")
    elif found != READABLE:
        yield Trouble("~/storage/shared cannot be read", said=found)
