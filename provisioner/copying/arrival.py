"""What ``copy`` fetches: kept aside until all of it has come and is proved, then put in place."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, cast

from provisioner.copying.parcel import OWNER, PIECE, Counted, Source
from provisioner.errors import ProvisionerError, UsageError


class Arrival:
    """A folder beside the place where things belong, until ``place`` puts them there.

    ``dest`` is what the person said: a directory that is there, one to be made (it ends with /), or a name. Raises
    ProvisionerError if there is no such place. Leaving the block removes what was not placed.
    """

    def __init__(self, dest: str, *, many: bool) -> None:
        path = Path(dest).expanduser()
        try:
            if dest.endswith(("/", os.sep)):
                path.mkdir(parents=True, exist_ok=True)
            is_directory = path.is_dir()
            self._name = "" if is_directory else path.name
            self._into = path if is_directory else path.parent
            if many and self._name:
                raise ProvisionerError(f"{dest} is no directory", hint="end it with / to have it made")
            if not self._into.is_dir():
                raise ProvisionerError(
                    f"there is no directory {self._into}", hint=f"{self._into}/ at the end has it made"
                )
            self._aside = Path(tempfile.mkdtemp(prefix=".hello-termux-copy-", dir=self._into))
        except OSError as error:
            raise ProvisionerError(f"nothing can be put into {path}: {error.strerror}") from None

    def __enter__(self) -> Arrival:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._aside, ignore_errors=True)

    def unpack(
        self, name: str, source: Source, sums: Mapping[str, str], progress: Callable[[int], object], *, is_tree: bool
    ) -> list[str]:
        """Take one tar stream, called ``name`` here; what was left out of it is given back.

        Raises ProvisionerError if it breaks off, a name in it leads elsewhere, or a digest is not the one told.
        """
        top = self._aside / name
        if os.path.lexists(top):
            raise UsageError(f"two of these are called {name}", hint="copy one after the other")
        unpacking = _Unpacking(self._aside, top if is_tree else None, dict(sums), progress)
        try:
            with tarfile.open(
                fileobj=cast(IO[bytes], source), mode="r|", bufsize=PIECE, encoding="utf-8", errors="surrogateescape"
            ) as tar:
                for info in tar:
                    unpacking.take(tar, info, top)
            unpacking.finish()
        except tarfile.TarError:
            raise ProvisionerError("nothing was copied: the stream from the phone broke off") from None
        except OSError as error:
            raise ProvisionerError(f"nothing was copied: {error.filename or name}: {error.strerror or error}") from None
        return unpacking.left

    def place(self) -> None:
        """Put everything where it belongs. Raises ProvisionerError before the first step if something is in the way."""
        tops = [(each, self._into / (self._name or each.name)) for each in sorted(self._aside.iterdir())]
        try:
            for each, to in tops:
                _require_free(each, to)
            for each, to in tops:
                _move(each, to)
        except OSError as error:
            raise ProvisionerError(f"{error.filename2 or error.filename}: {error.strerror}") from None


class _Unpacking:
    """One stream on its way into a folder, none of whose names may lead out of it."""

    def __init__(
        self, aside: Path, tree: Path | None, waiting: dict[str, str], progress: Callable[[int], object]
    ) -> None:
        self.left: list[str] = []
        self._tree = tree
        self._waiting = waiting
        self._progress = progress
        self._made = {aside}
        self._modes: list[tuple[Path, int]] = []

    def take(self, tar: tarfile.TarFile, info: tarfile.TarInfo, top: Path) -> None:
        """Put one member into the folder. Raises ProvisionerError, OSError."""
        inside = PurePosixPath(info.name)
        if inside.is_absolute() or ".." in inside.parts or "\0" in info.name:
            raise ProvisionerError(f"nothing was copied: the phone sent a name that leads elsewhere: {info.name!r}")
        path = top / inside if self._tree else top
        if path.parent not in self._made:
            raise ProvisionerError(f"nothing was copied: the phone sent {info.name!r} without its directory")
        if info.isdir():
            path.mkdir()
            self._made.add(path)
            self._modes.append((path, info.mode & 0o777 | OWNER))
        elif info.issym():
            path.symlink_to(info.linkname)
        elif info.isreg():
            self._write(tar, info, path, str(inside))
        else:
            self.left.append(info.name)

    def _write(self, tar: tarfile.TarFile, info: tarfile.TarInfo, path: Path, name: str) -> None:
        counted = Counted(cast(Source, tar.extractfile(info)), self._progress)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), info.mode & 0o777)
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(counted, file, PIECE)
        os.utime(path, (info.mtime, info.mtime))
        if self._waiting.pop(name, "") != counted.digest:
            raise ProvisionerError(
                f"nothing was copied: {name} is not what the phone said it is", hint="was it written to meanwhile?"
            )

    def finish(self) -> None:
        """Everything must be there by now. Raises ProvisionerError."""
        if self._waiting:
            raise ProvisionerError(f"nothing was copied: {next(iter(self._waiting))} did not arrive")
        mask = os.umask(0)
        os.umask(mask)
        for path, mode in self._modes:
            path.chmod(mode & ~mask)


def _require_free(each: Path, to: Path) -> None:
    if each.is_dir() and not each.is_symlink():
        if to.is_dir():
            for below in each.iterdir():
                _require_free(below, to / below.name)
        elif os.path.lexists(to):
            raise ProvisionerError(f"nothing was copied: {to} is there, and is no directory")
    elif to.is_dir():
        raise ProvisionerError(f"nothing was copied: {to} is a directory")


def _move(each: Path, to: Path) -> None:
    """A directory that is there takes the new things beside its own; a file is replaced at once, keeps its mode, and
    stays where a link leads to."""
    if each.is_dir() and not each.is_symlink():
        if to.is_dir():
            for below in sorted(each.iterdir()):
                _move(below, to / below.name)
        else:
            each.replace(to)
        return
    if not each.is_symlink() and to.exists():
        to = to.resolve()
        shutil.copymode(to, each)
    each.replace(to)
