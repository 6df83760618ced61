"""What is drawn at a terminal while a run goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator

from provisioner.model import Event, EventKind, Plan
from provisioner.views.harmless import clip, harmless, harmless_lines, width
from provisioner.views.result_text import LONGEST
from provisioner.views.screen import Screen
from provisioner.views.steps_text import Steps

BAR = 30
"""Columns of the bar."""


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
