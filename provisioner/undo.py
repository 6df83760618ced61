"""The record of a run → resources that take it back, the last change first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from provisioner.facts.records import BlockLeft, Done, Kept, RunRecord
from provisioner.lean_dataclass import dataclass, replace
from provisioner.model import Action, ResourceId, Source
from provisioner.remote_path import RemotePath
from provisioner.resources.authorized_key import KEYS
from provisioner.resources.base import Declared
from provisioner.resources.clone_restored import CloneRestored
from provisioner.resources.keys_restored import KeysRestored
from provisioner.resources.package import Package
from provisioner.resources.package_gone import PackageGone
from provisioner.resources.restored import Restored
from provisioner.resources.sshd_config import CONFIG, FOLDER
from provisioner.resources.sshd_restored import SshdRestored
from provisioner.resources.termux_properties import RELOAD


@dataclass(frozen=True, slots=True)
class Undo:
    """What is to be taken back, and sentences on what cannot be."""

    declared: tuple[Declared, ...]
    notes: tuple[str, ...] = ()
    sealed: frozenset[ResourceId] = frozenset()
    """Those whose texts hold a secret."""


def undo(
    runs: Sequence[RunRecord],
    run: RunRecord,
    only: Collection[str] = (),
    login_key: str = "",
    *,
    packages: bool = False,
) -> Undo:
    """Take back ``run``, or of it what ``only`` names by task, kind, address or path.

    ``login_key``: the public key (its middle word) that opens the phone. ``packages``: those that it added too. Raises
    KeyError with a word that names none.
    """
    taken = _Undo(runs, run, only, login_key).all()
    if packages:
        return replace(taken, declared=(*taken.declared, *_packages(run, only)))
    added = _added(run, only)
    stay = f"{_listed(added)} stay installed; --packages removes of them what nothing else needs." if added else ""
    return replace(taken, notes=(*taken.notes, stay)) if stay else taken


def _packages(run: RunRecord, only: Collection[str]) -> Iterator[Declared]:
    added, source = _added(run, only), Source(f"run {run.id}")
    asked_for = {change.id.name: change.task for change in run.changes if change.id.kind == "package"}
    for name in added:
        yield Declared(PackageGone(name, added, name in asked_for), asked_for.get(name, "packages"), source)
    if not only:  # an undo of an undo, or what an upgrade has taken away
        for name in sorted((run.packages or {}).keys() - (run.packages_left or {}).keys()):
            yield Declared(Package(name), "packages", source)


def _added(run: RunRecord, only: Collection[str]) -> tuple[str, ...]:
    """The packages that the run has added: with ``only``, those that it names and what came along with packages."""
    if run.packages is None or run.packages_left is None:
        return ()
    added = run.packages_left.keys() - run.packages.keys()
    others = {c.id.name for c in run.changes if c.id.kind == "package" and only and not _is_meant(c, only)}
    named = any(c.id.kind == "package" and _is_meant(c, only) for c in run.changes)
    return tuple(sorted(added - others)) if named or not only else ()


def _is_meant(change: Done, only: Collection[str]) -> bool:
    return any(word in (change.task, change.id.kind, str(change.id)) for word in only)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 8} more packages" if len(names) > 8 else ""
    return f"{', '.join(names[:8])}{more}"


class _Undo:
    def __init__(self, runs: Sequence[RunRecord], run: RunRecord, only: Collection[str], login_key: str) -> None:
        self._later = [each for each in runs if each.id > run.id]
        self._run = run
        self._login_key = login_key
        self._only = only
        self._wanted = self._chosen(only)

    def all(self) -> Undo:
        restored = [item for path in self._paths() if (item := self._restored(path)) is not None]
        restored = [item for item in restored if not _below_another(item, restored)]
        declared = [self._declared(item, restored) for item in restored]
        sealed = frozenset(
            item.id for item in restored if any(self._run.changes[n - 1].sealed for n in item.kept.items)
        )
        return Undo((*self._clones(), *_sshd_together(reversed(declared))), tuple(self._notes()), sealed)

    def _chosen(self, only: Collection[str]) -> frozenset[int]:
        """The numbers of the changes that are meant."""
        numbers: set[int] = set()
        for word in only:
            named = {n for n, c in enumerate(self._run.changes, 1) if _is_meant(c, (word,))}
            where = word.partition(":")[2]
            named |= {n for each in self._run.kept if where == str(each.path) for n in each.items}
            named |= {each.item for each in self._run.moved if where == str(each.path)}
            if not named:
                raise KeyError(word)
            numbers |= named
        return frozenset(numbers) if only else frozenset(range(1, len(self._run.changes) + 1))

    def _paths(self) -> dict[RemotePath, None]:
        """Those that the chosen changes touched, in the order in which they first were."""
        return dict.fromkeys(each.path for each in self._run.kept if self._wanted & set(each.items))

    def _clones(self) -> Iterator[Declared]:
        """Those that the run has moved to another version; what stands there otherwise is a matter of paths."""
        for moved in self._run.moved:
            if moved.item in self._wanted:
                settings = tuple(each for each in self._run.settings if each.item == moved.item)
                clone = CloneRestored(moved, settings, self._later_at(moved.path))
                yield Declared(clone, self._run.changes[moved.item - 1].task, Source(f"run {self._run.id}"))

    def _restored(self, path: RemotePath) -> Restored | KeysRestored | None:
        touched = [each for each in self._run.kept if each.path == path]
        items = {item for each in touched for item in each.items}
        if all(self._is_of_keys(n) for n in items):
            if path == KEYS:
                return self._keys(touched[0], items)
            if path != KEYS.parent:
                return None  # where a link at that path leads to
            touched[0] = _closed_to_others(touched[0])
        blocks = [block for block in self._run.blocks if block.path == path and block.item in self._wanted]
        others = tuple(str(self._run.changes[n - 1].id) for n in sorted(items - self._wanted))
        covered = {block.item for block in blocks} >= items & self._wanted
        first = touched[0]
        kinds = {self._run.changes[n - 1].id.kind for n in items}
        return Restored(
            self._run.id,
            path,
            first,
            None if first.nothing or first.mode else self._run.backup / first.copy,
            self._run.left.get(path),
            _first_of_each(blocks) if covered else (),
            others,
            then=RELOAD if "termux_properties" in kinds else "",
            later=self._later_at(path),
        )

    def _is_of_keys(self, number: int) -> bool:
        id = self._run.changes[number - 1].id
        return id.kind in ("authorized_key", "paired_key") or id == ResourceId("file", str(KEYS))

    def _keys(self, kept: Kept, items: Collection[int]) -> KeysRestored:
        wanted = self._wanted & set(items)
        lines = tuple(each for each in self._run.keys if each.item in wanted)
        copy = None if kept.nothing else self._run.backup / kept.copy
        named = any(str(self._run.changes[n - 1].id) in self._only for n in wanted)
        left = self._run.left.get(KEYS)
        return KeysRestored(kept, copy, left, lines, self._login_key, named, alone=wanted == set(items))

    def _later_at(self, path: RemotePath) -> str:
        """The run after this one that changed the path too; empty: none."""
        touched = (
            (run.id, {each.path for each in run.kept} | {each.path for each in run.moved}) for run in self._later
        )
        return next((id for id, paths in touched if path in paths), "")

    def _declared(self, item: Restored | KeysRestored, all_of_them: Sequence[Restored | KeysRestored]) -> Declared:
        if isinstance(item, Restored) and item.kept.nothing and not item.kept.whole:
            item = replace(item, beside=tuple(each for each in all_of_them if each is not item))
        task = self._run.changes[item.kept.items[0] - 1].task
        if isinstance(item, KeysRestored) and item.named:
            task = ""  # no second login is asked for: it may be the key of it that goes
        return Declared(item, task, Source(f"run {self._run.id}"))

    def _notes(self) -> Iterator[str]:
        chosen = [change for n, change in enumerate(self._run.changes, 1) if n in self._wanted]
        for change in chosen:
            if change.id.kind in FINAL and change.action is not Action.NONE:
                yield f"{change.id} cannot be undone: {FINAL[change.id.kind]}."


FINAL = {
    "apt_upgrade": "mirrors keep no older versions, so what was upgraded stays",
    "command": "nobody knows what it did",
    "shared_storage": "the permission is Android's: Settings > Apps > Termux > Permissions takes it away",
}
"""Kinds that cannot be taken back, and why."""


def _sshd_together(declared: Iterable[Declared]) -> Iterator[Declared]:
    """Each drop-in of sshd's and the file that reads it go back in one step, which tries them first; without that file
    a drop-in is a file like any other."""
    items = tuple(declared)
    config = next((each for item in items if (each := _file(item)) and each.path == CONFIG), None)
    dropins = [item for item in items if (each := _file(item)) and each.path.parent == FOLDER]
    if config is None or not dropins:
        yield from items
        return
    for item in items:
        file = _file(item)
        if file is not None and item in dropins:
            yield replace(item, resource=SshdRestored(file, config))
        elif file is not config:
            yield item


def _file(item: Declared) -> Restored | None:
    return item.resource if isinstance(item.resource, Restored) else None


def _first_of_each(blocks: Sequence[BlockLeft]) -> tuple[BlockLeft, ...]:
    """What the run left in each block: the last word on it."""
    return tuple({block.label: block for block in blocks}.values())


def _closed_to_others(kept: Kept) -> Kept:
    """sshd takes no key from a folder into which others may write."""
    return kept._replace(copy=f"mode={int(kept.mode, 8) & ~0o022:o}") if kept.mode else kept


def _below_another(item: Restored | KeysRestored, others: Sequence[Restored | KeysRestored]) -> bool:
    """Is it in a folder that goes as a whole?"""
    return any(
        each is not item
        and each.kept.copy == "--"
        and item.path.base == each.path.base
        and item.path.rest.startswith(each.path.rest + "/")
        for each in others
    )
