"""What a person says beside the playbook, and the person who is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from provisioner.lean_dataclass import dataclass, field

if TYPE_CHECKING:
    from provisioner.transport.hostkeys import HostKeyQuestion

PATIENCE = 600.0
"""Seconds for which a phone that went away in the middle of a run is waited for."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says beside the playbook; ``timeout`` in seconds."""

    host: str | None = None
    identity: Path | None = None
    timeout: float = 15.0
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    host_key: str | None = None
    rekey: bool = False
    refresh: bool = False
    find: bool = False
    remembers: bool = field(default=False, repr=False)
    """Whether a phone that we know keeps what was dear of the first reading (``facts.memo``); a plan writes nothing."""
    packages: bool = False
    """Whether an undo takes away the packages that a run had added."""
    edits: str = ""
    """What becomes of what was edited by hand on the phone: ``keep``, ``take``, or empty: nothing without a word."""
    patience: float = field(default=PATIENCE, repr=False)


class Ask(Protocol):
    """A person, or nobody."""

    def confirm_host_key(self, question: HostKeyQuestion) -> bool: ...

    def look_for(self, question: str) -> bool:
        """Whether the local network may be looked through for a phone that has moved."""

    def tell(self, sentence: str) -> None:
        """Something that the person should know, beside the results."""

    def passphrase(self, path: Path) -> str | None: ...
