"""Our own streams, handed through to a command on the phone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import IO


def source() -> IO[bytes] | None:
    """What the command on the phone reads; nothing where a terminal would stop us for reading (``run -- make &``)."""
    if sys.stdin is None or (sys.stdin.isatty() and not _in_the_foreground(sys.stdin.fileno())):
        return None
    return sys.stdin.buffer


def _in_the_foreground(terminal: int) -> bool:
    return os.name != "posix" or os.tcgetpgrp(terminal) == os.getpgrp()


def writer(stream: IO[bytes]) -> Callable[[bytes], None]:
    """What is written is seen at once, not when some buffer is full."""

    def write(data: bytes) -> None:
        stream.write(data)
        stream.flush()

    return write


def require_terminal(hint: str) -> None:
    """Raises UsageError, with ``hint``, if nobody sits at a terminal here, or none can be led through."""
    from provisioner.errors import UsageError

    if os.name == "nt":
        raise UsageError("no terminal can be led through from Windows by this program", hint=hint)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("that needs a terminal here", hint=hint)


def tell_signal(name: str) -> None:
    """Say what a further Ctrl-C has done; the first one speaks for itself."""
    from provisioner.commands.ask import say

    if sys.stderr.isatty():
        say("")  # the terminal has written ^C, and no more
    if name == "TERM":
        say("It goes on, and was told to end (TERM). Ctrl-C once more kills it.")
