"""``authorized_keys`` without the lines that a run has added: what ``undo`` plans with. No word of a playbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact, PathFact
from provisioner.facts.records import Kept, KeyLine, Left
from provisioner.formats import key_line
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text, Write
from provisioner.remote_path import RemotePath
from provisioner.resources.authorized_key import KEYS, note_lines
from provisioner.resources.base import Resource
from provisioner.shell import device_script, sh

STAYS = "the key that you log in with stays; undo --only ADDRESS, with the address of that key, takes it out too"
GOES = "it is the key that you log in with: without another one nobody gets in from here any more"


@dataclass(frozen=True, slots=True)
class KeysRestored(Resource):
    """The lines that a run has added to ``authorized_keys`` are gone, those that it took out are there again. All that
    somebody else has added since stays, and the key that opens the phone is not taken out unless it is named."""

    brief: ClassVar[bool] = True

    kept: Kept
    copy: RemotePath | None
    """What the run kept of the file; None: there was none."""
    left: Left | None
    lines: tuple[KeyLine, ...]
    login_key: str = ""
    """The middle word of the public key that opens the phone."""
    named: bool = False
    """Is it this change that a person has asked to be taken back, by its address?"""
    alone: bool = True
    """Are all changes that the run made to the file to be taken back?"""

    path: ClassVar[RemotePath] = KEYS

    @property
    def id(self) -> ResourceId:
        return ResourceId("file", str(KEYS))

    def facts(self) -> Iterable[Fact[Any]]:
        for path in (KEYS, self.copy):
            if path is not None:
                yield from (PathFact(path), ContentFact(path))

    def observed(self, facts: Facts) -> State | None:
        if facts[PathFact(KEYS)] is None:
            return None
        return {"content": Text.of(facts[ContentFact(KEYS)] or b""), "mode": self._mode_now(facts)}

    def desired(self, facts: Facts) -> State | None:
        if facts[PathFact(KEYS)] is None and not self._is_as_left(facts):
            return None
        data = self._result(facts)
        if not data and self.copy is None:
            return None
        return {"content": Text.of(data), "mode": self._mode(facts)}

    def goes(self, facts: Facts) -> bool:
        """Is there no such file afterwards?"""
        return self.desired(facts) is None

    # ---- which lines

    def _result(self, facts: Facts) -> bytes:
        """What the file shall hold. Where only the key of this login would go, and nobody has named it, it is left out
        here: the change is refused then."""
        whole = self._without(facts, frozenset())
        if not self._spares(facts):
            return whole
        return whole if self._only_login_would_go(facts) else self._with_login(facts)

    def _with_login(self, facts: Facts) -> bytes:
        return self._without(facts, frozenset(n for n, each in enumerate(self.lines) if self._opens(each.line)))

    def _only_login_would_go(self, facts: Facts) -> bool:
        return self._with_login(facts) == (facts[ContentFact(KEYS)] or b"")

    def _spares(self, facts: Facts) -> bool:
        now, then = facts[ContentFact(KEYS)] or b"", self._without(facts, frozenset())
        return not self.named and self._opens(now) and not self._opens(then)

    def _opens(self, data: bytes) -> bool:
        return bool(self.login_key) and any(key_line.holds(line, self.login_key) for line in data.splitlines())

    def _without(self, facts: Facts, spared: frozenset[int]) -> bytes:
        """The file without what the run has added, but for the lines of these numbers."""
        now, before = facts[ContentFact(KEYS)] or b"", facts[ContentFact(self.copy)] if self.copy else b""
        if before is not None and not spared and self.alone and self._is_as_left(facts):
            return before
        lines = now.splitlines(keepends=True)
        for number, each in enumerate(self.lines):
            there = [n for n, line in enumerate(lines) if line.rstrip(b"\r\n") == each.line]
            if each.added and there and number not in spared:
                del lines[there[-1]]
            elif not each.added and not there:
                lines[-1:] = [line if line.endswith(b"\n") else line + b"\n" for line in lines[-1:]]
                lines.append(each.line + b"\n")
        return b"".join(lines)

    def _is_as_left(self, facts: Facts) -> bool:
        left, now = self.left and self.left.state, facts[PathFact(KEYS)]
        if self.left is None or left is None or now is None:
            return self.left is not None and left is now
        return now.type == left.type and self.left.has_text_of(now)

    # ---- modes

    def _mode_now(self, facts: Facts) -> str | None:
        """A link has no mode of its own."""
        now = facts[PathFact(KEYS)]
        return now.mode if now and now.type == "file" else None

    def _mode(self, facts: Facts) -> str | None:
        """As it was, if the file is; never one with which sshd would take no key at all."""
        then, now = facts[PathFact(self.copy)] if self.copy else None, facts[PathFact(KEYS)]
        if then is None or then.type != "file" or not self._is_as_left(facts) or (now and now.type != "file"):
            return self._mode_now(facts)
        return f"{int(then.mode, 8) & ~0o022:o}"

    # ---- what is said, and done

    def refusal(self, facts: Facts) -> str:
        return STAYS if self._spares(facts) and self._only_login_would_go(facts) else ""

    def reason(self, facts: Facts) -> str:
        if self._spares(facts):
            return STAYS
        if self._opens(facts[ContentFact(KEYS)] or b"") and not self._opens(self._result(facts)):
            return GOES
        return "" if self._is_as_left(facts) else "only the lines of the run: the others stay as you have them"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        now, shall = facts[ContentFact(KEYS)] or b"", self.desired(facts)
        if shall is None:
            bare = sh("bare {} {}\n", KEYS, self.kept.top) if self.kept.top else ""
            yield Step(device_script("undo.sh") + note_lines(now, b"") + sh("away {}\n", KEYS) + bare)
            return
        data, mode = self._result(facts), shall["mode"]
        yield Step(note_lines(now, data), (KEYS,), Write(KEYS, data, str(mode or "")))
