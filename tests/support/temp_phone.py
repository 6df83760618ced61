"""A phone of files: a home and a prefix in a temporary folder, probed and changed by the real engine and a real sh.

Good for every resource that is made of files. What needs dpkg, apt or sshd is tried on the stand-in phone.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provisioner.detached import carry_out
from provisioner.facts import Facts
from provisioner.facts.records import RecordsFact
from provisioner.model import Change, Event, Plan
from provisioner.planner import arrange, first_questions, further_questions, make_changes
from provisioner.resources.base import Declared
from provisioner.runner import Conversation
from provisioner.shell import Device
from provisioner.transport.local import LocalTransport
from provisioner.undo import undo

HOST_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass
class TempPhone:
    """``root`` holds ``home`` and ``usr``; nothing outside it may change."""

    root: Path
    facts: Facts = field(default_factory=Facts)

    def __post_init__(self) -> None:
        self.home, self.prefix = self.root / "home", self.root / "usr"
        for folder in (self.home, self.prefix / "bin", self.prefix / "tmp", self.prefix / "etc"):
            folder.mkdir(parents=True, exist_ok=True)
        shell = self.prefix / "bin/sh"
        if not shell.exists():
            shell.symlink_to("/bin/sh")
        self.device = Device(str(self.prefix), str(self.home), HOST_PATH)

    def plan(self, declared: Sequence[Declared]) -> tuple[Change, ...]:
        """Probe for real, and say what would change."""
        with LocalTransport(self.prefix, self.home) as transport:
            conversation = Conversation(self.device, transport.shell())
            self.facts = conversation.ask(first_questions(declared))
            self.facts |= conversation.ask(further_questions(declared, self.facts))
        return make_changes(declared, self.facts)

    def apply(
        self, declared: Sequence[Declared], changes: tuple[Change, ...]
    ) -> tuple[list[Event], tuple[Change, ...]]:
        """Carry ``changes`` out as a run does, and plan again from the fresh reading."""
        work = arrange(Plan(changes), declared, self.facts)
        events: list[Event] = []
        with LocalTransport(self.prefix, self.home) as transport:
            conversation = Conversation(self.device, transport.shell())
            _, fresh = carry_out(work, conversation, first_questions(declared), events.append)
        return events, make_changes(declared, fresh)

    def undo(
        self, run: str = "", only: Collection[str] = (), login_key: str = ""
    ) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """Take back a run, the last one if none is named: the plan, and the plan of the fresh reading."""
        with LocalTransport(self.prefix, self.home) as transport:
            records = Conversation(self.device, transport.shell()).ask([RecordsFact()])[RecordsFact()]
        fitting = [each for each in records if each.id.startswith(run)]
        declared = undo(records, fitting[-1], only, login_key).declared
        changes = self.plan(declared)
        _, after = self.apply(declared, changes)
        return changes, after

    def path(self, name: str) -> Path:
        """``~/x`` or ``$PREFIX/x`` as a path of this machine."""
        base, _, rest = name.partition("/")
        return {"~": self.home, "$PREFIX": self.prefix}[base] / rest

    def put(self, files: Mapping[str, Any]) -> None:
        """Lay out files: a text, or ``{"text" | "base64" | "link" | "folder" | "fifo", "mode"}``."""
        for name, given in files.items():
            path = self.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            entry = {"text": given} if isinstance(given, str) else given
            if "link" in entry:
                path.symlink_to(entry["link"].replace("$PREFIX", str(self.prefix)).replace("~", str(self.home)))
            elif "folder" in entry:
                path.mkdir(exist_ok=True)
            elif "fifo" in entry:
                os.mkfifo(path)
            else:
                path.write_bytes(base64.b64decode(entry["base64"]) if "base64" in entry else entry["text"].encode())
            if "mode" in entry:
                path.chmod(int(entry["mode"], 8))

    def tree(self) -> dict[str, str]:
        """Every path with type, mode and digest: what "not one byte" is checked by. Our own state is left out."""
        seen = {}
        for folder, names, files in os.walk(self.root):
            if ".local/state/hello-termux" in folder:
                continue
            for name in (*names, *files):
                path = Path(folder, name)
                seen[str(path.relative_to(self.root))] = describe(path)
        return {name: what for name, what in seen.items() if not name.startswith("home/.local")}


def describe(path: Path) -> str:
    status = path.lstat()
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if path.is_file():
        return f"{status.st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return f"{status.st_mode:o}"
