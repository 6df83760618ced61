"""More of what the phone is, for people who ask: no plan depends on it, so no plan pays for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.facts.host import number
from provisioner.lean_dataclass import asdict, dataclass
from provisioner.model import JSON


@dataclass(frozen=True, slots=True)
class System:
    """``tools_version``: of the package termux-tools, which brings pkg, chsh and the list of mirrors; ``uptime``: in
    seconds, -1 where Android does not tell; ``boot``: an id that changes with every start of Android."""

    tools_version: str = ""
    uptime: int = -1
    boot: str = ""

    def to_json(self) -> dict[str, JSON]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SystemFact(Fact[System]):
    """The one question for all of it."""

    section: ClassVar[str] = "system"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # The package's version by sed, which ends at it: dpkg-query reads and sorts the whole database first.
        return (
            '{ read -r u _ </proc/uptime && echo "up=${u%.*}"\n'
            'read -r b </proc/sys/kernel/random/boot_id && echo "boot=$b"\n'
            "sed -n '/^Package: termux-tools$/,/^$/{/^Version: /{s//tools=/p;q;}}' \"$PREFIX/var/lib/dpkg/status\"\n"
            "} 2>/dev/null\n"
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, System]:
        found = dict(re.findall(r"^(\w+)=(.*)$", answer.decode("utf-8", "replace"), re.MULTILINE))
        return dict.fromkeys(facts, System(found.get("tools", ""), number(found.get("up")), found.get("boot", "")))
