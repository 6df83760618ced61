"""The ``when:`` of a playbook entry: an expression over variables and what the phone says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from provisioner.errors import Mistake, PlaybookError
from provisioner.facts import Fact, Facts
from provisioner.model import JSON, Source
from provisioner.resources.base import Verdict
from provisioner.templating import Fault, did_you_mean, evaluate, names_in

PHONE: Mapping[str, tuple[type, str]] = {
    "arch": (str, "aarch64, arm, x86_64 or i686: what Termux's packages are for"),
    "android_api": (int, "Android's API level: 34 is Android 14"),
    "android_release": (str, "Android's version as people say it: 14"),
    "termux_version": (str, "version of the Termux app: 0.118.3"),
    "origin": (str, "where the app comes from: fdroid, github, play or unknown"),
    "package_manager": (str, "apt or pacman"),
    "login_shell": (str, "bash, zsh, fish: the shell that a login starts"),
    "model": (str, "the phone's model"),
    "manufacturer": (str, "the phone's maker"),
    "memory_mb": (int, "memory of the phone, in MB"),
    "free_mb": (int, "free space below the home, in MB"),
}
"""The names a ``when:`` may use beside the playbook's variables, with type and meaning. They go before variables."""


@dataclass(frozen=True, slots=True)
class When:
    """An expression that decides whether an entry applies; ``names`` are those it needs."""

    expression: str
    vars: Mapping[str, JSON]
    source: Source
    names: tuple[str, ...] = ()

    @classmethod
    def parse(cls, expression: str, variables: Mapping[str, JSON], source: Source) -> When:
        """Read an expression, and try it with made-up answers of the phone.

        Raises Fault: it cannot be parsed, names something unknown, or mixes types (``android_api > "33"``).
        """
        if expression in _LITERALS:
            return cls(expression, variables, source)
        if "{{" in expression or "{%" in expression:
            raise Fault("when takes an expression without {{ }}", hint='write when: arch == "aarch64"')
        names = names_in(expression)
        known = {**variables, **PHONE}
        for name in names:
            if name not in known:
                hint = did_you_mean(name, known, f"the phone tells {', '.join(PHONE)}")
                raise Fault(f"the variable {name} is not defined", hint=hint)
        made_up = {name: "x" if kind is str else 1 for name, (kind, _) in PHONE.items()}
        try:
            evaluate(expression, {**variables, **made_up})
        except Fault as fault:
            if isinstance(fault.__cause__, TypeError):  # other mistakes can depend on the real answers
                raise
        return cls(expression, variables, source, names)

    def facts(self) -> Iterable[Fact[Any]]:
        """The phone's own facts, and nothing if the expression does without them."""
        if not any(name in PHONE for name in self.names):
            return ()
        from provisioner.facts.host import HostFact

        return (HostFact(),)

    def judge(self, facts: Facts) -> Verdict | None:
        """``None`` if the expression is true. Raises PlaybookError if it cannot be worked out."""
        if self.expression in _LITERALS:
            return None if _LITERALS[self.expression] else Verdict(False, f"when: {self.expression}")
        values: dict[str, Any] = dict(self.vars)
        for fact in self.facts():
            host = facts[fact]
            values.update({name: getattr(host, name) for name in PHONE})
        try:
            holds = bool(evaluate(self.expression, values))
        except Fault as fault:
            raise PlaybookError([Mistake(f"when: {fault.summary}", self.source, hint=fault.hint)]) from fault
        if holds:
            return None
        told = ", ".join(f"{name} is {'unknown' if values[name] is None else values[name]}" for name in self.names)
        return Verdict(False, f"when: {self.expression} is false" + (f" ({told})" if told else ""))


_LITERALS = {"true": True, "false": False}
