"""A public key that opens the phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact, PathFact, PathState
from provisioner.formats import key_line
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Write
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import sh

FOLDER = RemotePath("~", ".ssh")
KEYS = FOLDER / "authorized_keys"


@register("authorized_key")
@dataclass(frozen=True, slots=True)
class AuthorizedKey(Resource):
    """Have a public key in ``~/.ssh/authorized_keys`` exactly once, and the modes that sshd insists on.

    - authorized_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH... me@laptop"
    """

    shorthand: ClassVar[str] = "key"
    brief: ClassVar[bool] = True
    key: str = option("one line: type, key, comment")

    def problems(self) -> Iterable[str]:
        words = self.key.split()
        if "PRIVATE KEY" in self.key:
            yield "this is a private key: it must never leave the laptop; give the line of the .pub file"
        elif len(words) < 2 or "\n" in self.key.strip() or not words[1].startswith("AAAA"):
            yield "this is no public key: one line like `ssh-ed25519 AAAA... comment`"

    @property
    def body(self) -> str:
        return self.key.split()[1]

    @property
    def id(self) -> ResourceId:
        comment = " ".join(self.key.split()[2:])
        return ResourceId("authorized_key", comment or self.body[-12:])

    def facts(self) -> Iterable[Fact[Any]]:
        return [ContentFact(KEYS), PathFact(KEYS), PathFact(FOLDER)]

    def desired(self, facts: Facts) -> State:
        return {"lines": 1, "mode": "600", "folder mode": "700"}

    def observed(self, facts: Facts) -> State | None:
        data, file, folder = facts[ContentFact(KEYS)], facts[PathFact(KEYS)], facts[PathFact(FOLDER)]
        if data is None or file is None or folder is None:
            return None
        count = sum(self._ours(line) for line in data.splitlines())
        return {"lines": count, "mode": _mode(file, "600"), "folder mode": _mode(folder, "700")}

    def _ours(self, line: bytes) -> bool:
        return key_line.holds(line, self.body)

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        data = facts[ContentFact(KEYS)] or b""
        lines = data.splitlines(keepends=True)
        first = next((n for n, line in enumerate(lines) if self._ours(line)), None)
        kept = [line for n, line in enumerate(lines) if n == first or not self._ours(line)]
        if first is None:
            if kept and not kept[-1].endswith(b"\n"):
                kept[-1] += b"\n"
            kept.append(self.key.strip().encode() + b"\n")
        whole = b"".join(kept)
        script = note_lines(data, whole) + sh("mkdir -p -- {}\nchmod 700 {}\n", FOLDER, FOLDER)
        yield Step(script, (FOLDER, KEYS), Write(KEYS, whole, "600"))


def note_lines(before: bytes, after: bytes) -> str:
    """Shell of a step that notes, for an undo, the lines in which the file will differ."""
    from urllib.parse import quote as percent  # 3 ms, for who writes only

    then, now = Counter(before.splitlines()), Counter(after.splitlines())
    script = ""
    for sign, lines in (("+", now - then), ("-", then - now)):
        script += "".join(sh("noted key {} {} {}\n", sign, percent(line), KEYS) for line in lines.elements())
    return script


def _mode(found: PathState, wanted: str) -> str:
    """A link has no mode of its own, and what it leads to was made by somebody who knows what a link is."""
    return wanted if found.type == "symlink" else found.mode
