"""A marked block of lines in a text that is somebody else's: found, put in, taken out, and no other byte touched."""

from __future__ import annotations

import re

BOM = b"\xef\xbb\xbf"


def markers(label: str, comment: str) -> tuple[bytes, bytes]:
    """The two lines between which a block stands, without line ends."""
    return (
        f"{comment} >>> hello-termux {label} >>> (kept by hello-termux: write outside these two lines)".encode(),
        f"{comment} <<< hello-termux {label} <<<".encode(),
    )


def holds_marker(body: bytes) -> bool:
    """Would a line of ``body`` be taken for the begin or end of a block, ours or another?"""
    return any(mark in body for mark in (b">>> hello-termux ", b"<<< hello-termux "))


def split(data: bytes, label: str, comment: str) -> tuple[bytes, bytes | None, bytes]:
    """``data`` as what stands before the block, the block's own lines (None: no block) and what stands behind it.

    The marker lines belong to neither; a byte order mark before the first one does. A begin without an end, and an end
    without a begin, are no block: nothing beside them can be told to be ours.
    """
    begin, end = (line.partition(b" (")[0] for line in markers(label, comment))
    bom = BOM if data.startswith(BOM) else b""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", data[len(bom) :])
    first = None
    for n, line in enumerate(lines):
        if line.strip().startswith(begin):
            first = n
        elif first is not None and line.strip() == end:
            return bom + b"".join(lines[:first]), b"".join(lines[first + 1 : n]), b"".join(lines[n + 1 :])
    return data, None, b""


def join(data: bytes, label: str, comment: str, body: bytes | None, at: str) -> bytes:
    """``data`` with its block saying ``body`` (None: without block). Every byte outside the block stays as it was;
    a file without a final newline gets one only where the block must begin on a line of its own."""
    before, old, after = split(data, label, comment)
    newline = b"\r\n" if data.partition(b"\n")[0].endswith(b"\r") else b"\n"
    if body is None:
        return before + after if old is not None else data
    begin, end = markers(label, comment)
    block = begin + newline + body.replace(b"\n", newline) + end + newline
    if old is not None:
        return before + block + after
    if at == "top":
        head, rest = _head(before)
        return head + (newline if head.startswith(b"#!") and not head.endswith(b"\n") else b"") + block + rest
    gap = newline if before not in (b"", BOM) and not before.endswith(b"\n") else b""
    return before + gap + block


def _head(data: bytes) -> tuple[bytes, bytes]:
    """What must stay first in a file (a byte order mark, or the line that names the interpreter), and the rest."""
    if data.startswith(BOM):
        return BOM, data[len(BOM) :]
    if data.startswith(b"#!"):
        line, newline, rest = data.partition(b"\n")
        return line + newline, rest
    return b"", data
