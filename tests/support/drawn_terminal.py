"""The program at a terminal of its own, as a person has it: what it draws, and what state it leaves the terminal in."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path

SHOWS, HIDES = b"\x1b[?25h", b"\x1b[?25l"


class Terminal:
    """A pseudo-terminal with the program in it."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        self._ours, self._theirs = pty.openpty()
        self.before = termios.tcgetattr(self._theirs)
        self.shown = b""
        command = [sys.executable, "-m", "provisioner", *words]
        ends = {"stdin": self._theirs, "stdout": self._theirs, "stderr": self._theirs}
        self.process = subprocess.Popen(command, **ends, env=environment, start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 4096)
            except OSError:
                return
            self.shown += data

    @property
    def text(self) -> str:
        return self.shown.decode("utf-8", "replace")

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def wait_for(self, seen: Callable[[], bool], seconds: float = 60) -> None:
        """Until ``seen``; fails if the program ends before."""
        deadline = time.monotonic() + seconds
        while not seen():
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.text}"
            assert time.monotonic() < deadline, self.text
            time.sleep(0.005)

    def heeds(self, number: signal.Signals) -> bool:
        """Whether the program has begun to handle this signal itself."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught, 16) >> (number - 1) & 1)

    def end(self, seconds: float = 60) -> int:
        """Its exit code, once it has ended."""
        code = self.process.wait(seconds)
        time.sleep(0.05)  # the last bytes are on their way through the terminal
        return code

    @property
    def is_sane(self) -> bool:
        """Whether the cursor is to be seen and the terminal as it was."""
        return termios.tcgetattr(self._theirs) == self.before and self.shown.rfind(SHOWS) >= self.shown.rfind(HIDES)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._theirs)
        os.close(self._ours)
        self._reader.join(5)
