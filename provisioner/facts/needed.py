"""Who needs whom among the installed packages, and what apt would do to take some away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple, Self

from provisioner.facts import Fact
from provisioner.facts.packages import READ_ONLY_APT
from provisioner.lean_dataclass import dataclass
from provisioner.shell import words


class _Installed(NamedTuple):
    essential: bool
    needs: tuple[tuple[str, ...], ...]
    """Each of them: one of these names."""
    provides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeededFact(Fact[Mapping[str, str]]):
    """Which of the installed packages ``names`` another one needs that is none of them, directly or by way of others of
    them; each with that other one. Essential packages need themselves."""

    names: tuple[str, ...]
    section: ClassVar[str] = "needed"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        form = "${db:Status-Status}\\t${Package}\\t${Essential}\\t${Depends}, ${Pre-Depends}\\t${Provides}\\n"
        return f"dpkg-query -W -f '{form}' 2>/dev/null | grep '^installed'\n"

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Mapping[str, str]]:
        packages = dict(_read(answer.decode("utf-8", "replace")))
        return {fact: _needed(packages, frozenset(fact.names)) for fact in facts}


@dataclass(frozen=True, slots=True)
class RemovalFact(Fact[tuple[str, ...]]):
    """What apt would remove if it were told to remove ``names``: a simulation."""

    names: tuple[str, ...]
    section: ClassVar[str] = "removal"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        names = words(sorted({name for fact in facts for name in fact.names}))
        return f"apt-get {READ_ONLY_APT} -q -s remove {names} 2>/dev/null\n"

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, tuple[str, ...]]:
        removed = re.findall(r"^Remv (\S+)", answer.decode("utf-8", "replace"), re.MULTILINE)
        return dict.fromkeys(facts, tuple(removed))


def _read(text: str) -> Iterator[tuple[str, _Installed]]:
    for line in text.splitlines():
        _, name, essential, needs, provides = line.split("\t")
        groups = (tuple(_names(group.split("|"))) for group in needs.split(",") if group.strip())
        yield name, _Installed(essential == "yes", tuple(groups), tuple(_names(provides.split(","))))


def _names(texts: Sequence[str]) -> Iterator[str]:
    """Bare names, without versions and architectures."""
    yield from (re.split(r"[\s(:]", text.strip(), maxsplit=1)[0] for text in texts if text.strip())


def _needed(packages: Mapping[str, _Installed], names: frozenset[str]) -> dict[str, str]:
    giving: dict[str, set[str]] = {}
    for name, package in packages.items():
        for given in (name, *package.provides):
            giving.setdefault(given, set()).add(name)
    needed = {name: name for name in names if name in packages and packages[name].essential}
    staying = [(name, name) for name in packages if name not in names] + [(name, name) for name in needed]
    while staying:
        name, by = staying.pop()
        for group in packages[name].needs:
            able = {each for alternative in group for each in giving.get(alternative, ())}
            if able & (packages.keys() - names):
                continue  # one that stays in any case will do
            for each in able & names - needed.keys():
                needed[each] = by
                staying.append((each, each))
    return needed
