"""Settings of the Termux app, in the one file of two that it reads (termux.md §10)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact, PathFact
from provisioner.formats.marked import split
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.resources.block import Block
from provisioner.schema import option, register

FIRST = RemotePath("~", ".termux/termux.properties")
SECOND = RemotePath("~", ".config/termux/termux.properties")
"""Read only if there is no ``FIRST``."""

RELOAD = "termux-reload-settings"
_LINE = rb"[ \t\f]*([^#!=:\s][^=:\s]*)"


def settings(data: bytes) -> Iterator[str]:
    """The keys that a text in the format of Java's properties sets, in order; a line may go on after a backslash."""
    goes_on = False
    for line in data.splitlines():
        found = None if goes_on else re.match(_LINE, line)
        comment = not goes_on and line.lstrip().startswith((b"#", b"!"))
        tail = len(line) - len(line.rstrip(b"\\"))
        goes_on = not comment and tail % 2 == 1
        if found:
            yield found[1].decode("utf-8", "replace")


@register("termux_properties")
@dataclass(frozen=True, slots=True)
class TermuxProperties(Resource):
    """Keep a marked block of settings at the end of Termux's properties file, and have the app read them again.

    - termux_properties: {label: bell, content: "bell-character=ignore\\n"}
    """

    brief: ClassVar[bool] = True

    label: str = option("names the block in its two marker lines")
    content: str | None = option("the lines, in the format of Java's properties", default=None)
    template: str | None = option("a Jinja2 template for the lines", default=None)
    body: Text | None = option("filled in from content or template", default=None)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        return self._block(FIRST).problems()

    def templates(self) -> Iterable[str]:
        return [self.template] if self.template is not None else []

    @property
    def id(self) -> ResourceId:
        return ResourceId("termux_properties", self.label)

    def facts(self) -> Iterable[Fact[Any]]:
        return [fact(path) for path in (FIRST, SECOND) for fact in (PathFact, ContentFact)]

    def _block(self, path: RemotePath) -> Block:
        return Block(path, self.label, self.content, self.template, body=self.body, then=RELOAD)

    def _path(self, facts: Facts) -> RemotePath:
        return SECOND if facts[PathFact(FIRST)] is None and facts[PathFact(SECOND)] is not None else FIRST

    def _here(self, facts: Facts) -> Block:
        return self._block(self._path(facts))

    def desired(self, facts: Facts) -> State | None:
        return self._here(facts).desired(facts)

    def observed(self, facts: Facts) -> State | None:
        return self._here(facts).observed(facts)

    def written(self, facts: Facts) -> tuple[str, str] | None:
        return self._here(facts).written(facts)

    def refusal(self, facts: Facts) -> str:
        return self._here(facts).refusal(facts)

    def reason(self, facts: Facts) -> str:
        return f"{self._path(facts)}: {self._here(facts).reason(facts) or 'other lines are wanted'}"

    def notes(self, facts: Facts) -> Iterable[str]:
        yield "Termux reads it when its screen is shown the next time, at the latest when the app starts anew."

    def remarks(self, facts: Facts) -> Iterable[str]:
        path = self._path(facts)
        before, _, after = split(facts[ContentFact(path)] or b"", self.label, "#")
        ours = set(settings(self.body.encode() if self.body else b""))
        if above := [key for key in dict.fromkeys(settings(before)) if key in ours]:
            yield f"{path} also sets {', '.join(above)} above our block: ours come last and count."
        if below := [key for key in dict.fromkeys(settings(after)) if key in ours]:
            yield f"{path} sets {', '.join(below)} again below our block: those of yours come last and count."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self._here(facts).steps(change, facts)
