"""The record of a run → resources that take it back, the last change first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from provisioner.facts.records import BlockLeft, RunRecord
from provisioner.lean_dataclass import dataclass, replace
from provisioner.model import Action, Source
from provisioner.remote_path import RemotePath
from provisioner.resources.authorized_key import KEYS
from provisioner.resources.base import Declared
from provisioner.resources.restored import Restored
from provisioner.resources.termux_properties import RELOAD


@dataclass(frozen=True, slots=True)
class Undo:
    """What is to be taken back, and sentences on what cannot be."""

    declared: tuple[Declared, ...]
    notes: tuple[str, ...] = ()


def undo(runs: Sequence[RunRecord], run: RunRecord, only: Collection[str] = (), login_key: str = "") -> Undo:
    """Take back ``run``, or of it what ``only`` names by task, kind, address or path.

    ``login_key``: the public key (its middle word) that opens the phone. Raises KeyError with a word that names none.
    """
    return _Undo(runs, run, only, login_key).all()


class _Undo:
    def __init__(self, runs: Sequence[RunRecord], run: RunRecord, only: Collection[str], login_key: str) -> None:
        self._later = [each for each in runs if each.id > run.id]
        self._run = run
        self._login_key = login_key
        self._wanted = self._chosen(only)

    def all(self) -> Undo:
        restored = [item for path in self._paths() if (item := self._restored(path)) is not None]
        restored = [item for item in restored if not _below_another(item, restored)]
        declared = [self._declared(item, restored) for item in restored]
        return Undo(tuple(reversed(declared)), tuple(self._notes()))

    def _chosen(self, only: Collection[str]) -> frozenset[int]:
        """The numbers of the changes that are meant."""
        numbers: set[int] = set()
        for word in only:
            named = {n for n, c in enumerate(self._run.changes, 1) if word in (c.task, c.id.kind, str(c.id))}
            named |= {n for each in self._run.kept if word.partition(":")[2] == str(each.path) for n in each.items}
            if not named:
                raise KeyError(word)
            numbers |= named
        return frozenset(numbers) if only else frozenset(range(1, len(self._run.changes) + 1))

    def _paths(self) -> dict[RemotePath, None]:
        """Those that the chosen changes touched, in the order in which they first were."""
        return dict.fromkeys(each.path for each in self._run.kept if self._wanted & set(each.items))

    def _restored(self, path: RemotePath) -> Restored | None:
        touched = [each for each in self._run.kept if each.path == path]
        items = {item for each in touched for item in each.items}
        blocks = [block for block in self._run.blocks if block.path == path and block.item in self._wanted]
        others = tuple(str(self._run.changes[n - 1].id) for n in sorted(items - self._wanted))
        covered = {block.item for block in blocks} >= items & self._wanted
        first = touched[0]
        kinds = {self._run.changes[n - 1].id.kind for n in items}
        return Restored(
            path,
            first,
            None if first.nothing or first.mode else self._run.backup / first.copy,
            self._run.left.get(path),
            _first_of_each(blocks) if covered else (),
            others,
            then=RELOAD if "termux_properties" in kinds else "",
            login_key=self._login_key if path == KEYS else "",
            later=next((each.id for each in self._later if any(kept.path == path for kept in each.kept)), ""),
        )

    def _declared(self, item: Restored, all_of_them: Sequence[Restored]) -> Declared:
        if item.kept.nothing and not item.kept.whole:
            item = replace(item, beside=tuple(each for each in all_of_them if each is not item))
        change = self._run.changes[item.kept.items[0] - 1]
        return Declared(item, change.task, Source(f"run {self._run.id}"))

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


def _first_of_each(blocks: Sequence[BlockLeft]) -> tuple[BlockLeft, ...]:
    """What the run left in each block: the last word on it."""
    return tuple({block.label: block for block in blocks}.values())


def _below_another(item: Restored, others: Sequence[Restored]) -> bool:
    """Is it in a folder that goes as a whole?"""
    return any(
        each is not item
        and each.kept.copy == "--"
        and item.path.base == each.path.base
        and item.path.rest.startswith(each.path.rest + "/")
        for each in others
    )
