"""A marked part of a file that the user owns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.last import wrote_block
from provisioner.facts.paths import ContentFact, PathFact, in_the_way, own_mode, place_problems
from provisioner.formats.marked import holds_marker, join, split
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text, Write
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.schema import option, register
from provisioner.shell import sh

FAILED = "The file is written, but `{}` after it ended with exit status "
MARKED = "the text holds a line that marks a block of ours: a block cannot hold another"


@register("block")
@dataclass(frozen=True, slots=True)
class Block(Resource):
    """Keep a marked block of lines in a file that the user owns; all other bytes stay as they are.

    - block: {path: ~/.profile, label: go, content: "export PATH=$PATH:~/go/bin\\n"}
    """

    brief: ClassVar[bool] = True

    path: RemotePath = option("the file; a link there is followed; it is made if it is not there")
    label: str = option("names the block in its two marker lines")
    content: str | None = option("the lines", default=None)
    template: str | None = option("a Jinja2 template for the lines", default=None)
    comment: str = option("what begins a comment in this file", default="#")
    at: Literal["top", "end"] = option("where a new block goes", default="end")
    absent: bool = option("take the block out", default=False)
    then: str = option("a command for sh to run after a change; the change counts even if it fails", default="")
    body: Text | None = option("filled in from content or template", default=None)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        given = [name for name in ("content", "template") if getattr(self, name) is not None]
        if self.absent == bool(given) or len(given) > 1:
            yield "give exactly one of content, template, absent"
        for name in ("label", "comment"):
            if not re.fullmatch(r"[^\x00-\x1f()<>]+", getattr(self, name)):
                yield f"the {name} stands in a marker line: at least one character, no line breaks, none of ()<>", name
        yield from place_problems(self.path)
        if self.content is not None and holds_marker(self.content.encode()):
            yield MARKED, "content"

    def templates(self) -> Iterable[str]:
        return [self.template] if self.template is not None else []

    @property
    def id(self) -> ResourceId:
        return ResourceId("block", self._name)

    def claims(self) -> Iterable[Claim]:
        return [Claim(self.path, "a file of yours with a block in it", is_file=True)]

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.path), ContentFact(self.path)]

    def desired(self, facts: Facts) -> State | None:
        return None if self.body is None else {"content": Text(self._body().decode("utf-8", "surrogateescape"))}

    def observed(self, facts: Facts) -> State | None:
        data = facts[ContentFact(self.path)]
        block = split(data, self.label, self.comment)[1] if data is not None else None
        return None if block is None else {"content": Text.of(block.replace(b"\r\n", b"\n"))}

    def _body(self) -> bytes:
        data = self.body.encode().replace(b"\r\n", b"\n") if self.body else b""
        return data if data.endswith(b"\n") or not data else data + b"\n"

    @property
    def _name(self) -> str:
        return f"{self.path}#{self.label}"

    def written(self, facts: Facts) -> tuple[str, str] | None:
        now = self.observed(facts)
        content = now["content"] if now else None
        return (self._name, content.digest) if isinstance(content, Text) else None

    def refusal(self, facts: Facts) -> str:
        found = facts[PathFact(self.path)]
        if refusal := in_the_way(self.path, found):
            return refusal
        if found and facts[ContentFact(self.path)] is None:
            return f"{self.path} cannot be read: chmod u+rw lets it be; or chown, as root, if it is root's"
        return MARKED if self.body is not None and holds_marker(self.body.encode()) else ""

    def is_brief(self) -> bool:
        return not self.then

    def reason(self, facts: Facts) -> str:
        data = facts[ContentFact(self.path)]
        if data is None:
            return "the file is not there yet"
        return f"the other {len(data)} bytes of the file stay" if self.observed(facts) is None else ""

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        data = facts[ContentFact(self.path)] or b""
        body = None if self.body is None else self._body()
        whole = join(data, self.label, self.comment, body, self.at)
        _, now = self.written(facts) or ("", "")
        note = wrote_block(body, self._name, now, self.path, self.label, self.comment) if body is not None else ""
        yield Step(note, (self.path,), Write(self.path, whole, own_mode(facts[PathFact(self.path)])))
        if self.then:
            # The name of a program alone needs no shell of its own to start it.
            shell = "" if re.fullmatch(r"[a-z][a-z0-9_-]+", self.then) else "sh -c "
            note = FAILED.format(self.then)
            yield Step(sh(f'timeout -k 5 60 {shell}{{}} || event note {{}}"$?"\n', self.then, note))
