"""What would be done to a phone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from provisioner.lean_dataclass import dataclass, field
from provisioner.model.values import JSON, ResourceId, Secret, Source, Value


class Action(StrEnum):
    """What happens to a resource. ``refuse``: it is wanted, and we will not do it; ``wait``: only a person can
    do it (a finger on the phone) or decide it (what they have edited there). The change's reason says why."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    RUN = "run"
    REFUSE = "refuse"
    WAIT = "wait"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Field:
    """One property that differs. ``None`` on a side means: not there."""

    name: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """The unit of plan, progress, undo and JSON.

    ``requires`` are the addresses that must be done first; ``notes`` are sentences for the person (a size, a warning);
    ``observed`` is the digest of what was seen, by which a saved plan knows that the phone has moved.
    """

    id: ResourceId
    action: Action
    task: str = ""
    fields: tuple[Field, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    source: Source = Source("")
    requires: tuple[ResourceId, ...] = ()
    observed: str = ""
    edited: bool = False
    """Somebody has edited by hand what we wrote: the action says what was decided, or waits for a decision."""

    @property
    def pending(self) -> bool:
        return self.action not in (Action.NONE, Action.REFUSE, Action.WAIT)

    @property
    def sealed(self) -> bool:
        """Whether what is there, or shall be, holds a secret."""
        return any(isinstance(side, Secret) for field in self.fields for side in (field.before, field.after))


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers that end a plan and a result, and what was left alone."""

    create: int = 0
    change: int = 0
    delete: int = 0
    refused: int = 0
    unchanged: int = 0
    waiting: int = 0
    run: int = 0

    @property
    def pending(self) -> int:
        return self.create + self.change + self.delete + self.run


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to one phone, in the order of work; unchanged resources are there with action ``none``."""

    changes: tuple[Change, ...]
    host: str = ""
    device: str = ""
    """The phone's identity: its pinned host key's fingerprint."""
    facts: Mapping[str, JSON] = field(default_factory=dict)
    """What the probe said about the phone itself (``facts.Host``), for views and ``--json``."""
    playbook: str = ""
    content: str = ""
    """Digest of everything the plan was made from on the laptop: playbook, templates, variables."""
    warnings: tuple[str, ...] = ()
    """What stands in the way of an apply."""
    notes: tuple[str, ...] = ()
    """What is left alone or left out on this phone, and why."""
    saved_as: str = ""
    """The random name that a plan gets when it is saved: by it a phone knows that it has carried it out."""
    download: int | None = None
    """Bytes that the packages of the plan and what they need would fetch; None: the phone's index does not know."""

    @property
    def pending(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.pending)

    @property
    def refused(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action is Action.REFUSE)

    @property
    def waiting(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action is Action.WAIT)

    @property
    def summary(self) -> Summary:
        count = dict.fromkeys(Action, 0)
        for change in self.changes:
            count[change.action] += 1
        return Summary(
            create=count[Action.CREATE],
            change=count[Action.UPDATE],
            delete=count[Action.DELETE],
            refused=count[Action.REFUSE],
            unchanged=count[Action.NONE],
            waiting=count[Action.WAIT],
            run=count[Action.RUN],
        )
