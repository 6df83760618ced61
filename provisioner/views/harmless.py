"""Text that comes from the phone or the playbook is data: shown, never obeyed by the terminal.

Control characters, escape sequences, direction overrides and invisible characters are shown escaped, bytes that are no
UTF-8 as ``\\xNN``. A literal backslash stays one backslash: doubling it would spoil every diff of a shell script.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

KEPT = frozenset({"Co", "Zs"})
"""Not "printable" to Python, harmless to a terminal: icon fonts of shell themes live in Co, Zs are spaces."""


TAB = 4


def harmless(text: str) -> str:
    """``text`` as one line that no terminal acts upon."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or unicodedata.category(char) in KEPT else _escape(char) for char in text)


def harmless_lines(text: str, *, tabs: bool = False) -> list[str]:
    """The lines of ``text``, each harmless; tabs become spaces, so that widths are known, or are shown (``tabs``)."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [harmless(line if tabs else line.expandtabs(TAB)) for line in lines]


def _escape(char: str) -> str:
    code = ord(char)
    if char in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[char]
    if 0xDC80 <= code <= 0xDCFF:  # how surrogateescape carries a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """``text`` with spaces behind it up to ``columns``."""
    return text + " " * (columns - width(text))


def clip(text: str, columns: int, mark: str = "...") -> str:
    """``text`` cut to ``columns``, ending in ``mark`` if something was lost."""
    if width(text) <= columns:
        return text
    kept, room = "", columns - width(mark)
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        kept += char
    return kept + mark


def wrap(text: str, columns: int) -> Iterator[str]:
    """Lines of at most ``columns``, broken at a space where there is one, else anywhere."""
    columns = max(columns, 20)
    while width(text) > columns:
        cut, room = 0, columns
        while (room := room - _cells(text[cut])) >= 0:
            cut += 1
        space = text.rfind(" ", columns // 3, cut + 1)
        if space > 0:
            yield text[:space]
            text = text[space + 1 :]
        else:
            yield text[:cut]
            text = text[cut:]
    yield text


def hanging(text: str, columns: int, indent: int = 4) -> Iterator[str]:
    """``text`` in lines of at most ``columns``, all but the first of them indented."""
    lines = wrap(text, columns)
    first = next(lines)
    yield first
    if rest := text[len(first) :].removeprefix(" "):
        yield from (" " * indent + line for line in wrap(rest, columns - indent))


def breaks(text: str, columns: int) -> bool:
    """Whether a word of ``text`` has no room in ``columns``, so that wrapping would cut it."""
    return any(width(word) > columns for word in text.split(" "))
