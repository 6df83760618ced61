"""A symbolic link on the phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import PathFact, place_problems
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, Link, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.schema import option, register
from provisioner.shell import sh


@register("symlink")
@dataclass(frozen=True, slots=True)
class Symlink(Resource):
    """Make ``path`` a link to ``target``; a file or link that stands there is backed up, a directory moved aside.

    - symlink: {path: ~/bin/gopls, target: ../go/bin/gopls}
    """

    brief: ClassVar[bool] = True

    path: RemotePath = option("where the link is")
    target: str = option("what it says; as written, not resolved")

    def problems(self) -> Iterable[tuple[str, str]]:
        yield from place_problems(self.path)
        first = self.target.partition("/")[0]
        if not self.target:
            yield "a link needs a target", "target"
        elif first in ("~", "$HOME", "$PREFIX"):
            yield f"a link does not know {first}: write {RemotePath.parse(self.target).absolute()}", "target"
        elif self.target in (self.path.name, self.path.absolute()):
            yield "this link would lead to itself", "target"

    @property
    def id(self) -> ResourceId:
        return ResourceId("symlink", str(self.path))

    def claims(self) -> Iterable[Claim]:
        return [Claim(self.path, "a link")]

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.path)]

    def desired(self, facts: Facts) -> State:
        return {"type": "symlink", "target": self.target}

    def observed(self, facts: Facts) -> State | None:
        found = facts[PathFact(self.path)]
        return None if found is None else {"type": found.type, "target": found.target or None}

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        found = facts[PathFact(self.path)]
        link = Link(self.path, self.target)
        if found and found.type == "directory":
            yield Step(sh("aside {}\n", self.path), makes=link)
        else:
            yield Step("", (self.path,), link)
