"""The view of a person at a terminal: as plain, but progress is drawn in place while it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.views.plain import PlainView

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from provisioner.model import Event, Plan
    from provisioner.views.picture import Picture
    from provisioner.views.screen import Screen
    from provisioner.views.transfer import Begin

REFRESH = 8
"""Pictures a second."""


class HumanView(PlainView):
    """Draws progress on standard error; everything else is as in plain."""

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        from rich.console import Console
        from rich.live import Live

        from provisioner.views.picture import Picture

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
