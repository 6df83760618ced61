"""What a Vim can do, asked of the running program: ``vim --version`` also names what it cannot load (termux.md 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.facts.memo import WATCHED_KEY, memoized
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.shell import words

PACKAGED = RemotePath("$PREFIX", "bin/vim")
FEATURES = ("python3", "lua")
"""Those that are loaded when Vim runs, so that only a running Vim can tell."""


@dataclass(frozen=True, slots=True)
class VimState:
    """``version``: 9.1.1230; ``features``: those of FEATURES that work; ``target``: what a link at that path says."""

    version: str
    features: frozenset[str]
    target: str = ""


@dataclass(frozen=True, slots=True)
class VimFact(Fact[VimState | None]):
    """What the Vim at ``path`` can do; None: there is none, or it does not start."""

    path: RemotePath
    section: ClassVar[str] = "vim"
    rests_on_memo: ClassVar[bool] = True

    @classmethod
    def watched(cls, facts: Sequence[Self]) -> Iterable[RemotePath]:
        return [fact.path for fact in facts]

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # Starting Vim and loading Python is dear, so the answer is kept until a package or one of these files changes.
        paths = words([fact.path for fact in facts])
        has = " . ' ' . ".join(f"has('{feature}')" for feature in FEATURES)
        ask = (
            f'for v in {paths}; do\necho "vim $(readlink "$v")"\n[ -x "$v" ] || continue\n'
            'timeout -k 2 10 "$v" -u NONE -i NONE -n -es -c "call setline(1, v:versionlong . \' \' . '
            f"{has})\" -c print -c 'qa!' 2>/dev/null\ndone\n"
        )
        return memoized("vim", WATCHED_KEY, ask)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, VimState | None]:
        pieces = ("\n" + answer.decode("utf-8", "replace")).split("\nvim ")[1:]
        if len(pieces) != len(facts):
            raise ValueError(f"asked about {len(facts)} Vims, heard of {len(pieces)}")
        return {fact: _state(piece) for fact, piece in zip(facts, pieces, strict=True)}


def _state(piece: str) -> VimState | None:
    target, _, told = piece.partition("\n")
    version, *has = told.split()[: 1 + len(FEATURES)] or ["none"]
    if not version.isdecimal() or len(has) < len(FEATURES):
        return None
    number = int(version)
    readable = f"{number // 1_000_000}.{number // 10_000 % 100}.{number % 10_000}"
    return VimState(readable, frozenset(f for f, yes in zip(FEATURES, has, strict=True) if yes == "1"), target)
