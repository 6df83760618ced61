"""Where a git clone stands, read from its files: no git is run, and none need be installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass, field
from provisioner.remote_path import RemotePath
from provisioner.shell import quote, sh

RECORD = "hello-termux"
"""The file in ``.git`` in which an apply notes "VERSION COMMIT": what was asked for (``-``: nothing) and what it came
to; ``moving`` instead of a commit while the files of another version are put in place (``device/git.sh``)."""


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
    if there != "+":
        return None
    return GitState("") if commit == "moving" else GitState(head, version if commit == head and version != "-" else "")


@dataclass(frozen=True, slots=True)
class Clone:
    """What git says of a clone; ``head`` empty: it is not whole, or there is no git."""

    head: str
    branch: str = ""
    """Empty: none, a commit is checked out as such."""
    changed: str = ""
    """The first of the files that git knows and somebody has changed."""
    branches: Mapping[str, str] = field(default_factory=dict)
    """Their commits by name."""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CloneFact(Fact[Clone]):
    """The clone at ``path`` in full, asked of git itself: for an undo."""

    path: RemotePath
    section: ClassVar[str] = "clones"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        return (
            'c() { ( cd "$1" && [ -e .git ] && h=$(git rev-parse -q --verify HEAD) || exit\n'
            'printf \'%s\\0%s\\0%s\\0\' "$h" "$(git symbolic-ref -q --short HEAD)" \\\n'
            '"$(GIT_OPTIONAL_LOCKS=0 git status --porcelain --untracked-files=no | head -n 1 | cut -c 4-)"\n'
            "git for-each-ref --format='%(objectname) %(refname:lstrip=2)' refs/heads\nprintf '\\0'\n"
            "git config --local --list -z ) 2>/dev/null\nprintf '\\0'; }\n"
        ) + "".join(sh("c {}\n", fact.path) for fact in facts)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Clone]:
        records = iter(answer.decode("utf-8", "surrogateescape").split("\0"))
        return {fact: _clone(records) for fact in facts}


def _clone(records: Iterator[str]) -> Clone:
    """The next clone; its last record is empty."""
    head = next(records)
    if not head:
        return Clone("")
    branch, changed, branches = next(records), next(records), next(records)
    settings = dict(record.partition("\n")[::2] for record in iter(records.__next__, ""))
    commits = {name: commit for commit, _, name in (line.partition(" ") for line in branches.splitlines())}
    return Clone(head, branch, changed, commits, settings)
