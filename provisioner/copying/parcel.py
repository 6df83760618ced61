"""What ``copy`` sends: files and directories in one tar stream, their digests last."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

from provisioner.errors import ProvisionerError, UsageError
from provisioner.lean_dataclass import dataclass

SUMS = ".hello-termux-sums"
"""The last member of a stream to the phone, as ``sha256sum -c`` reads it."""
PIECE = 1 << 16
OWNER = 0o700
"""A directory is always its owner's to write: it must be filled, moved into place, and removed if things go wrong."""


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Goods:
    """One file or directory that is to be sent. ``members`` are paths with their names in the stream."""

    name: str
    members: tuple[tuple[Path, str], ...]
    size: int
    files: int
    left: tuple[str, ...] = ()
    """What cannot be sent: sockets, pipes, devices."""


def gather(source: str) -> Goods:
    """Look through what is to be sent; a link given by name is followed, one inside a directory is sent as it is.

    Raises ProvisionerError if it is not there or may not be read.
    """
    given = Path(source).expanduser()
    members: list[tuple[Path, str]] = []
    left: list[str] = []
    size = files = 0
    try:
        top = given.resolve(strict=True)
        name = given.name if given.name not in ("", "..") else top.name
        for path, inside in _walk(top, name):
            kind = path.lstat().st_mode
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISLNK(kind)):
                left.append(inside)
                continue
            members.append((path, inside))
            if stat.S_ISREG(kind):
                size, files = size + path.lstat().st_size, files + 1
    except OSError as error:
        raise ProvisionerError(f"{error.filename or source} cannot be read: {error.strerror}") from None
    return Goods(name, tuple(members), size, files, tuple(left))


def _walk(top: Path, name: str) -> Iterator[tuple[Path, str]]:
    yield top, name
    if top.is_dir():
        for each in sorted(top.iterdir()):
            if each.is_dir() and not each.is_symlink():
                yield from _walk(each, f"{name}/{each.name}")
            else:
                yield each, f"{name}/{each.name}"


def pack(goods: Sequence[Goods], write: Callable[[bytes], object], progress: Callable[[int], object]) -> None:
    """Write everything as one tar stream, the digests last. Raises ProvisionerError for what cannot be read."""
    names = [each.name for each in goods]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise UsageError(f"two of these are called {twice}", hint="copy one after the other")
    sums = bytearray()
    with _stream(write) as tar:
        for path, name in (member for each in goods for member in each.members):
            try:
                sums += _add(tar, path, name, progress)
            except OSError as error:
                raise ProvisionerError(
                    f"{path} cannot be read: {error.strerror or error}; nothing was copied"
                ) from None
        last = tarfile.TarInfo(SUMS)
        last.size = len(sums)
        tar.addfile(last, io.BytesIO(bytes(sums)))


@contextmanager
def _stream(write: Callable[[bytes], object]) -> Iterator[tarfile.TarFile]:
    class Sink(io.RawIOBase):
        def write(self, data: object, /) -> int:
            piece = bytes(cast(bytes, data))
            write(piece)
            return len(piece)

    # Opened by hand, without ``with``: closing it would write an end, and make a whole archive of a broken one.
    tar = tarfile.open(  # noqa: SIM115
        fileobj=cast(IO[bytes], Sink()), mode="w|", bufsize=PIECE, format=tarfile.GNU_FORMAT,
        encoding="utf-8", errors="surrogateescape",
    )  # fmt: skip
    yield tar
    tar.close()


def _add(tar: tarfile.TarFile, path: Path, name: str, progress: Callable[[int], object]) -> bytes:
    """Add one member; its line of digests if it is a file."""
    found = path.lstat()
    info = tarfile.TarInfo(name)
    info.mtime, info.mode = int(found.st_mtime), found.st_mode & 0o777
    if stat.S_ISLNK(found.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(path)  # noqa: PTH115 - as it is written
    elif stat.S_ISDIR(found.st_mode):
        info.type, info.mode = tarfile.DIRTYPE, info.mode | OWNER
    else:
        with path.open("rb") as file:
            info.size = os.fstat(file.fileno()).st_size
            counted = Counted(file, progress)
            tar.addfile(info, cast(IO[bytes], counted))
        return sums_line(counted.digest, name)
    tar.addfile(info)
    return b""


class Counted:
    """Reads a file, and knows the digest of what was read."""

    def __init__(self, source: Source, progress: Callable[[int], object]) -> None:
        self._source = source
        self._progress = progress
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self._progress(len(data))
        return data


def sums_line(digest: str, name: str) -> bytes:
    """A line for ``sha256sum -c``, which wants a backslash before it where the name holds one or a line end."""
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{digest}  {escaped}\n".encode("utf-8", "surrogateescape")
