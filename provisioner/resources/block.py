"""A marked part of a file that the user owns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact, PathFact
from provisioner.model import Change, ResourceId, State, Step, Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import feed, sh


def markers(label: str, comment: str) -> tuple[bytes, bytes]:
    """The two lines between which a block stands, without line ends."""
    return (
        f"{comment} >>> hello-termux {label} >>> (kept by hello-termux: write outside these two lines)".encode(),
        f"{comment} <<< hello-termux {label} <<<".encode(),
    )


def split(data: bytes, label: str, comment: str) -> tuple[bytes, bytes | None, bytes]:
    """``data`` as what stands before the block, the block's own lines (None: no block) and what stands behind it.

    The marker lines belong to neither. A begin without an end is taken as no block: nothing after it can be ours.
    """
    begin, end = (line.partition(b" (")[0] for line in markers(label, comment))
    lines = data.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.strip().startswith(begin)), None)
    if first is None:
        return data, None, b""
    last = next((n for n in range(first + 1, len(lines)) if lines[n].strip() == end), None)
    if last is None:
        return data, None, b""
    return b"".join(lines[:first]), b"".join(lines[first + 1 : last]), b"".join(lines[last + 1 :])


def join(data: bytes, label: str, comment: str, body: bytes | None, at: str) -> bytes:
    """``data`` with its block saying ``body`` (None: without block). Every byte outside the block stays as it was;
    a file without a final newline gets one only where the block must begin on a line of its own."""
    before, old, after = split(data, label, comment)
    newline = b"\r\n" if b"\r\n" in data.partition(b"\n")[0] + b"\n" else b"\n"
    if body is None:
        return before + after if old is not None else data
    begin, end = markers(label, comment)
    block = begin + newline + body.replace(b"\n", newline) + end + newline
    if old is not None:
        return before + block + after
    if at == "top":
        first, _, rest = before.partition(b"\n")
        if before.startswith(b"\xef\xbb\xbf") or not before.startswith(b"#!"):
            bom = before[:3] if before.startswith(b"\xef\xbb\xbf") else b""
            return bom + block + before[len(bom) :]
        return first + b"\n" + block + rest
    gap = newline if before and not before.endswith(b"\n") else b""
    return before + gap + block


@register("block")
@dataclass(frozen=True, slots=True)
class Block(Resource):
    """Keep a marked block of lines in a file that the user owns; all other bytes stay as they are.

    - block: {path: ~/.profile, label: go, content: "export PATH=$PATH:~/go/bin\\n"}
    """

    path: RemotePath = option("the file; a link there is followed; it is made if it is not there")
    label: str = option("names the block in its two marker lines")
    content: str | None = option("the lines", default=None)
    template: str | None = option("a Jinja2 template for the lines", default=None)
    comment: str = option("what begins a comment in this file", default="#")
    at: Literal["top", "end"] = option("where a new block goes", default="end")
    absent: bool = option("take the block out", default=False)
    body: Text | None = option("filled in from content or template", default=None)

    def problems(self) -> Iterable[str]:
        given = [name for name in ("content", "template") if getattr(self, name) is not None]
        if self.absent == bool(given) or len(given) > 1:
            yield "give exactly one of content, template, absent"

    def templates(self) -> Iterable[str]:
        return [self.template] if self.template is not None else []

    @property
    def id(self) -> ResourceId:
        return ResourceId("block", f"{self.path}#{self.label}")

    def facts(self) -> Iterable[Fact[Any]]:
        return [PathFact(self.path), ContentFact(self.path)]

    def desired(self, facts: Facts) -> State | None:
        return None if self.body is None else {"content": Text(self._body().decode("utf-8", "surrogateescape"))}

    def observed(self, facts: Facts) -> State | None:
        data = facts[ContentFact(self.path)]
        block = split(data, self.label, self.comment)[1] if data is not None else None
        return None if block is None else {"content": Text.of(block.replace(b"\r\n", b"\n"))}

    def _body(self) -> bytes:
        data = self.body.encode() if self.body else b""
        return data if data.endswith(b"\n") or not data else data + b"\n"

    def refusal(self, facts: Facts) -> str:
        found = facts[PathFact(self.path)]
        kind = (found.resolved or found.type) if found else ""
        if kind in ("directory", "fifo", "socket", "device"):
            return f"there is a {kind} at {self.path}, not a file: move it away first"
        if found and found.type == "symlink" and not found.resolved:
            return f"{self.path} is a link to {found.target}, which is not there: remove it or mend it first"
        return ""

    def reason(self, facts: Facts) -> str:
        data = facts[ContentFact(self.path)]
        if data is None:
            return "the file is not there yet"
        return f"the other {len(data)} bytes of the file stay" if self.observed(facts) is None else ""

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        data = facts[ContentFact(self.path)] or b""
        body = None if self.body is None else self._body()
        whole = join(data, self.label, self.comment, body, self.at)
        yield Step(feed(sh("put {}", self.path), whole), backs_up=(self.path,))
