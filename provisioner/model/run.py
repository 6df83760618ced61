"""What happens when it is done: what the steps say, what they come to."""

from __future__ import annotations

from enum import StrEnum

from provisioner.lean_dataclass import dataclass
from provisioner.model.plan import Action, Plan
from provisioner.model.values import ResourceId, Source


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
    noted: bool = False
    """Whether this is told from what the run has noted: it says nothing of what was left alone."""

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
    """How a proof ended. ``look``: no program can tell, its text says what a person should look at."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    WAITING = "waiting"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class ProofResult:
    """One line of the proof card: what was shown to work on the phone, and by what figures."""

    name: str
    status: ProofStatus
    text: str = ""
    ms: int = 0
    task: str = ""
    shows: str = ""
    how: str = ""
