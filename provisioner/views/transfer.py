"""How far a copy has come, drawn in place, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from provisioner.plan_json import Document
from provisioner.views.harmless import harmless
from provisioner.views.screen import Screen

Begin = Callable[[int], Callable[[int], object]]
"""Told how many bytes there will be; what it gives is told how many more have been carried."""


def unseen(total: int) -> Callable[[int], object]:
    """For who does not watch."""
    return lambda carried: None


@contextmanager
def drawn(screen: Screen) -> Iterator[Begin]:
    """A bar, the bytes and the speed, gone when the block ends."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TransferSpeedColumn

    console = Console(file=screen.stream, force_terminal=True, no_color=not screen.color, highlight=False)
    columns = (BarColumn(), TaskProgressColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True, refresh_per_second=8) as progress:

        def begin(total: int) -> Callable[[int], object]:
            task = progress.add_task("", total=total)
            return lambda carried: progress.advance(task, carried)

        yield begin


def sentences(copied: Document) -> Iterator[str]:
    """What came of it, for a person."""
    count, size, left = int(copied["files"]), int(copied["bytes"]), copied["left"]
    files = "1 file" if count == 1 else f"{count} files"
    yield f"{files}, {amount(size)} copied to {harmless(str(copied['to']))}; every digest agrees."
    if left:
        yield f"Left out, as they are neither files, directories nor links: {harmless(', '.join(map(str, left)))}."


def amount(size: int) -> str:
    """Bytes as people say them: ``812 B``, ``1.2 kB``, ``3.4 MB``."""
    if size < 1000:
        return f"{size} B"
    power = 1 if size < 999_950 else 2 if size < 999_950_000 else 3
    return f"{size / 1000**power:.1f} {('kB', 'MB', 'GB')[power - 1]}"
