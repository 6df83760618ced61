"""sshd's settings as they were before a run, tried and proved as every change to them: what ``undo`` plans with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provisioner.facts import Fact, Facts
from provisioner.lean_dataclass import dataclass
from provisioner.model import Action, Change, ResourceId, State, Step, Value
from provisioner.resources.base import Resource
from provisioner.resources.restored import Restored
from provisioner.resources.sshd_config import CONFIG
from provisioner.shell import device_script, sh, words


@dataclass(frozen=True, slots=True)
class SshdRestored(Resource):
    """The drop-in of a run and ``sshd_config`` are as they were, once a second login has worked with them."""

    dropin: Restored
    config: Restored

    @property
    def id(self) -> ResourceId:
        return ResourceId("sshd_config", self.dropin.path.name.removesuffix(".conf"))

    @property
    def _parts(self) -> tuple[Restored, Restored]:
        return self.dropin, self.config

    def facts(self) -> Iterable[Fact[Any]]:
        return [fact for part in self._parts for fact in part.facts()]

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        return [fact for part in self._parts for fact in part.details(facts)]

    def desired(self, facts: Facts) -> State:
        return {str(part.path): _content(part.desired(facts)) for part in self._parts}

    def observed(self, facts: Facts) -> State:
        return {str(part.path): _content(part.observed(facts)) for part in self._parts}

    def action(self, observed: State | None, desired: State | None) -> Action:
        return Action.UPDATE

    def refusal(self, facts: Facts) -> str:
        differ = [part for part in self._parts if part.desired(facts) != part.observed(facts)]
        return next((why for part in differ if (why := part.refusal(facts))), "")

    def reason(self, facts: Facts) -> str:
        return "tried beside the running sshd, and proved by a second login, before it counts"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        script = sh('cp -- {} "$R/dropin"\n', self.dropin.copy) if self.dropin.copy else 'rm -f -- "$R/dropin"\n'
        script += sh('cp -- {} "$R/config"\n', self.config.copy or CONFIG)
        call = f'sshd_try "${{numbers-}}" {words([self.dropin.path, self.config.path])}\n'
        yield Step(script + device_script("sshd.sh") + call, backs_up=(self.dropin.path, self.config.path))


def _content(state: State | None) -> Value:
    return None if state is None else state.get("content")
