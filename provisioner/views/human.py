"""The view of a person at a terminal: as plain, but progress is drawn in place while it happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.model import Event, EventKind, Plan
from provisioner.views.harmless import clip, harmless, harmless_lines, width
from provisioner.views.plain import PlainView
from provisioner.views.result_text import LONGEST
from provisioner.views.screen import Screen
from provisioner.views.steps_text import Steps

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from provisioner.views.transfer import Begin

BAR = 30
"""Columns of the bar."""

REFRESH = 8
"""Pictures a second."""


class HumanView(PlainView):
    """Draws progress on standard error; everything else is as in plain."""

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        from rich.console import Console
        from rich.live import Live

        console = Console(file=self.err.stream, force_terminal=True, no_color=not self.err.color, highlight=False)
        picture = Picture(self.err, plan, verbose=self.verbose)
        if plan:
            self.err.line()
            self.err.flush()
        with Live(
            get_renderable=lambda: _text(picture.draw(), self.err),
            console=console,
            refresh_per_second=REFRESH,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ):
            yield lambda event: _show(console, picture, event)

    @contextmanager
    def transfer(self) -> Iterator[Begin]:
        from provisioner.views.transfer import drawn

        with drawn(self.err) as begin:
            yield begin


def _show(console: Console, picture: Picture, event: Event) -> None:
    for line in picture.lines(event):
        console.print(_text([line], picture.screen), soft_wrap=True)


def _text(lines: list[str], screen: Screen) -> Text:
    """Our own painted lines in rich's terms; nothing in them is read as markup."""
    from rich.text import Text

    return Text("\n").join(Text.from_ansi(screen.spelled(line)) for line in lines)


class Picture(Steps):
    """The lines under the finished steps: overall, the current step, its last line of output."""

    def __init__(self, screen: Screen, plan: Plan | None, *, verbose: bool = False) -> None:
        super().__init__(screen, plan, verbose=verbose)
        self.step = ""
        self.percent: float | None = None
        self.doing = ""
        self.output = ""
        self.step_began = self.began
        self.done = 0

    def lines(self, event: Event) -> Iterator[str]:
        """What is to be said for good; everything else only changes the picture."""
        match event.kind:
            case EventKind.STARTED:
                if self.begin(event):
                    self._begin()
            case EventKind.NOTE if not self.total:  # a verify has no changes, only what it is at
                self.step, self.step_began = harmless(event.text), time.monotonic()
            case EventKind.PROGRESS:
                self.percent, self.doing = event.percent, harmless(event.text)
            case EventKind.OUTPUT:
                self.output = _last_line(event.text)[:LONGEST] or self.output
                yield from super().lines(event)
            case EventKind.FINISHED | EventKind.FAILED | EventKind.SKIPPED | EventKind.WAITING:
                self.done += 1
                yield from super().lines(event)
                if not self.current:
                    self.step, self.output, self.doing, self.percent = "", "", "", None
            case _:
                yield from super().lines(event)

    def draw(self) -> list[str]:
        """The picture now, no line wider than the terminal."""
        columns = self.screen.width - 1
        drawn = [self._overall()] if self.total else []
        if self.step:
            percent = "" if self.percent is None else f"{self.percent:3.0f}%"
            words = [self.step, percent, _clock(time.monotonic() - self.step_began), self.doing]
            drawn.append(clip("  ".join(word for word in words if word), columns, "…"))
        if self.output:
            drawn.append(self.screen.paint(clip(f"    {self.output}", columns, "…"), "dim"))
        return drawn

    def _begin(self) -> None:
        self.step = self.title(self.current)
        self.percent, self.doing, self.output = None, "", ""
        self.step_began = time.monotonic()

    def _overall(self) -> str:
        part = min(1.0, (self.done + (self.percent or 0) / 100) / self.total)
        filled = round(part * BAR)
        full, empty = ("━", "─") if self.screen.unicode else ("#", "-")
        bar = self.screen.paint(full * filled, "green") + self.screen.paint(empty * (BAR - filled), "dim")
        return f"{bar} {self.done}/{self.total}  {part:4.0%}  {_clock(time.monotonic() - self.began)}"


def _last_line(output: str) -> str:
    """The last line with something on it; what a program wrote over with a carriage return does not count."""
    for line in reversed(output.replace("\r", "\n").split("\n")):
        shown = " ".join(harmless_lines(line)).strip()
        if width(shown):
            return shown
    return ""


def _clock(elapsed: float) -> str:
    return f"{int(elapsed) // 60}:{int(elapsed) % 60:02d}"
