"""What every resource is, and what the planner knows of one beside itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from provisioner.facts import Fact, Facts
from provisioner.model import Change, ResourceId, Source, State, Step


@runtime_checkable
class Resource(Protocol):
    """How one thing on the phone is made true. No I/O, no printing, no retry: the layers give those."""

    @property
    def id(self) -> ResourceId: ...

    def facts(self) -> Iterable[Fact[Any]]:
        """The questions whose answers ``observed`` reads; all in the one probe."""

    def desired(self, facts: Facts) -> State | None:
        """What shall be true; ``None``: that the thing is absent."""

    def observed(self, facts: Facts) -> State | None:
        """What is true now, in the same fields; ``None``: absent."""

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        """What to run for the change from observed to desired."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a declared resource is not planned: ``skip`` (does not apply here) or ``refuse`` (wanted, but we will not)."""

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
