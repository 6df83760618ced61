"""Progress in plain lines, where there is no terminal to draw on."""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.model import Event, EventKind
from provisioner.views.steps_text import BATCHED, Steps, address_of


class PlainProgress(Steps):
    """A line for each change: its title when it begins, how it ended behind it."""

    half: str = ""
    """The title that stands on the last line, which has no end yet."""
    opened: Sequence[str] = ()
    """Whose title has been written last."""

    def __call__(self, event: Event) -> None:
        if event.kind is EventKind.STARTED:
            self.begin(event)
            if not self._more_may_begin(event):
                self._open()
        elif event.kind is EventKind.PROGRESS or (event.kind is EventKind.OUTPUT and not self.verbose):
            self._open()
        else:
            if event.kind is EventKind.OUTPUT:
                self._open()
            self._say(list(self.lines(event)))
        self.screen.flush()

    def close(self) -> None:
        """Nothing more will come."""
        if self.half:
            self.screen.line()
        self.half = ""

    def _say(self, lines: list[str]) -> None:
        if lines and self.half and lines[0].startswith(f"{self.half}  "):
            lines[0] = lines[0][len(self.half) :]
        elif lines:
            self.close()
        for line in lines:
            self.screen.line(line)
        self.half = "" if lines else self.half

    def _open(self) -> None:
        if self.current and self.opened != self.current:
            self.close()
            self.opened, self.half = list(self.current), self.title(self.current)
            self.screen.write(self.half)

    def _more_may_begin(self, event: Event) -> bool:
        kind = address_of(event).partition(":")[0]
        return kind in BATCHED and any(
            address.partition(":")[0] == kind and address not in self.numbers for address in self.signs
        )
