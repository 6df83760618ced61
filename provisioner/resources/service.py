"""A service of termux-services (termux.md §4.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.services import ServiceFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, sh

FOLDER = RemotePath("$PREFIX", "var/service")


@register("service")
@dataclass(frozen=True, slots=True)
class Service(Resource):
    """Have a service running, now and from every start of Termux on; sshd's takes over from one started by hand.

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
        return [ServiceFact(self.name)]

    def desired(self, facts: Facts) -> State:
        return {"enabled": True, "running": True}

    def observed(self, facts: Facts) -> State | None:
        found = facts[ServiceFact(self.name)]
        return None if found is None else {"enabled": found.enabled, "running": found.runs}

    def reason(self, facts: Facts) -> str:
        found = facts[ServiceFact(self.name)]
        return f"sv says: {found.said}" if found and found.enabled and found.said else ""

    def notes(self, facts: Facts) -> Iterable[str]:
        if self.name == "sshd":
            yield (
                "An sshd that was started by hand hands over to it; sessions that are open go on, and a second login"
                " proves it."
            )

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        # sv-enable is not used: its check of SVDIR is wrong, and it does not wait for runsvdir.
        script = device_script("sshd.sh") + device_script("service.sh")
        yield Step(script + sh('service_on "${numbers-}" {}\n', self.name), backs_up=(self.folder / "down",))
