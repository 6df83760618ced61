"""What stands at a path on the phone: one ``find`` for all, one ``sha256sum`` for files, one ``tar`` for contents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.shell import words

TYPES = {"f": "file", "d": "directory", "l": "symlink", "p": "fifo", "s": "socket", "c": "device", "b": "device"}
LIVED_IN = frozenset(
    ("~", "~/.local", "~/.local/state", "~/.local/state/hello-termux", "~/.ssh", "$PREFIX",
     *(f"$PREFIX/{name}" for name in ("bin", "etc", "lib", "libexec", "share", "tmp", "var")))
)  # fmt: skip
"""Without these a run could not go on, or nobody could log in any more."""
ROOTS = 'printf \'%s\\0\' "$HOME" "$PREFIX"\n'
"""Said first in an answer, since the answers name absolute paths."""


@dataclass(frozen=True, slots=True)
class PathState:
    """``type`` is file, directory, symlink, ...; ``mode`` octal digits; ``target`` of a link as written; ``resolved``
    the type behind a link ("" if it dangles); ``sha256`` of a file or of the file behind a link, else empty."""

    type: str
    mode: str
    size: int
    target: str = ""
    resolved: str = ""
    sha256: str = ""


def mode_problems(mode: str) -> Iterator[tuple[str, str]]:
    """What is wrong with an option ``mode``, for ``problems``; nothing if it was not given."""
    if mode and not re.fullmatch("0?[0-7]{3,4}", mode):
        yield f"{mode} are no permissions: three octal digits, as 644, or four", "mode"


def place_problems(path: RemotePath) -> Iterator[tuple[str, str]]:
    """Why no file, link or clone can take the place ``path``, for ``problems``: the folder there would be moved."""
    if str(path) in LIVED_IN:
        yield f"{path} is a folder that Termux, or what runs there, lives in: name something below it", "path"


def octal(mode: str) -> str:
    """Permissions as ``PathState.mode`` tells them: 0644 is 644. Raises ValueError where ``mode_problems`` says why."""
    return format(int(mode, 8), "o")


def own_mode(found: PathState | None) -> str:
    """The permissions that a file written there is to have if nobody says which: of ``found`` its own, as far as known
    (not of what is behind a link)."""
    if found is None:
        return "644"
    return found.mode if found.type == "file" else ""


def in_the_way(path: RemotePath, found: PathState | None) -> str:
    """Why no file can be written at ``path``, where ``found`` stands; empty: it can."""
    if found is None:
        return ""
    if (found.resolved or found.type) in ("directory", "fifo", "socket", "device"):
        return f"there is a {found.resolved or found.type} at {path}, not a file: move it away first"
    if found.type == "symlink" and not found.resolved:
        return f"{path} is a link to {found.target}, which is not there: remove it or mend it first"
    return ""


@dataclass(frozen=True, slots=True)
class PathFact(Fact[PathState | None]):
    """What stands at ``path``; None: nothing."""

    path: RemotePath
    section: ClassVar[str] = "path"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # -xtype f keeps sha256sum away from pipes and devices, on which it would wait for ever.
        return (
            f"{ROOTS}find {words([fact.path for fact in facts])} -maxdepth 0 -printf '%y\\t%Y\\t%m\\t%s\\t%l\\t%p\\0'"
            " -xtype f -exec sha256sum -z -- {} + 2>/dev/null\n"
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, PathState | None]:
        home, prefix, *records = answer.decode("utf-8", "surrogateescape").split("\0")
        found = read_path(records)
        return {fact: found.get(fact.path.absolute(home, prefix)) for fact in facts}


def read_path(records: Iterable[str]) -> dict[str, PathState]:
    """The states by absolute path, from what ``find`` and ``sha256sum`` have said as above."""
    found: dict[str, list[str]] = {}
    digests: dict[str, str] = {}
    for record in records:
        if record[1:2] == "\t":
            *fields, path = record.split("\t", 5)
            found[path] = fields
        elif record[64:66] == "  ":
            digests[record[66:]] = record[:64]
    return {path: _state(fields, digests.get(path, "")) for path, fields in found.items()}


def _state(fields: Sequence[str], digest: str) -> PathState:
    kind, behind, mode, size, target = fields
    return PathState(TYPES.get(kind, "other"), mode, int(size), target, TYPES.get(behind, ""), digest)


@dataclass(frozen=True, slots=True)
class ContentFact(Fact[bytes | None]):
    """The bytes of the file at ``path``, links followed; None: no file. Meant for files of a person's size."""

    path: RemotePath
    section: ClassVar[str] = "content"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        paths = words([fact.path for fact in facts])
        return f"{ROOTS}tar -c -h -P -b1 --format=gnu --no-recursion -f - -- {paths} 2>/dev/null\n"

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, bytes | None]:
        home, prefix, archive = answer.split(b"\0", 2)
        files = dict(read_tar(archive))
        roots = home.decode("utf-8", "surrogateescape"), prefix.decode("utf-8", "surrogateescape")
        return {fact: files.get(fact.path.absolute(*roots).encode("utf-8", "surrogateescape")) for fact in facts}


def read_tar(archive: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes of each regular file of a GNU tar archive.

    By hand, because importing ``tarfile`` costs more than all of this: a header is 512 bytes with name, size in octal
    and type at fixed places, and type ``L`` holds a long name for the next one (GNU tar manual, "Basic Tar Format").
    """
    at, long_name = 0, None
    while at + 512 <= len(archive) and archive[at] != 0:
        header = archive[at : at + 512]
        size = int(header[124:136].strip(b" \0") or b"0", 8)
        body = archive[at + 512 : at + 512 + size]
        if len(body) < size:
            raise ValueError("the archive of file contents is cut short")
        if header[156:157] == b"L":
            long_name = body.rstrip(b"\0")
        else:
            if header[156:157] in b"0\0":
                yield long_name or header[:100].rstrip(b"\0"), body
            long_name = None
        at += 512 + (size + 511) // 512 * 512
