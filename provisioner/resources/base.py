"""What every resource is, and what the planner knows of one beside itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

from provisioner.facts import Fact, Facts
from provisioner.lean_dataclass import dataclass
from provisioner.model import Action, Change, ResourceId, Source, State, Step
from provisioner.remote_path import RemotePath


@dataclass(frozen=True, slots=True)
class Claim:
    """What a resource makes of a path, in words; below a file there can be nothing."""

    path: RemotePath
    made: str
    is_file: bool = False


class Resource(ABC):
    """How one thing on the phone is made true. No I/O, no printing, no retry: the layers give those.

    A resource is a frozen dataclass, registered under its kind (``schema.register``).
    """

    __slots__ = ()

    batch: ClassVar[str] = ""
    """Resources with the same non-empty word are changed together, by ``batch_steps``, in one go."""
    barrier: ClassVar[bool] = False
    """A change of this kind may decide what later batches come to: none is moved across it."""

    brief: ClassVar[bool] = False
    """A change of this kind is a matter of a moment: no clock is read for it, and no phone kept awake."""

    @property
    @abstractmethod
    def id(self) -> ResourceId:
        """The address; unique in a playbook."""

    @abstractmethod
    def facts(self) -> Iterable[Fact[Any]]:
        """The questions whose answers ``observed`` reads; all of them go into the one probe."""

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        """Questions worth asking only after seeing the first answers, to show a person more of a change."""
        return ()

    @abstractmethod
    def desired(self, facts: Facts) -> State | None:
        """What shall be true; ``None``: that the thing is absent."""

    @abstractmethod
    def observed(self, facts: Facts) -> State | None:
        """What is true now, in the same fields; ``None``: absent."""

    @abstractmethod
    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        """What to run for the change from observed to desired."""

    @classmethod
    def batch_steps(cls, work: Sequence[tuple[Resource, Change]], facts: Facts) -> Iterable[Step]:
        """What to run for all ``work`` of this batch together; the shell function ``no`` gives single verdicts."""
        raise NotImplementedError(cls.__name__)

    def claims(self) -> Iterable[Claim]:
        """The paths that this resource decides on. Two that make different things of one path would undo each other for
        ever, and below a file nothing can be made; ``declare`` refuses them."""
        return ()

    def needs(self) -> Iterable[ResourceId]:
        """What must be done first if the playbook has it; what it does not have is taken for done."""
        return ()

    def action(self, observed: State | None, desired: State | None) -> Action:
        """What a difference is called."""
        if observed is None:
            return Action.CREATE
        return Action.DELETE if desired is None else Action.UPDATE

    def refusal(self, facts: Facts) -> str:
        """Why a needed change will not be made; empty: it will."""
        return ""

    def is_brief(self) -> bool:
        """Whether this change is such a matter of a moment."""
        return self.brief

    def waits(self, facts: Facts) -> str:
        """What a person must do on the phone because nothing else can; empty: we can do it."""
        return ""

    def written(self, facts: Facts) -> tuple[str, str] | None:
        """For what we write and nobody else should: the name by which we note its digest, and the digest of what stands
        there now. A step notes it by ``facts.last.wrote``; what was never noted was edited by hand."""
        return None

    def reason(self, facts: Facts) -> str:
        """One clause that says why the change is needed, where the fields do not; may be empty."""
        return ""

    def notes(self, facts: Facts) -> Iterable[str]:
        """Sentences for the person beside the change: a size, a time, a warning."""
        return ()

    def remarks(self, facts: Facts) -> Iterable[str]:
        """Sentences for the person even if nothing changes: something of theirs that was left alone."""
        return ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a declared resource is not planned: skipped (does not apply here) or refused (wanted, but we will not).

    One that is skipped without a ``reason`` is nothing that a person would miss.
    """

    refuse: bool
    reason: str


class Condition(Protocol):
    """Decides from facts whether a declared resource applies."""

    def facts(self) -> Iterable[Fact[Any]]: ...

    def judge(self, facts: Facts) -> Verdict | None:
        """``None``: go on."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource in its place in a playbook: which task made it, where it is written, what must be done before."""

    resource: Resource
    task: str = ""
    source: Source = Source("")
    requires: tuple[ResourceId, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def id(self) -> ResourceId:
        return self.resource.id
