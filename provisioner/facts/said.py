"""What a piece of sh prints: the fact of those who ask a single thing that nobody else wants to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SaidFact(Fact[str]):
    """What ``script`` says on both its outputs, without the white space around it. ``script`` is POSIX sh that only
    reads; what may hang in it carries a ``timeout`` of its own."""

    script_text: str
    section: ClassVar[str] = "said"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # A command substitution drops NULs, so that one can stand between two answers whatever they hold.
        return "".join(f"printf '%s\\0' \"$({{ {fact.script_text}\n}} 2>&1)\"\n" for fact in facts)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, str]:
        answers = answer.decode("utf-8", "replace").split("\0")
        if len(answers) < len(facts):
            raise ValueError(f"asked {len(facts)} things, heard {len(answers)}")
        return {fact: text.strip() for fact, text in zip(facts, answers, strict=False)}
