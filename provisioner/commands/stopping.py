"""Signals end the program as Ctrl-C does: by an exception, and leave terminal and connection in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from provisioner.errors import Stopped

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


GOES_ON = """\
no longer watching; what has begun on the phone goes on.
    hello-termux attach watches it, hello-termux log tells what came of it."""


@contextmanager
def going_on() -> Iterator[None]:
    """Whoever stops watching a run in here is told that it does not end with that."""
    try:
        yield
    except KeyboardInterrupt as stop:
        stop.args = (GOES_ON,)
        raise


def heed_signals() -> None:
    """From now on each of these signals raises ``Stopped``; one that is ignored (``nohup``) stays so."""
    for name in NAMES:
        number = getattr(signal, name, None)  # Windows has fewer
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)
