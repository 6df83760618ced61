"""What of a program's source the phone must have to build it: one archive, the same bytes for the same files."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from provisioner.lean_dataclass import dataclass
from provisioner.shipping.laptop import LaptopGo, ask_go
from provisioner.shipping.program import BuildFailed, Program, last_word

MOST = 100_000_000
"""Bytes of source beyond which something is wrong: a program's own are a few."""
MANIFESTS = ("go.mod", "go.sum", "vendor/modules.txt", "go.work", "go.work.sum")


@dataclass(frozen=True, slots=True)
class Sources:
    """``archive``: a tar.gz; ``folder``: where in it the build is started; ``package``: what it is told to build."""

    archive: bytes
    folder: str
    package: str
    count: int


def of_program(program: Program, asked: str, go: LaptopGo) -> Sources:
    """The files of the program's packages that lie in modules of this computer (its own, those of its workspace, those
    that ``replace`` names, vendored ones), and what describes the modules. All others the phone fetches itself.

    Raises BuildFailed if that is no program's size.
    """
    here = _absolute(asked)
    loose = asked.endswith(".go") and here.is_file()
    modules = go.modules
    if loose and modules and not here.is_relative_to(modules.parent):
        modules = None
    start = modules.parent if modules else program.folder
    roots = [start, *_local_modules(go.program, modules)] if modules else [start]
    files = {root / name for root in roots for name in MANIFESTS}
    for package in program.packages:
        if not package.standard and any(package.folder.is_relative_to(root) for root in roots):
            files |= {package.folder / name for name in package.files}
    name = f"./{_relative(here, start)}" if loose else program.path
    return _pack(files, Path(os.path.commonpath(roots)), start, name)


def of_folder(asked: str) -> Sources:
    """All that a build may read, where no Go says what it does: the module that ``asked`` (a folder or a file) is in,
    without hidden folders. Raises BuildFailed."""
    here = _absolute(asked)
    if not here.exists():
        raise BuildFailed(f"There is no {asked} here.", hint="without a Go of its own this computer knows only paths")
    place = here if here.is_dir() else here.parent
    root = next((folder for folder in (place, *place.parents) if (folder / "go.mod").is_file()), None)
    if root is None and here.is_dir():
        raise BuildFailed(f"{place} is in no module: there is no go.mod.", hint="go mod init NAME makes one")
    files = _walk(root) if root else [here]
    return _pack(files, root or place, root or place, f"./{_relative(here, root or place)}")


def name_of(asked: str) -> str:
    """What the program of a path is called, where no Go says it."""
    here = _absolute(asked)
    if here.suffix == ".go":
        return here.stem
    manifest = here / "go.mod"
    said = manifest.read_text("utf-8", "replace") if manifest.is_file() else ""
    module = re.search(r'^module\s+"?([^\s"]+)', said, re.MULTILINE)
    return last_word(module[1]) if module else here.name


def _local_modules(program: str, modules: Path) -> Iterator[Path]:
    """The modules on this computer that go.mod or go.work name by their folder."""
    edit = "work" if modules.name == "go.work" else "mod"
    done = ask_go(program, edit, "edit", "-json", str(modules))
    if done.returncode:
        raise BuildFailed(f"{modules} cannot be read: {' '.join(done.stderr.split())}")
    said = json.loads(done.stdout)
    used = [each["DiskPath"] for each in said.get("Use") or ()]
    replaced = [each["New"]["Path"] for each in said.get("Replace") or () if not each["New"].get("Version")]
    for name in (*used, *replaced):
        if Path(name).is_absolute():
            raise BuildFailed(
                f"{modules} names {name}, a place that the phone does not have.", hint="name it by a relative path"
            )
        yield Path(os.path.normpath(modules.parent / name))


def _walk(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        yield from (Path(folder, name) for name in files if not name.endswith("_test.go"))


def _pack(files: Iterable[Path], base: Path, start: Path, package: str) -> Sources:
    """The files that are there, by their places below ``base``, without times and owners."""
    found = sorted(file for file in set(files) if file.is_file())
    if (size := sum(file.stat().st_size for file in found)) > MOST:
        raise BuildFailed(f"The sources are {size / 1e6:.0f} MB, more than {MOST / 1e6:.0f}.", hint="--stage laptop")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for file in found:
            data = file.read_bytes()
            entry = tarfile.TarInfo(_relative(file, base))
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    return Sources(gzip.compress(packed.getvalue(), mtime=0), _relative(start, base), package, len(found))


def _absolute(path: str) -> Path:
    """As the system has it, links in it as they are, for that is how go sees it too."""
    return Path(os.path.normpath(Path(path).absolute()))


def _relative(path: PurePath, base: PurePath) -> str:
    return path.relative_to(base).as_posix()
