"""What would be written into files of this computer: each with the lines that go and come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provisioner.views.harmless import harmless
from provisioner.views.screen import Screen

Written = tuple[str, bytes | None, bytes | None]
"""A path, what it holds, and what it will hold; ``None``: it is not there."""


def writing_lines(writings: Sequence[Written], screen: Screen) -> Iterator[str]:
    """The path, then its lines with ``-`` and ``+``; what stays is not shown."""
    for path, before, after in writings:
        yield screen.paint(harmless(path), "bold") + ("" if after is not None else "  (removed)")
        if after is not None:
            yield from _changed(before or b"", after, screen)
        yield ""


def _changed(before: bytes, after: bytes, screen: Screen) -> Iterator[str]:
    import difflib  # 2 ms, which every plan would wait for

    old, new = (text.decode("utf-8", "replace").splitlines() for text in (before, after))
    for line in difflib.ndiff(old, new):
        if line[0] in "+-":
            yield screen.paint("  " + harmless(line.rstrip()), "green" if line[0] == "+" else "red")
