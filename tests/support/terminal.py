"""A program at a terminal of its own, with somebody who types and looks."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path


class Terminal:
    """``python -m provisioner WORDS`` behind a pseudo terminal of 80x24."""

    def __init__(self, words: list[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.seen = ""
        self._looked = 0
        pid, self._side = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-m", "provisioner", *words], {**environment, "TERM": "xterm"})
        self._pid = pid
        self.resize(80, 24)

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self._side, text.encode())

    def expect(self, text: str, seconds: float = 30) -> str:
        """What was seen since the last look, up to ``text``."""
        deadline = time.monotonic() + seconds
        while text not in self.seen[self._looked :]:
            assert time.monotonic() < deadline and self._read(deadline), f"{text!r} was not seen in:\n{self.seen}"
        start, self._looked = self._looked, self.seen.index(text, self._looked) + len(text)
        return self.seen[start : self._looked]

    def ended(self, seconds: float = 30) -> int:
        """Read on to the program's end; its exit code."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            assert time.monotonic() < deadline, self.seen
        os.close(self._side)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self, deadline: float) -> bool:
        if not select.select([self._side], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return False
        try:
            data = os.read(self._side, 4096)
        except OSError:  # how Linux says that the other side has closed
            return False
        self.seen += data.decode("utf-8", "replace")
        return bool(data)
