"""Named values and tables for people, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from provisioner.model import JSON
from provisioner.views.harmless import harmless, pad, width, wrap
from provisioner.views.screen import Screen


def record_lines(record: Mapping[str, JSON], screen: Screen) -> Iterator[str]:
    """``name  value``, a line each."""
    column = max((width(harmless(name)) for name in record), default=0)
    for name, value in record.items():
        head = f"{pad(harmless(name), column)}  "
        for part in wrap(words(value), screen.width - column - 2):
            yield (head + part).rstrip()
            head = " " * (column + 2)


def table_lines(records: Sequence[Mapping[str, JSON]], screen: Screen, *, verbose: bool) -> Iterator[str]:
    """Columns under their names, without empty ones and the last that do not fit; ``verbose``: paragraphs."""
    if verbose:
        for number, record in enumerate(records):
            if number:
                yield ""
            yield from record_lines(record, screen)
        return
    names = [name for name in records[0] if any(words(record[name]) for record in records)]
    rows = [[words(record[name]) for name in names] for record in records]
    heads = [harmless(name) for name in names]
    columns = [max(width(row[i]) for row in (heads, *rows)) for i in range(len(names))]
    while len(columns) > 2 and sum(columns) + 2 * len(columns) - 2 > screen.width:
        columns.pop()
    yield screen.paint(_row(heads, columns), "bold")
    yield from (_row(row, columns) for row in rows)


def _row(cells: Sequence[str], columns: Sequence[int]) -> str:
    return "  ".join(pad(cell, column) for cell, column in zip(cells, columns, strict=False)).rstrip()


def words(value: JSON) -> str:
    """A JSON value as a person would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(words(item) for item in value)
        case dict():
            return ", ".join(f"{harmless(name)}={words(item)}" for name, item in value.items())
        case _:
            return harmless(str(value))
