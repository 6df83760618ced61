"""Paths on the phone: a type of their own, so that no path of the laptop is ever taken for one."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from provisioner.lean_dataclass import dataclass

PREFIX = "/data/data/com.termux/files/usr"
HOME = "/data/data/com.termux/files/home"
"""Termux's own, compiled into its programs (termux.md §1.1); the phone's environment may name others in tests."""


@dataclass(frozen=True, slots=True, order=True)
class RemotePath:
    """A path below the phone's home or prefix: ``~/.vimrc``, ``$PREFIX/etc/apt/sources.list``.

    ``base`` is ``~`` or ``$PREFIX``; ``rest`` is relative to it, normalised, and may be empty. It prints in that short
    form; ``shell.quote`` makes it a word of sh. Where a link of the user's leads out of both, ``base`` is empty.
    """

    base: str
    rest: str

    def __str__(self) -> str:
        return f"{self.base}/{self.rest}" if self.rest else self.base

    def __truediv__(self, more: str) -> RemotePath:
        return RemotePath(self.base, posixpath.normpath(posixpath.join(self.rest, more)))

    @property
    def parent(self) -> RemotePath:
        return RemotePath(self.base, posixpath.dirname(self.rest))

    @property
    def parents(self) -> Iterator[RemotePath]:
        """The folders that it is in, the nearest first, up to its base."""
        path = self
        while path.rest:
            path = path.parent
            yield path

    @property
    def name(self) -> str:
        return posixpath.basename(self.rest)

    def absolute(self, home: str = HOME, prefix: str = PREFIX) -> str:
        root = {"~": home, "$PREFIX": prefix}.get(self.base, "")
        return f"{root}/{self.rest}" if self.rest else root

    @classmethod
    def found(cls, absolute: str, home: str, prefix: str) -> RemotePath:
        """A path that the phone has told, whose home and prefix these are."""
        for root, base in ((home, "~"), (prefix, "$PREFIX")):
            if absolute.startswith(root + "/"):
                return cls(base, absolute[len(root) + 1 :])
        return cls("", absolute.lstrip("/"))

    @classmethod
    def parse(cls, text: str) -> RemotePath:
        """Read ``~/x``, ``$HOME/x``, ``$PREFIX/x`` or an absolute path below one of the two.

        Raises ValueError, with a sentence, for anything else: relative, outside, climbing out, or with a NUL.
        """
        if "\0" in text:
            raise ValueError("a path cannot hold a NUL character")
        for start, base in (("~", "~"), ("$HOME", "~"), ("${HOME}", "~"), ("$PREFIX", "$PREFIX"),
                            ("${PREFIX}", "$PREFIX"), (HOME, "~"), (PREFIX, "$PREFIX")):  # fmt: skip
            if text == start or text.startswith(start + "/"):
                rest = posixpath.normpath(text[len(start) + 1 :] or ".").lstrip("/")
                if rest == ".." or rest.startswith("../"):
                    raise ValueError(f"{text} leads out of {base}")
                return cls(base, "" if rest == "." else rest)
        if not text.startswith("/"):
            raise ValueError(f"{text or 'an empty path'} is relative: write ~/... or $PREFIX/...")
        raise ValueError(f"{text} is outside the home (~) and the prefix ($PREFIX), all that Termux can write")
