"""What the runs on a phone have noted of themselves, by which they can be undone (``device/files.sh`` writes it)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple, Self
from urllib.parse import unquote, unquote_to_bytes

from provisioner.facts import Fact
from provisioner.facts.paths import ROOTS, PathState, read_path, read_tar
from provisioner.facts.runs import RUNS
from provisioner.facts.trees import read_trees
from provisioner.lean_dataclass import dataclass, field
from provisioner.model import Action, ResourceId
from provisioner.remote_path import RemotePath

FOLDER = RemotePath("~", ".local/state/hello-termux/runs")
_WORDS = {"kept": 4, "will": 5, "block": 5, "moved": 8, "setting": 5, "key": 4}
"""Tabs in a record of a manifest; more are part of the path, its last word."""
_FILES = ("changes", "title", "manifest", "after", "packages", "packages.after")


class Done(NamedTuple):
    """A change that a run was to make; their order is that of their numbers."""

    id: ResourceId
    action: Action
    task: str
    sealed: bool = False
    """Its texts hold a secret."""


class Kept(NamedTuple):
    """What stood at ``path`` before the changes ``items`` (numbers from 1).

    ``copy`` names it in the backup folder, or is ``-`` if nothing stood there, ``--`` if what came there is one whole
    (a clone), or like ``mode=755`` for a folder that stayed. ``top``: the uppermost folder that was made for ``path``.
    """

    items: tuple[int, ...]
    copy: str
    top: RemotePath | None
    path: RemotePath
    will: str = ""
    """What the change was about to leave there, if that was known before: ``f=`` and the digest of a file, ``l=`` and
    the target of a link."""

    @property
    def mode(self) -> str:
        """Of a folder that was there and stayed."""
        return self.copy.removeprefix("mode=") if self.copy.startswith("mode=") else ""

    @property
    def nothing(self) -> bool:
        return self.copy in ("-", "--")

    @property
    def whole(self) -> bool:
        """Is a folder that came there one thing, and no place to put others into?"""
        return self.copy == "--" or self.copy.startswith("moved-")


class BlockLeft(NamedTuple):
    """A marked block that a change left in the file at ``path``, by the digest of its lines."""

    item: int
    sha256: str
    label: str
    comment: str
    path: RemotePath


class Moved(NamedTuple):
    """A clone in which a change put another version: commit, branch and the version that was asked for ("": none of
    them), before it and after it."""

    item: int
    commit: str
    branch: str
    asked: str
    to_commit: str
    to_branch: str
    to_asked: str
    path: RemotePath


class Setting(NamedTuple):
    """A setting of a clone that such a change made; "": none."""

    item: int
    key: str
    before: str
    after: str
    path: RemotePath


class KeyLine(NamedTuple):
    """A line that a change has added to ``authorized_keys``, or taken out of it; without its line end."""

    item: int
    added: bool
    line: bytes


class Left(NamedTuple):
    """What a run left at a path; ``state`` None: nothing. ``tree``: the digest of all that is in a folder. ``wrote``:
    the digests of all that it was about to write there, the last of which it may not have come to."""

    state: PathState | None
    tree: str = ""
    wrote: frozenset[str] = frozenset()

    def has_text_of(self, now: PathState) -> bool:
        """Does a file that stands there now hold what the run has written?"""
        return (self.state is not None and now.sha256 == self.state.sha256) or now.sha256 in self.wrote


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. ``left`` has the paths of the steps that came to their end, or told before what they would leave;
    the last step counts."""

    id: str
    title: str = "apply"
    changes: tuple[Done, ...] = ()
    kept: tuple[Kept, ...] = ()
    blocks: tuple[BlockLeft, ...] = ()
    moved: tuple[Moved, ...] = ()
    settings: tuple[Setting, ...] = ()
    keys: tuple[KeyLine, ...] = ()
    left: Mapping[RemotePath, Left] = field(default_factory=dict)
    packages: Mapping[str, str] | None = None
    """Installed packages and their versions before apt was first called; None: it was not, or was broken off."""
    packages_left: Mapping[str, str] | None = None

    @property
    def changed_anything(self) -> bool:
        return bool(self.kept or self.moved) or self.packages != self.packages_left

    @property
    def backup(self) -> RemotePath:
        return FOLDER / self.id / "backup"


