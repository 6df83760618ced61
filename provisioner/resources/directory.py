"""A directory on the phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import PathFact, mode_problems, octal
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.schema import option, register
from provisioner.shell import sh


@register("directory")
@dataclass(frozen=True, slots=True)
class Directory(Resource):
    """Make ``path`` a directory; a file that stands there is backed up.

    - directory: {path: ~/src, mode: "700"}
    """

    shorthand: ClassVar[str] = "path"
    brief: ClassVar[bool] = True
    path: RemotePath = option("where, below ~ or $PREFIX")
    mode: str = option("permissions in octal; without it they are left alone", default="")

    def problems(self) -> Iterable[tuple[str, str]]:
        return mode_problems(self.mode)

    @property
    def id(self) -> ResourceId:
        return ResourceId("directory", str(self.path))

    def claims(self) -> Iterable[Claim]:
        return [Claim(self.path, "a directory")]

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.path)]

    def desired(self, facts: Facts) -> State:
        return {"type": "directory"} | ({"mode": octal(self.mode)} if self.mode else {})

    def observed(self, facts: Facts) -> State | None:
        found = facts[PathFact(self.path)]
        return None if found is None else {"type": found.resolved or found.type, "mode": found.mode}

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        mode = sh("chmod -- {} {}\n", self.mode, self.path) if self.mode else ""
        found = facts[PathFact(self.path)]
        if found and (found.resolved or found.type) == "directory":
            yield Step(mode, backs_up=(self.path,))
        else:
            remove = sh("rm -f -- {}\n", self.path) if found else ""
            yield Step(remove + sh("mkdir -p -- {}\n", self.path) + mode, backs_up=(self.path,))
