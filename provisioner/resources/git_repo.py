"""A clone of a git repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.facts import Fact, Facts
from provisioner.facts.git import GitFact
from provisioner.facts.paths import place_problems
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, quote, sh, words


@register("git_repo")
@dataclass(frozen=True, slots=True)
class GitRepo(Resource):
    """Have a shallow clone at ``path``, whole and at ``version``; half a clone is moved aside, your changes are left.

    - git_repo: {path: ~/.oh-my-zsh, url: ["https://github.com/ohmyzsh/ohmyzsh.git"]}
    """

    path: RemotePath = option("where the clone is")
    url: tuple[str, ...] = option("where it comes from: the first that answers is taken")
    version: str = option("a tag, branch or commit; without it the remote's default, and later moves stay", default="")
    config: Mapping[str, str] = option("git settings of the clone", factory=dict)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        yield from place_problems(self.path)
        if not self.url:
            yield "url needs at least one address"
        if any(text.startswith("-") for text in (*self.url, self.version)):
            yield "addresses and versions do not begin with a dash"

    @property
    def id(self) -> ResourceId:
        return ResourceId("git_repo", str(self.path))

    def __hash__(self) -> int:
        return hash(self.path)

    def claims(self) -> Iterable[Claim]:
        return [Claim(self.path, "a directory")]

    def facts(self) -> Iterable[Fact[Any]]:
        return [GitFact(self.path)]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", "git")]

    def desired(self, facts: Facts) -> State:
        found = facts[GitFact(self.path)]
        state: dict[str, str] = {"clone": "whole"}
        if self.version and not (found and found.head and found.head == self.version):
            state["version"] = self.version
        return state

    def observed(self, facts: Facts) -> State | None:
        found = facts[GitFact(self.path)]
        if found is None:
            return None
        return {"clone": "whole" if found.head else "not a whole clone", "version": found.version or found.head or None}

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        found = facts[GitFact(self.path)]
        verb = "git_move" if found and found.head else "git_get"
        settings = "".join(sh("git_set {} {} {}\n", self.path, k, v) for k, v in sorted(self.config.items()))
        yield Step(
            device_script("git.sh") + f"{verb} {quote(self.path)} {quote(self.version)} {words(self.url)}\n" + settings
        )