@dataclass(frozen=True, slots=True)
class RecordsFact(Fact[tuple[RunRecord, ...]]):
    """The records of all runs that the phone remembers, the oldest first."""

    section: ClassVar[str] = "records"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        names = " ".join(f"*/{name}" for name in _FILES)
        return f'{ROOTS}cd "{RUNS}" 2>/dev/null && tar -c -b1 --format=gnu -f - -- {names} 2>/dev/null\ncd "$HOME"\n'

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, tuple[RunRecord, ...]]:
        home, prefix, archive = answer.split(b"\0", 2)
        roots = home.decode("utf-8", "surrogateescape"), prefix.decode("utf-8", "surrogateescape")
        runs: dict[str, dict[str, str]] = {}
        for name, data in read_tar(archive):
            run, _, file = name.decode("utf-8", "replace").partition("/")
            runs.setdefault(run, {})[file] = data.decode("utf-8", "surrogateescape")
        records = tuple(_record(run, files, *roots) for run, files in sorted(runs.items()) if "changes" in files)
        return dict.fromkeys(facts, records)


def _record(run: str, files: Mapping[str, str], home: str, prefix: str) -> RunRecord:
    noted = list(_manifest(files.get("manifest", ""), home, prefix))
    kept = tuple(each for each in noted if isinstance(each, Kept))
    return RunRecord(
        run,
        files.get("title", "").strip() or "apply",
        tuple(_changes(files["changes"])),
        kept,
        tuple(each for each in noted if isinstance(each, BlockLeft)),
        tuple(each for each in noted if isinstance(each, Moved)),
        tuple(each for each in noted if isinstance(each, Setting)),
        tuple(each for each in noted if isinstance(each, KeyLine)),
        _left(files.get("after", ""), kept, home, prefix),
        _packages(files.get("packages")),
        _packages(files.get("packages.after")),
    )


def _changes(text: str) -> Iterator[Done]:
    for line in text.splitlines():
        action, task, id, *sealed = line.split("\t")
        yield Done(ResourceId.parse(unquote(id)), Action(action), unquote(task), bool(sealed))


def _manifest(text: str, home: str, prefix: str) -> Iterator[Kept | BlockLeft | Moved | Setting | KeyLine]:
    for record in text.split("\0")[:-1]:  # what is behind the last NUL was not written whole
        kind = record.partition("\t")[0]
        if kind not in _WORDS:
            continue
        _, item, *words = record.split("\t", _WORDS[kind])
        path = RemotePath.found(words.pop(), home, prefix)
        match kind, words:
            case "kept" | "will", [copy, top, *will]:
                first = RemotePath.found(top, home, prefix) if top else None
                yield Kept(_numbers(item), copy, first, path, *will)
            case "block", [digest, label, comment]:
                yield BlockLeft(int(item), digest, label, comment, path)
            case "moved", [commit, branch, asked, to_commit, to_branch, to_asked]:
                yield Moved(int(item), commit, branch, asked, to_commit, to_branch, to_asked, path)
            case "key", [sign, line]:
                yield KeyLine(int(item), sign == "+", unquote_to_bytes(line))
            case "setting", [key, before, after]:
                yield Setting(int(item), key, before, after, path)


def _left(text: str, kept: Sequence[Kept], home: str, prefix: str) -> dict[RemotePath, Left]:
    seen: dict[tuple[int, ...], Sequence[str]] = {}
    batch: list[str] = []
    for record in text.split("\0")[:-1]:
        if record.startswith("done\t"):
            seen[_numbers(record[5:])], batch = batch, []
        else:
            batch.append(record)
    found = {items: (read_path(records), read_trees(records)) for items, records in seen.items()}
    left: dict[RemotePath, Left] = {}
    for each in kept:
        before = left.get(each.path, Left(None)).wrote
        if each.will.startswith("f="):
            digest = each.will[2:]
            left[each.path] = Left(PathState("file", "", 0, sha256=digest), wrote=before | {digest})
        elif each.will:
            left[each.path] = Left(PathState("symlink", "", 0, target=each.will[2:]))
        elif each.items in found and not each.mode:
            paths, trees = found[each.items]
            where = each.path.absolute(home, prefix)
            left[each.path] = Left(paths.get(where), trees.get(where, ""), before)
    return left


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in text.split())


def _packages(text: str | None) -> Mapping[str, str] | None:
    """From lines of status, name and version, those that are installed."""
    if text is None:
        return None
    lines = (line.split(" ") for line in text.splitlines())
    return {words[1]: words[2] for words in lines if len(words) == 3 and words[0] == "installed"}
