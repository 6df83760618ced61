"""Where a git clone stands, read from its files: no git is run, and none need be installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.shell import quote

RECORD = "hello-termux"
"""The file in ``.git`` in which an apply notes "VERSION COMMIT": what was asked for and what it came to."""


@dataclass(frozen=True, slots=True)
class GitState:
    """``head``: the commit checked out, "" if the clone is not whole; ``version`` what an apply of ours asked for,
    "" if none did or somebody has moved the clone since."""

    head: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class GitFact(Fact[GitState | None]):
    """Where the clone at ``path`` stands; None: there is nothing at that path."""

    path: RemotePath
    section: ClassVar[str] = "git"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        calls = "".join(f"g {quote(fact.path)}\n" for fact in facts)
        return (
            'g() { r= h= v= c= x=-\n[ -e "$1" ] && x=+\n'
            'if [ -f "$1/.git/HEAD" ]; then cd "$1/.git" && read -r r <HEAD\n'
            'case $r in "ref: "*) r=${r#ref: }\nif [ -f "$r" ]; then read -r h <"$r"; elif [ -f packed-refs ]; then\n'
            'while read -r a b; do [ "$b" = "$r" ] && h=$a; done <packed-refs; fi ;; *) h=$r ;; esac\n'
            f"[ -f {RECORD} ] && read -r v c <{RECORD}\n"
            '[ -f shallow.lock ] && h=\nfi\necho "$x,$h,$v,$c"; }\n' + calls + 'cd "$HOME"\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, GitState | None]:
        lines = answer.decode("utf-8", "replace").splitlines()
        if len(lines) != len(facts):
            raise ValueError(f"asked about {len(facts)} clones, heard of {len(lines)}")
        return {fact: _state(line) for fact, line in zip(facts, lines, strict=True)}


def _state(line: str) -> GitState | None:
    there, head, version, commit = line.split(",")
    return GitState(head, version if commit == head else "") if there == "+" else None
