"""A file that is ours from the first byte to the last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.last import wrote
from provisioner.facts.paths import (
    ContentFact,
    PathFact,
    PathState,
    in_the_way,
    mode_problems,
    octal,
    own_mode,
    place_problems,
)
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, Digest, ResourceId, State, Step, Text, Value, Write
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.schema import option, register
from provisioner.shell import sh

SHOWN_UP_TO = 200_000
"""Bytes of an old file that are fetched to show a diff; of a longer one only the digest is shown."""


@register("file")
@dataclass(frozen=True, slots=True)
class File(Resource):
    """Make the file at ``path`` hold exactly this; what stood there is backed up, its permissions stay.

    - file: {path: ~/.gitconfig, template: gitconfig.j2}
    """

    brief: ClassVar[bool] = True

    path: RemotePath = option("where, below ~ or $PREFIX; a link there is followed")
    content: str | None = option("the text itself", default=None)
    template: str | None = option("a Jinja2 template, beside the playbook or packaged", default=None)
    source: str | None = option("a file on the laptop, sent byte for byte; relative to the playbook", default=None)
    mode: str = option("permissions in octal; without it a new file gets 644, an old one keeps its own", default="")
    absent: bool = option("make sure that there is no such file", default=False)
    body: Text | None = option("filled in from content, template or source", default=None)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        given = [name for name in ("content", "template", "source") if getattr(self, name) is not None]
        if self.absent and given:
            yield f"absent and {given[0]} contradict each other"
        if not self.absent and len(given) != 1:
            yield "give exactly one of content, template, source"
        yield from mode_problems(self.mode)
        yield from place_problems(self.path)

    def templates(self) -> Iterable[str]:
        return [self.template] if self.template is not None else []

    @property
    def id(self) -> ResourceId:
        return ResourceId("file", str(self.path))

    def claims(self) -> Iterable[Claim]:
        return [Claim(self.path, "an absent file" if self.absent else "a file of the playbook's own", is_file=True)]

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.path)]

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        found = facts[PathFact(self.path)]
        return [ContentFact(self.path)] if found and found.size <= SHOWN_UP_TO and found.sha256 else []

    def desired(self, facts: Facts) -> State | None:
        if self.absent or self.body is None:
            return None
        state: dict[str, Value] = {"type": "file", "content": self.body}
        return {**state, "mode": octal(self.mode)} if self.mode else state

    def observed(self, facts: Facts) -> State | None:
        found = facts[PathFact(self.path)]
        if found is None or (found.type == "symlink" and not found.resolved):
            return None
        content = facts.get(ContentFact(self.path))
        return {
            "type": found.resolved or found.type,
            "content": _content(found, content),
            "mode": found.mode,
        }

    def written(self, facts: Facts) -> tuple[str, str] | None:
        found = facts[PathFact(self.path)]
        return (str(self.path), found.sha256) if found and found.sha256 else None

    def refusal(self, facts: Facts) -> str:
        return in_the_way(self.path, facts[PathFact(self.path)])

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        if self.body is None:
            yield Step(sh("rm -f -- {}\n", self.path), backs_up=(self.path,))
            return
        found = facts[PathFact(self.path)]
        note = wrote(self.body.digest, str(self.path), found.sha256 if found else "")
        yield Step(note, (self.path,), Write(self.path, self.body.encode(), self.mode or own_mode(found)))


def _content(found: PathState, content: bytes | None) -> Value:
    """What stands there: its text where that was fetched, else its digest, else what kind of thing it is."""
    if content is not None:
        return Text.of(content)
    return Digest(found.sha256) if found.sha256 else f"a {found.resolved or found.type}"
