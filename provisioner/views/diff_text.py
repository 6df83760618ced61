"""Texts in a plan as lines: what is new, what goes, what becomes of what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.views.harmless import TAB, harmless_lines, width, wrap
from provisioner.views.screen import Screen

LINES = 12
"""How many lines of a new text are shown without ``-v``."""

CONTINUED = "↳ "
"""Begins the rest of a line that is wider than the screen."""

NO_NEWLINE = "\n\\ no newline at the end"
"""Hangs on a last line that lacks its newline, so that the two differ, as in diff(1)."""


def text_lines(before: Any, after: Any, indent: str, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """A new text as ``+`` lines, a text that goes as its length only, anything else as a unified diff."""
    old, new = (side["text"] if isinstance(side, dict) and "text" in side else None for side in (before, after))
    if new is None:
        gone = f"- ({lines_of(old or '')})"
        yield f"{indent}{screen.paint(gone, 'red')}"
        return
    lines = _diff(old, new) if old is not None else [f"+{line}" for line in harmless_lines(new)]
    hidden = 0 if verbose else max(0, len(lines) - (LINES if old is None else 5 * LINES))
    if hidden == 1:  # a line that says "1 more line" is no shorter than that line
        hidden = 0
    for line in lines[: len(lines) - hidden]:
        yield from _painted(line, indent, screen)
    if hidden:
        yield f"{indent}{screen.paint(f'… {hidden} more lines, -v shows them', 'dim')}"


def lines_of(text: str) -> str:
    count = len(harmless_lines(text))
    return "1 line" if count == 1 else f"{count} lines"


def _diff(old: str, new: str) -> list[str]:
    """A unified diff with three lines of context, without the lines that name files."""
    from difflib import unified_diff

    tabs = old.expandtabs(TAB) == new.expandtabs(TAB)  # then they are the difference, and must be seen
    before, after = harmless_lines(old, tabs=tabs), harmless_lines(new, tabs=tabs)
    if old and not old.endswith("\n"):
        before[-1] += NO_NEWLINE
    if new and not new.endswith("\n"):
        after[-1] += NO_NEWLINE
    lines = list(unified_diff(before, after, lineterm="", n=3))[2:]
    return [part for line in lines for part in line.split("\n")]


def _painted(line: str, indent: str, screen: Screen) -> Iterator[str]:
    """In colour, in as many lines as it needs; those after the first stand under its text."""
    color = {"+": "green", "-": "red", "@": "cyan", "\\": "dim"}.get(line[:1])
    room = screen.width - len(indent)
    parts = [line] if width(line) <= room else list(wrap(line, room - 1 - len(CONTINUED)))
    for number, part in enumerate(parts):
        shown = f" {CONTINUED}{part}" if number else part
        yield indent + (screen.paint(shown, color) if color else shown)
