"""The data that every layer speaks: plain, frozen, comparable, and able to cross JSON and come back the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from provisioner.remote_path import RemotePath

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a text: ``playbooks/go-dev.yml:14:5``. Lines and columns count from 1; 0 means unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """The address of a resource: prints as ``file:~/.bashrc``; what ``--only`` takes and JSON shows."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> ResourceId:
        """Read an address back; raises ValueError if there is no colon."""
        kind, colon, name = text.partition(":")
        if not colon:
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, name)


@dataclass(frozen=True, slots=True)
class Text:
    """Text long enough to be shown as a diff. Bytes that are no UTF-8 live in it as surrogate escapes."""

    text: str

    @classmethod
    def of(cls, data: bytes) -> Text:
        return cls(data.decode("utf-8", "surrogateescape"))

    def encode(self) -> bytes:
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 (hex) of bytes that were not fetched."""

    sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that no view may show and no plan may hold: it prints as ``(secret)`` and crosses JSON as its digest."""

    value: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.value.encode("utf-8", "surrogateescape")).hexdigest()

    def __repr__(self) -> str:
        return "(secret)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the apply can tell. Two of them are never the same, so a field that holds one is a change."""

    why: str = ""

    def __str__(self) -> str:
        return "(known after apply)"


Value: TypeAlias = str | int | bool | Text | Digest | Secret | Unknown | None
State: TypeAlias = Mapping[str, Value]


class Action(StrEnum):
    """What happens to a resource. ``refuse``: it is wanted, and we will not do it; ``wait``: only a finger on the phone
    can do it. The change's reason says why."""

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

    @property
    def pending(self) -> bool:
        return self.action not in (Action.NONE, Action.REFUSE, Action.WAIT)


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


class EventKind(StrEnum):
    """The kinds of ``Event``; one stream for all views and for the journal on the phone."""

    RUN = "run"  # the run on the phone has begun; text = run id
    STARTED = "started"  # of a step
    OUTPUT = "output"  # text = what a program wrote, as it is: views make it harmless
    PROGRESS = "progress"  # percent = 0..100 of the current step, text = what it is at
    FINISHED = "finished"  # of a change; ms = how long
    FAILED = "failed"  # of a change; text = why, rc = exit status
    SKIPPED = "skipped"  # of a change; text = why
    WAITING = "waiting"  # of a change: all that we can do is done, a finger on the phone is needed; text = what to do
    NOTE = "note"  # a sentence for the person
    PROVE = "prove"  # the run waits for a second login; text = port and token
    RECONNECTED = "reconnected"
    ENDED = "ended"  # of the run


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a run. ``id`` is the address of the change it belongs to."""

    kind: EventKind
    id: ResourceId | None = None
    text: str = ""
    ms: int | None = None
    rc: int | None = None
    percent: float | None = None


class Status(StrEnum):
    """How a change ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended; ``tail`` holds the last lines of its output if it failed."""

    id: ResourceId
    status: Status
    action: Action
    ms: int = 0
    message: str = ""
    tail: str = ""
    source: Source = Source("")


@dataclass(frozen=True, slots=True)
class Result:
    """What an apply came to: outcomes in order, and the plan made from the fresh reading afterwards."""

    outcomes: tuple[Outcome, ...]
    after: Plan
    run: str = ""
    ms: int = 0

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.status in (Status.FAILED, Status.SKIPPED))

    @property
    def waiting(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.status is Status.WAITING)

    @property
    def converged(self) -> bool:
        left = self.after.pending or self.after.refused or self.after.waiting
        return not left and not self.failed


class ProofStatus(StrEnum):
    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class ProofResult:
    """One line of the proof card: what was shown to work on the phone, and by what figures."""

    name: str
    status: ProofStatus
    text: str = ""
    ms: int = 0
    task: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Shell to run on the phone for a change: a value, not behaviour.

    ``script`` is POSIX sh that runs with ``set -eu`` in a subshell, standard input ``/dev/null``, with the functions of
    ``device/run.sh``; a program in it that may hang carries its own ``timeout``. ``backs_up``: the paths it replaces.
    """

    script: str
    backs_up: tuple[RemotePath, ...] = ()
    leaves: tuple[RemotePath, bytes] | None = None
    """A file that other changes may edit too, with what it holds after this step: they build on that."""
