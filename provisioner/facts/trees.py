"""What is in a folder: all of it as one digest, or by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.facts.paths import ROOTS
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.shell import device_script, words

NAMED = 200
"""As many of the things in a folder are told by name."""


@dataclass(frozen=True, slots=True)
class TreeFact(Fact[str]):
    """The digest of all that is in the folder ``path``, as a run notes it (``device/tree.sh``); empty: no folder."""

    path: RemotePath
    section: ClassVar[str] = "tree"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        paths = words([fact.path for fact in facts])
        return (
            device_script("tree.sh")
            + ROOTS
            + f'find {paths} -maxdepth 0 -type d -exec sh -c "$TREE" tree {{}} \\; 2>/dev/null\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, str]:
        home, prefix, *records = answer.decode("utf-8", "surrogateescape").split("\0")
        found = read_trees(records)
        return {fact: found.get(fact.path.absolute(home, prefix), "") for fact in facts}


def read_trees(records: Iterable[str]) -> dict[str, str]:
    """The digests by absolute path, from what ``TREE`` has said."""
    found = {}
    for record in records:
        if record.startswith("tree\t"):
            _, digest, path = record.split("\t", 2)
            found[path] = digest[:64]
    return found


@dataclass(frozen=True, slots=True)
class InsideFact(Fact[tuple[RemotePath, ...]]):
    """What is in the folder ``path``, at any depth: the first 200 paths."""

    path: RemotePath
    section: ClassVar[str] = "inside"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # A \0 alone ends the list of one folder.
        calls = "".join(f"i {words([fact.path])}\n" for fact in facts)
        return (
            f"{ROOTS}i() {{ find \"$1\" -mindepth 1 -print0 2>/dev/null | head -z -n {NAMED}\nprintf '\\0'; }}\n{calls}"
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, tuple[RemotePath, ...]]:
        home, prefix, rest = answer.decode("utf-8", "surrogateescape").split("\0", 2)
        told: list[list[RemotePath]] = [[]]
        for path in rest.split("\0"):
            if path:
                told[-1].append(RemotePath.found(path, home, prefix))
            else:
                told.append([])
        if len(told) <= len(facts):
            raise ValueError(f"asked about {len(facts)} folders, heard of {len(told) - 1}")
        return {fact: tuple(paths) for fact, paths in zip(facts, told, strict=False)}
