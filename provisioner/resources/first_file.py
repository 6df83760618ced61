"""Our block in the one file that a program reads, where it reads only the first of several that is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import PathFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Claim, Resource
from provisioner.resources.block import Block


@dataclass(frozen=True, slots=True)
class BlockInFirst(Resource):
    """A ``block`` in the first of ``paths`` that is there. Making an earlier one would shadow the user's own, and a
    block in a later one would never be read."""

    brief: ClassVar[bool] = True

    paths: tuple[RemotePath, ...]
    body: Text
    label: str
    reader: str
    """The program that reads the file, for sentences."""
    comment: str = "#"
    at: Literal["top", "end"] = "end"
    missing: RemotePath | None = None
    """The one to make if none is there; without it the first."""

    @property
    def id(self) -> ResourceId:
        return ResourceId("block", f"{self.missing or self.paths[0]}#{self.label}")

    def _block(self, path: RemotePath) -> Block:
        return Block(path, self.label, comment=self.comment, at=self.at, body=self.body)

    def _chosen(self, facts: Facts) -> Block:
        found = ((path, facts[PathFact(path)]) for path in self.paths)
        there = (path for path, state in found if state and (state.resolved or state.type) == "file")
        return self._block(next(there, self.missing or self.paths[0]))

    def claims(self) -> Iterable[Claim]:
        for path in self.paths:
            yield from self._block(path).claims()

    def facts(self) -> Iterable[Fact[Any]]:
        for path in self.paths:
            yield from self._block(path).facts()

    def desired(self, facts: Facts) -> State | None:
        return self._chosen(facts).desired(facts)

    def observed(self, facts: Facts) -> State | None:
        return self._chosen(facts).observed(facts)

    def written(self, facts: Facts) -> tuple[str, str] | None:
        return self._chosen(facts).written(facts)

    def refusal(self, facts: Facts) -> str:
        return self._chosen(facts).refusal(facts)

    def reason(self, facts: Facts) -> str:
        block = self._chosen(facts)
        if block.path == (self.missing or self.paths[0]):
            return block.reason(facts)
        return f"into {block.path}, the one that {self.reader} reads on this phone"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self._chosen(facts).steps(change, facts)
