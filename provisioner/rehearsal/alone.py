"""One rehearsal at a time: each has the one stand-in phone of this user for its own, and may end it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioner.rehearsal.host import RehearsalError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else is in here for the same phone's folder. Raises RehearsalError at once if another process is."""
    path = folder.with_name(f"{folder.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RehearsalError("another rehearsal is under way on this computer: wait for its end") from None
        yield
