"""A clone at the version that it had before a run: what ``undo`` plans with. No word of a playbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provisioner.facts import Fact, Facts
from provisioner.facts.git import CloneFact
from provisioner.facts.records import Moved, Setting
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.resources.base import Resource
from provisioner.resources.restored import NOT_OURS
from provisioner.shell import device_script, sh

SHOWN = 12
"""Characters of a commit that are shown."""


@dataclass(frozen=True, slots=True)
class CloneRestored(Resource):
    """A clone that a run moved is where it was before: its commit, its branch, its address. Where somebody has moved it
    or changed files in it since, it is left."""

    moved: Moved
    settings: tuple[Setting, ...] = ()
    later: str = ""
    """The run after it that moved it too."""

    @property
    def id(self) -> ResourceId:
        return ResourceId("git_repo", str(self.moved.path))

    @property
    def _fact(self) -> CloneFact:
        return CloneFact(self.moved.path)

    def facts(self) -> Iterable[Fact[Any]]:
        return [self._fact]

    def desired(self, facts: Facts) -> State:
        return {"version": _version(self.moved.commit, self.moved.branch, self.moved.asked)}

    def observed(self, facts: Facts) -> State | None:
        now, moved = facts[self._fact], self.moved
        if not now.head:
            return None
        if (now.head, now.branch) == (moved.commit, moved.branch):
            return self.desired(facts)
        return {"version": _version(now.head, now.branch, moved.to_asked if now.head == moved.to_commit else "")}

    def refusal(self, facts: Facts) -> str:
        now, moved = facts[self._fact], self.moved
        if not now.head:
            return "there is no whole clone any more, or no git to ask about it"
        if (now.head, now.branch) != (moved.to_commit, moved.to_branch):
            return f"{NOT_OURS}{f' by {self.later}: undo that first' if self.later else ''}; it is left as it is"
        if now.changed:
            return f"there are changes of yours in it ({now.changed}): commit or drop them first"
        if now.branches.get(moved.branch, moved.commit) != moved.commit:
            return f"its branch {moved.branch} has moved since the run; it is left as it is"
        return ""

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        now, moved = facts[self._fact].settings, self.moved
        urls = {url for setting in self.settings if setting.key == URL for url in (setting.before, setting.after)}
        fetched_from = sorted(urls | {now.get(URL, "")} - {""}) or ["origin"]
        script = sh("git_back {} {} {} {}", moved.path, moved.commit, moved.branch, moved.asked)
        script += "".join(sh(" {}", url) for url in fetched_from) + "\n"
        for each in self.settings:
            if now.get(each.key, "") == each.after:  # else somebody has set it since
                script += sh("git_set {} {} {}\n", moved.path, each.key, each.before)
        yield Step(device_script("git.sh") + script)


URL = "remote.origin.url"


def _version(commit: str, branch: str, asked: str) -> str:
    return f"{branch or asked} ({commit[:SHOWN]})" if branch or asked not in ("", commit) else commit[:SHOWN]
