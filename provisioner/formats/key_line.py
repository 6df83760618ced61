"""Whose is a line of ``authorized_keys``? Lines that ``pair`` writes say so in their comment."""

from __future__ import annotations

MARK = b"hello-termux"
"""What the comment of a line of ours begins with; laptop and day follow."""


def holds(line: bytes, body: str) -> bool:
    """Whether this line lets in the key with that base64 body."""
    return not line.lstrip().startswith(b"#") and body.encode() in line.split()


def is_ours(line: bytes, body: str) -> bool:
    """Whether it does, and ``pair`` wrote it. A line that a person has put there is theirs, whatever key is in it."""
    return holds(line, body) and comment(line, body).encode("utf-8", "surrogateescape").startswith(MARK)


def comment(line: bytes, body: str) -> str:
    """What stands behind the key, options before it or not."""
    return line.partition(body.encode())[2].strip().decode("utf-8", "surrogateescape")
