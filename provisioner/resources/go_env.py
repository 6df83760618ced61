"""A setting of Go that lasts: kept by ``go env -w``, so that Vim, ssh and cron see it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, words

GOENV = RemotePath("~", ".config/go/env")


@register("go_env")
@dataclass(frozen=True, slots=True)
class GoEnv(Resource):
    """Set one variable of ``go env``. A value in ``replaces`` may be changed; any other that you set yourself stays.

    - go_env: {name: GOPROXY, value: "https://goproxy.cn,direct"}
    """

    batch: ClassVar[str] = "go env"
    brief: ClassVar[bool] = True

    name: str = option("the variable")
    value: str = option("what it shall be")
    keep_own: bool = option("leave another value alone, unless it is in replaces", default=False)
    replaces: tuple[str, ...] = option("values that are nobody's own choice", factory=tuple)

    def problems(self) -> Iterable[str]:
        if not self.name.isidentifier() or not self.name.isupper():
            yield f"{self.name!r} is no variable of go env"

    @property
    def id(self) -> ResourceId:
        return ResourceId("go_env", self.name)

    def facts(self) -> Iterable[Fact[Any]]:
        return [ContentFact(GOENV)]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", "golang")]

    def desired(self, facts: Facts) -> State:
        return {"value": self._now(facts) if self._own(facts) else self.value}

    def observed(self, facts: Facts) -> State | None:
        now = self._now(facts)
        return None if now is None else {"value": now}

    def _now(self, facts: Facts) -> str | None:
        text = (facts[ContentFact(GOENV)] or b"").decode("utf-8", "replace")
        lines = [line.partition("=") for line in text.splitlines()]
        return next((value for name, _, value in reversed(lines) if name == self.name), None)

    def _own(self, facts: Facts) -> bool:
        now = self._now(facts)
        return self.keep_own and now is not None and now != self.value and now not in self.replaces

    def remarks(self, facts: Facts) -> Iterable[str]:
        if self._own(facts):
            yield f"{self.name} is {self._now(facts)}, your own choice: it stays (the playbook says {self.value})."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self.batch_steps([(self, change)], facts)

    @classmethod
    def batch_steps(cls, work: Sequence[tuple[Resource, Change]], facts: Facts) -> Iterable[Step]:
        settings = words([f"{each.name}={each.value}" for each, _ in work if isinstance(each, GoEnv)])
        yield Step(f"{device_script('go_env.sh')}go_env {settings}\n", backs_up=(GOENV,))
