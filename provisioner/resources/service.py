"""A service of termux-services (termux.md §4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import PathFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import sh

FOLDER = RemotePath("$PREFIX", "var/service")


@register("service")
@dataclass(frozen=True, slots=True)
class Service(Resource):
    """Have a service enabled: termux-services runs it from the next start of Termux on. What runs now is left alone.

    - service: sshd
    """

    shorthand: ClassVar[str] = "name"
    name: str = option("its folder in $PREFIX/var/service")

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            yield f"{self.name!r} is no name for a service: letters, digits, . _ -", "name"

    @property
    def id(self) -> ResourceId:
        return ResourceId("service", self.name)

    @property
    def folder(self) -> RemotePath:
        return FOLDER / self.name

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", "termux-services")]

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.folder / "run"), PathFact(self.folder / "down")]

    def desired(self, facts: Facts) -> State:
        return {"enabled": True}

    def observed(self, facts: Facts) -> State | None:
        if facts[PathFact(self.folder / "run")] is None:
            return None
        return {"enabled": facts[PathFact(self.folder / "down")] is None}

    def notes(self, facts: Facts) -> Iterable[str]:
        yield "It starts with the next start of Termux; until then what runs now goes on."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        # sv-enable would also start it, and its check of SVDIR is wrong; for sshd a start now would mean two that want
        # one port, one of them carrying this very session.
        down, missing = self.folder / "down", f"no package on this phone brings a service {self.name}"
        script = sh("if [ ! -f {} ]; then\necho {}\nexit 1\nfi\n", self.folder / "run", missing)
        yield Step(script + sh("rm -f -- {}\n", down), backs_up=(down,))
