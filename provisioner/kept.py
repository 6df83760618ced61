"""Texts that were dear to make, kept in the user's cache folder under the digest of what they were made from.

Nothing here can lie: who keeps a text gives a key that covers all that went into it, and the names and digests of what
was found to go into it while it was made; who gets it back compares those. An entry that is damaged, or cannot be read
or written, is as if it were not there. Texts may hold what is nobody's business: an entry is for its owner only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from provisioner.digests import sha256
from provisioner.lean_dataclass import dataclass

MAX_FILES, MAX_BYTES = 4096, 64_000_000
"""Of all entries; when there are more, the older half goes."""
MAX_ENTRY = 8_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A text, and what it was found to be made from: names with their digests, empty for what was not there."""

    text: str
    made_from: Mapping[str, str]


class KeptTexts:
    """The entries in ``folder``: a small file for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written = 0

    def get(self, key: str) -> Entry | None:
        """The entry of this key, if it is there and whole."""
        try:
            digest, _, rest = (self._folder / key).read_bytes().partition(b"\n")
            if _digest(rest) != digest:
                return None
            head, _, text = rest.decode("utf-8", "surrogatepass").partition("\n")
            *parts, end = head.split("\0")
            if end:
                return None
            return Entry(text, dict(zip(parts[::2], parts[1::2], strict=True)))
        except (OSError, ValueError):
            return None

    def keep(self, key: str, entry: Entry) -> None:
        """Keep it if that can be done. A run writes no more than stays; more would push out its own."""
        parts = [part for pair in entry.made_from.items() for part in pair]
        head = "".join(f"{part}\0" for part in parts)
        rest = f"{head}\n{entry.text}".encode("utf-8", "surrogatepass")
        if "\n" in head or head.count("\0") != len(parts):  # no template is called so
            return
        if len(rest) > MAX_ENTRY or self._written >= MAX_FILES // 2:
            return
        with suppress(OSError):
            if not self._written:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._forget_old()
            self._write(key, _digest(rest) + b"\n" + rest)
            self._written += 1

    def _write(self, key: str, data: bytes) -> None:
        """All or nothing, also beside another process that writes the same."""
        new = self._folder / f"new-{os.getpid()}"
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(data)
            new.replace(self._folder / key)
        except OSError:
            new.unlink(missing_ok=True)
            raise

    def _forget_old(self) -> None:
        found = sorted(((each.stat(), each.path) for each in os.scandir(self._folder)), key=lambda e: e[0].st_mtime)
        if len(found) > MAX_FILES or sum(stat.st_size for stat, _ in found) > MAX_BYTES:
            for _, path in found[: len(found) // 2]:
                Path(path).unlink(missing_ok=True)


def _digest(data: bytes) -> bytes:
    return sha256(data).encode()
