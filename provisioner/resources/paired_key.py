"""The key line that ``pair`` has written, to be taken away again. No playbook says this: ``unpair`` does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact
from provisioner.formats import key_line
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Write
from provisioner.resources.authorized_key import KEYS, note_lines
from provisioner.resources.base import Resource


@dataclass(frozen=True, slots=True)
class PairedKeyGone(Resource):
    """Have no line of ours with the key ``body`` in ``~/.ssh/authorized_keys``. All other bytes of it stay."""

    brief: ClassVar[bool] = True

    body: str

    @property
    def id(self) -> ResourceId:
        return ResourceId("paired_key", self.body[-12:])

    def facts(self) -> Iterable[Fact[Any]]:
        return [ContentFact(KEYS)]

    def desired(self, facts: Facts) -> State | None:
        return None

    def observed(self, facts: Facts) -> State | None:
        ours = [line for line in self._lines(facts) if key_line.is_ours(line, self.body)]
        return {"line": key_line.comment(ours[0], self.body), "lines": len(ours)} if ours else None

    def left(self, facts: Facts) -> tuple[str, ...]:
        """The comments of the lines with this key that are not ours, and stay."""
        theirs = [line for line in self._lines(facts) if key_line.holds(line, self.body)]
        return tuple(key_line.comment(line, self.body) for line in theirs if not key_line.is_ours(line, self.body))

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        whole = b"".join(line for line in self._lines(facts) if not key_line.is_ours(line, self.body))
        yield Step(note_lines(b"".join(self._lines(facts)), whole), (KEYS,), Write(KEYS, whole, "600"))

    def _lines(self, facts: Facts) -> list[bytes]:
        return (facts[ContentFact(KEYS)] or b"").splitlines(keepends=True)
