"""Standard output and error that can no longer be written: what is said then, and the exit code."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import IO

from provisioner.commands.exit_codes import ExitCode

WRITING = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""What a write fails with. Files that we open are named in the error, and a dead connection has an error of its own."""


def is_of_output(error: OSError) -> bool:
    """Whether it is our own words that found no way out."""
    return error.filename is None and error.errno in WRITING


def give_up(error: OSError) -> ExitCode:
    """Say why, if anybody is left to read it. A reader that went away (``plan | head``) has seen what he wanted."""
    for stream in (sys.stdout, sys.stderr):
        forget(stream)
    if isinstance(error, BrokenPipeError):
        return ExitCode.READER_GONE
    with contextlib.suppress(OSError):
        print(f"hello-termux: the output cannot be written: {error.strerror}", file=sys.stderr, flush=True)  # noqa: T201
    return ExitCode.ERROR


def stand_in_for_closed() -> ExitCode:
    """For a stream that was closed before we began (``>&-``): its number would become that of the next file.

    ERROR, with a sentence, if it is the one that results go to.
    """
    without_output = sys.stdout is None
    for number in range(3):
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, this one
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if not without_output:
        return ExitCode.OK
    print("hello-termux: standard output is closed; >/dev/null is for what nobody shall see", file=sys.stderr)  # noqa: T201
    return ExitCode.ERROR


def forget(stream: IO[str]) -> None:
    """What could not be written still waits in ``stream``, and Python would complain of it at its end."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
