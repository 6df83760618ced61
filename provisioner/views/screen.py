"""One stream to write to: whether it has colours, how wide it is, which characters it can show."""

from __future__ import annotations

import os
import sys
from typing import TextIO

SGR = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}

ASCII = str.maketrans({"→": "->", "…": "...", "│": "|", "·": "-", "✓": "ok", "↳": "\\"})
"""What our own signs become where the terminal's encoding lacks them."""


class Screen:
    """Writes text to a stream. Colours are only ever added to words that say the same thing without them."""

    def __init__(self, stream: TextIO, *, color: bool, width: int = 80, terminal: bool = False) -> None:
        self.stream = stream
        self.color = color
        self.width = width
        self.terminal = terminal
        self.encoding = getattr(stream, "encoding", None) or "utf-8"
        self.unicode = _can_encode("→…│·✓↳", self.encoding)

    @property
    def moves(self) -> bool:
        """Whether lines already written can be written over."""
        return self.terminal and os.environ.get("TERM") != "dumb"

    def paint(self, text: str, *styles: str) -> str:
        """``text`` in colour, if this screen has any."""
        if not self.color or not text:
            return text
        return f"\x1b[{';'.join(SGR[style] for style in styles)}m{text}\x1b[0m"

    def write(self, text: str) -> None:
        """Write lines; what the encoding lacks is escaped, so a C locale is no reason to crash."""
        self.stream.write(self.spelled(text))

    def spelled(self, text: str) -> str:
        """``text`` in characters that this screen has."""
        if not self.unicode:
            text = text.translate(ASCII)
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def line(self, text: str = "") -> None:
        self.write(text + "\n")

    def flush(self) -> None:
        self.stream.flush()


def stdout(*, color: bool = True) -> Screen:
    """Where results go."""
    return _screen(sys.stdout, color)


def stderr(*, color: bool = True) -> Screen:
    """Where progress, questions and errors go."""
    return _screen(sys.stderr, color)


def _screen(stream: TextIO, color: bool) -> Screen:
    """Each stream is judged for itself: ``plan > file`` keeps its colours on standard error only."""
    terminal = stream.isatty()
    wanted = color and terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if wanted and os.name == "nt":
        os.system("")  # noqa: S605 - the known way to make a Windows console read colour sequences
    return Screen(stream, color=wanted, width=_width(stream) if terminal else 80, terminal=terminal)


def _width(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _can_encode(signs: str, encoding: str) -> bool:
    try:
        signs.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
