"""What every finding is: questions, and a judgement of the answers. It does no I/O, and it repairs nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from provisioner.facts import Fact, Facts
from provisioner.facts.host import Host, HostFact
from provisioner.facts.said import SaidFact
from provisioner.lean_dataclass import dataclass, field
from provisioner.resources.base import Declared, Resource

Answer = TypeVar("Answer")


class Grade(StrEnum):
    """How bad it is. A note is worth knowing; a warning will hurt one day; an error hurts now."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Seen:
    """The answers of the phone; ``now`` is the laptop's clock, in seconds since 1970."""

    facts: Facts
    now: float

    @property
    def host(self) -> Host:
        return self.facts[HostFact()]

    def __getitem__(self, fact: Fact[Answer]) -> Answer:
        return self.facts[fact]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be. What is left empty is as the finding has it.

    ``said``: the phone's own words; ``fixes``: the resources that make it true, if that needs no person.
    """

    symptom: str
    said: str = ""
    grade: Grade | None = None
    cause: str = ""
    repair: str = ""
    fixes: tuple[Declared | Resource, ...] = ()


Judge = Callable[[Seen], Iterator[Trouble]]


@dataclass(frozen=True, slots=True)
class Finding:
    """``grade``, ``cause``, ``repair`` and ``source`` of a trouble that does not say otherwise."""

    name: str
    looks_at: str
    grade: Grade
    cause: str
    repair: str
    source: str
    asks: tuple[Fact[Any], ...] = ()
    judge: Judge = field(default=lambda seen: iter(()), repr=False)
    mends: bool = False
    """Whether ``doctor --fix`` can do it."""

    @property
    def questions(self) -> tuple[Fact[Any], ...]:
        return (HostFact(), *self.asks)


FINDINGS: dict[str, Finding] = {}
"""Name → finding, filled by ``finding``."""


def finding(
    name: str,
    grade: Grade,
    *,
    cause: str,
    repair: str,
    source: str,
    asks: Iterable[Fact[Any]] = (),
    mends: bool = False,
) -> Callable[[Judge], Finding]:
    """Make the judge below a finding. The first line of its docstring says what is good if it is silent."""

    def make(judge: Judge) -> Finding:
        looks_at = (judge.__doc__ or "").strip().partition("\n")[0]
        made = Finding(name, looks_at, grade, cause, repair, source, tuple(asks), judge, mends)
        FINDINGS[name] = made
        return made

    return make


def first_line(text: str) -> str:
    """What a program says of itself, or why it cannot."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


RC_FILES = ".profile .bash_profile .bash_login .bashrc .zshenv .zprofile .zshrc .zlogin"
RC_LINES = SaidFact(
    f'cd "$HOME" && grep -HnE "(GOROOT|GOFLAGS|GOPATH|GOCACHE|LANG|LC_ALL|LC_CTYPE)=|go/bin" {RC_FILES} 2>/dev/null'
    " | head -n 60 | cut -c 1-200"
)
"""``FILE:NUMBER:LINE`` of the start-up files, for all findings that look there: one grep."""

SESSION = SaidFact("tr '\\000' '\\n' </proc/$$/environ | grep -E '^(PATH|LANG|LC_ALL|LC_CTYPE|GO[A-Z]+)='")
"""The environment that a session over ssh gets before we set our own."""

PROGRAMS = SaidFact(
    'cd "$PREFIX/bin" && for p in go gopls git zsh fish bash curl apt-get sv; do [ -x $p ] && echo $p; done'
)
"""Those of a few programs that are installed."""


def rc_lines(seen: Seen, word: str) -> list[str]:
    """The lines in force of start-up files that hold ``word``, as ``.bashrc:3: export GOROOT=...``."""
    found = []
    for line in seen[RC_LINES].splitlines():
        file, _, rest = line.partition(":")
        number, _, text = rest.partition(":")
        if word in text and not text.lstrip().startswith("#"):
            found.append(f"~/{file}:{number}: {text.strip()}")
    return found


def session(seen: Seen) -> dict[str, str]:
    """The variables of a session over ssh, those that matter here."""
    return {name: value for name, _, value in (line.partition("=") for line in seen[SESSION].splitlines())}


def has(seen: Seen, program: str) -> bool:
    return program in seen[PROGRAMS].split()


def count(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"
