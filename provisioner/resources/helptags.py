"""The index of a Vim plugin's help, so that ``:help vim-go`` finds it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provisioner.facts import Fact, Facts
from provisioner.facts.git import GitFact
from provisioner.facts.paths import PathFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Action, Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import sh


@register("helptags")
@dataclass(frozen=True, slots=True)
class HelpTags(Resource):
    """The help of the plugin at ``path`` has its index, made anew when the plugin comes to another version.

    - helptags: {path: ~/.vim/pack/plugins/start/vim-go, version: v1.29}
    """

    path: RemotePath = option("the plugin's folder, a git clone")
    version: str = option("the version that the plugin shall have", default="")

    @property
    def id(self) -> ResourceId:
        return ResourceId("helptags", str(self.path))

    def facts(self) -> Iterable[Fact[Any]]:
        return [GitFact(self.path), PathFact(self.path / "doc"), PathFact(self.path / "doc/tags")]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("git_repo", str(self.path)), ResourceId("package", "vim")]

    def desired(self, facts: Facts) -> State:
        return {"index": "of this version"}

    def observed(self, facts: Facts) -> State | None:
        clone = facts[GitFact(self.path)]
        if clone is None or not clone.head:
            return None
        if facts[PathFact(self.path / "doc")] is None:
            return self.desired(facts)  # nothing to index
        if facts[PathFact(self.path / "doc/tags")] is None:
            return None
        at_version = not self.version or self.version in (clone.version, clone.head)
        return {"index": "of this version" if at_version else "of another version"}

    def action(self, observed: State | None, desired: State | None) -> Action:
        return Action.RUN

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        # Vim is run from inside the folder: no path needs Vim's own quoting. What counts is the file, not the status.
        vim = "timeout -k 5 60 vim -u NONE -i NONE -n -es -c 'helptags doc' -c 'qa!' || :"
        yield Step(
            sh("cd {}\n[ -d doc ] || exit 0\nrm -f doc/tags\n", self.path) + vim + "\n[ -s doc/tags ]\n",
            backs_up=(self.path / "doc/tags",),
        )
