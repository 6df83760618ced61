"""A command of the user's own, with a guard that tells whether it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import PathFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Action, Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import sh


@dataclass(frozen=True, slots=True)
class GuardFact(Fact[bool]):
    """Whether a guard command succeeds. It must only read: a plan runs it."""

    command: str
    section: ClassVar[str] = "guard"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        return "".join(sh("timeout 10 sh -c {} >/dev/null 2>&1 && echo y || echo n\n", fact.command) for fact in facts)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, bool]:
        return {fact: line == b"y" for fact, line in zip(facts, answer.splitlines(), strict=True)}


@register("command")
@dataclass(frozen=True, slots=True)
class Command(Resource):
    """Run a command unless its guard says that it is not needed.

    - command: {name: gopath, run: "mkdir -p ~/go/src", creates: ~/go/src}
    """

    barrier: ClassVar[bool] = True
    name: str = option("what it is called in plans and with --only")
    run: str = option("the command, for sh")
    creates: RemotePath | None = option("not needed once this exists", default=None)
    unless: str | None = option("not needed if this command succeeds; it must change nothing", default=None)
    timeout: int = option("seconds after which it is ended", default=600)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if self.timeout < 1:
            yield "timeout is a number of seconds above 0", "timeout"
        if (self.creates is None) == (self.unless is None):
            yield "give exactly one of creates, unless: without a guard a command would run every time"

    @property
    def id(self) -> ResourceId:
        return ResourceId("command", self.name)

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.creates)] if self.creates else [GuardFact(self.unless or "false")]

    def desired(self, facts: Facts) -> State:
        return {"needed": False}

    def observed(self, facts: Facts) -> State:
        if self.creates:
            return {"needed": facts[PathFact(self.creates)] is None}
        return {"needed": not facts[GuardFact(self.unless or "false")]}

    def action(self, observed: State | None, desired: State | None) -> Action:
        return Action.RUN

    def reason(self, facts: Facts) -> str:
        return f"{self.creates} is not there" if self.creates else f"`{self.unless}` does not succeed"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        yield Step(sh("timeout -k 10 {} sh -c {}\n", self.timeout, self.run))
