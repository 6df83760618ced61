"""The services of termux-services: whether each is enabled, and what it does now (termux.md §4.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass
from provisioner.shell import words


@dataclass(frozen=True, slots=True)
class ServiceState:
    """``runs``: it is watched over and up; ``said``: what ``sv`` says of one that is not watched over."""

    enabled: bool
    runs: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFact(Fact[ServiceState | None]):
    """One service; None: no package on the phone brings it."""

    name: str
    section: ClassVar[str] = "service"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        return (
            f'set -- {words([fact.name for fact in facts])}\nfor n; do\n[ -f "$SVDIR/$n/run" ] || continue\n'
            '[ -e "$SVDIR/$n/down" ] && echo "off: $n" || echo "on: $n"\ndone\n'
            '[ ! -x "$PREFIX/bin/sv" ] || timeout 10 sv status "$@" 2>&1\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, ServiceState | None]:
        text = answer.decode("utf-8", "replace")
        enabled = {name: word == "on" for word, name in re.findall(r"^(on|off): (.*)$", text, re.MULTILINE)}
        # "run: NAME: (pid 7) 5s", "down: NAME: 3s", "fail: NAME: unable to change to service directory: ..."
        told = {name: (word, said) for word, name, said in re.findall(r"^(\w+): ([^:\n]+): (.*)$", text, re.MULTILINE)}
        return {fact: cls._state(enabled.get(fact.name), *told.get(fact.name, ("", ""))) for fact in facts}

    @staticmethod
    def _state(enabled: bool | None, word: str, said: str) -> ServiceState | None:
        if enabled is None:
            return None
        return ServiceState(enabled, word == "run", said if word in ("fail", "warning") else "")
