"""Which ssh server a phone has, and what OpenSSH's would do after its next start (``sshd -T``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SshdSetting:
    """``server`` is openssh, dropbear or empty; ``value`` the setting's, empty if sshd does not know it; ``refused``:
    what sshd says if it would not start with its configuration."""

    server: str
    value: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class SshdFact(Fact[SshdSetting]):
    """What sshd makes of one setting, all its files read; an empty name asks only which server there is."""

    setting: str = ""
    section: ClassVar[str] = "sshd"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        ask = 'timeout 10 "$PREFIX/bin/sshd" -T 2>&1 || echo "sshd refuses"\n' if any(f.setting for f in facts) else ""
        return (
            f'if [ -x "$PREFIX/bin/sshd" ]; then echo openssh\n{ask}'
            'elif [ -x "$PREFIX/bin/dropbear" ]; then echo dropbear\nfi\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, SshdSetting]:
        server, *lines = answer.decode("utf-8", "replace").splitlines() or [""]
        if "sshd refuses" in lines:
            said = next((line.strip() for line in lines[:-1] if line.strip()), "it does not say why")
            return dict.fromkeys(facts, SshdSetting(server, refused=said))
        values = dict(reversed([line.split(" ", 1) for line in lines if " " in line]))
        return {fact: SshdSetting(server, values.get(fact.setting.lower(), "")) for fact in facts}
