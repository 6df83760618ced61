"""The program at a terminal of its own, as a person has it: what is typed and seen, and how the terminal is left."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

SHOWS, HIDES = b"\x1b[?25h", b"\x1b[?25l"
_END = b"\x00end of what was said\x00"


class Terminal:
    """``python -m provisioner WORDS`` at a pseudo terminal of 80x24, which is its controlling one."""

    def __init__(self, words: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._ours, self._theirs = pty.openpty()
        self.resize(80, 24)
        self.before = termios.tcgetattr(self._theirs)
        self._said = b""
        self._looked = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provisioner", *words],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            cwd=folder,
            env={"TERM": "xterm-256color", **environment},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._said.endswith(_END):
            try:
                self._said += os.read(self._ours, 4096)
            except OSError:
                return

    @property
    def seen(self) -> str:
        """All that has been drawn so far."""
        return self._said.removesuffix(_END).decode("utf-8", "replace")

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def expect(self, text: str, seconds: float = 30) -> str:
        """What was seen since the last look, up to ``text``."""
        self.wait_for(lambda: text in self.seen[self._looked :], seconds, repr(text))
        start, self._looked = self._looked, self.seen.index(text, self._looked) + len(text)
        return self.seen[start : self._looked]

    def wait_for(self, happens: Callable[[], bool], seconds: float = 60, name: str = "it") -> None:
        """Until it happens; fails if the program ends before."""
        deadline = time.monotonic() + seconds
        while not happens():
            if self.process.poll() is not None:
                self.ended()
                assert happens(), f"{name} never was; it ended with {self.process.returncode}:\n{self.seen}"
            assert time.monotonic() < deadline, f"{name} was not yet:\n{self.seen}"
            time.sleep(0.005)

    def heeds(self, number: signal.Signals) -> bool:
        """Whether the program has begun to handle this signal itself."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught, 16) >> (number - 1) & 1)

    def ended(self, seconds: float = 60) -> int:
        """Its exit code, once it has ended and all that it said was seen."""
        code = self.process.wait(seconds)
        if self._reader.is_alive() and not self._said.endswith(_END):
            os.write(self._theirs, _END)
            self._reader.join(seconds)
        return code

    @property
    def is_sane(self) -> bool:
        """Whether the cursor is to be seen and the terminal as it was."""
        return termios.tcgetattr(self._theirs) == self.before and self._said.rfind(SHOWS) >= self._said.rfind(HIDES)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._theirs)
        os.close(self._ours)
        self._reader.join(5)
