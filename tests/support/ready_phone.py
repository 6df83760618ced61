"""A stand-in phone and a laptop that has met it: what cost tests and the bench measure on."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioner import app
from provisioner.commands.ask import Nobody
from provisioner.model import Result
from provisioner.options import Options as Said
from provisioner.rehearsal import Options, StandInPhone
from provisioner.session import Session

AS_A_PROGRAM = """
import sys
from provisioner.cli import main
try:
    code = main(["hello-termux", *sys.argv[1:]])
except SystemExit as end:
    code = end.code
hwm = next((line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), 0)
sys.stdout.flush()
modules = sorted(sys.modules)
import json
print(json.dumps([code or 0, int(hwm), modules]), file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program ended, and what it took: peak resident memory in kB, the modules that it had loaded."""

    code: int
    peak: int
    modules: frozenset[str]
    said: str


@dataclass(frozen=True, slots=True)
class ReadyPhone:
    """``folder`` holds the configuration and the playbooks of the laptop."""

    phone: StandInPhone
    folder: Path

    @property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(base64.b64decode(self.phone.host_key.split()[1])).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(self.folder / "config"), "NO_COLOR": "1"}

    @contextmanager
    def session(self, playbook: str = "go-dev") -> Iterator[Session]:
        """One connection, as a command makes it."""
        options = Said(host=f"127.0.0.1:{self.phone.port}", identity=self.phone.identity, host_key=self.fingerprint)
        before = os.environ.get("HELLO_TERMUX_CONFIG_DIR")
        os.environ["HELLO_TERMUX_CONFIG_DIR"] = self.environment["HELLO_TERMUX_CONFIG_DIR"]
        try:
            with app.open_session(playbook, options, Nobody()) as session:
                yield session
        finally:
            del os.environ["HELLO_TERMUX_CONFIG_DIR"]
            if before is not None:
                os.environ["HELLO_TERMUX_CONFIG_DIR"] = before

    def apply(self, playbook: str = "go-dev") -> Result:
        with self.session(playbook) as session:
            return session.apply(session.plan(), lambda event: None)

    def words(self, *words: str, port: int = 0) -> list[str]:
        """The words of a command of the program for this phone, perhaps through a proxy."""
        where = ["-H", f"127.0.0.1:{port or self.phone.port}", "-i", str(self.phone.identity)]
        return [*words, *where, "--host-key", self.fingerprint]

    def run(self, *words: str, port: int = 0) -> Ended:
        """The command in a process of its own."""
        return observed(self.words(*words, port=port), self.environment)

    def files(self, count: int) -> str:
        """A playbook of that many small files, all of which are there."""
        many = self.phone.home / "many"
        many.mkdir(exist_ok=True)
        entries = ["- directory: {path: ~/many}\n"]
        for n in range(count):
            (many / f"{n:04}.txt").write_text(f"This is file {n}.\n")
            entries.append(f'- file: {{path: ~/many/{n:04}.txt, content: "This is file {n}.\\n"}}\n')
        path = self.folder / f"files-{count}.yml"
        path.write_text("".join(entries))
        return str(path)


def observed(words: list[str], environment: dict[str, str] | None = None) -> Ended:
    """The program run with ``words``, watched from inside: the peak that a parent is told has its own in it."""
    command = [sys.executable, "-c", AS_A_PROGRAM, *words]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    code, peak, modules = json.loads(done.stderr.splitlines()[-1])
    return Ended(code, peak, frozenset(modules), done.stdout + done.stderr)


@contextmanager
def ready_phone(folder: Path) -> Iterator[ReadyPhone]:
    """A stand-in phone that is as go-dev wants it."""
    with StandInPhone.start(folder / "phone", options=Options(storage="grant")) as phone:
        ready = ReadyPhone(phone, folder)
        result = ready.apply()
        assert not result.after.pending, [outcome for outcome in result.outcomes if outcome.message]
        yield ready
