"""The parts of a page that are made from the program itself; all outside of their marks is written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def with_parts(text: str, parts: Mapping[str, str]) -> str:
    """``text`` with what stands between the marks of each name made anew."""
    for name, made in parts.items():
        begin, end = f"<!-- made: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{made}\n\n{end}{after}"
    return text


def row(cells: Iterable[str]) -> str:
    """A row of a table, in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


def rewrite(page: Path, parts: Mapping[str, str]) -> None:
    page.write_text(with_parts(page.read_text(encoding="utf-8"), parts), encoding="utf-8")
