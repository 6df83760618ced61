"""The ``when:`` of a playbook entry: an expression over variables and what the phone says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.errors import Mistake, PlaybookError
from provisioner.facts import Fact, Facts
from provisioner.lean_dataclass import dataclass
from provisioner.model import JSON, Source
from provisioner.resources.base import Verdict
from provisioner.templating import Fault, compared, evaluate, names_in, undefined


@dataclass(frozen=True, slots=True)
class PhoneName:
    """What a ``when:`` may ask of the phone; ``words`` are all the values there are, if they are few."""

    type: type
    help: str
    words: tuple[str, ...] = ()


PHONE: Mapping[str, PhoneName] = {
    "arch": PhoneName(str, "what Termux's packages are for", ("aarch64", "arm", "i686", "x86_64")),
    "android_api": PhoneName(int, "Android's API level: 34 is Android 14"),
    "android_release": PhoneName(str, "Android's version as people say it: 14"),
    "termux_version": PhoneName(str, "version of the Termux app: 0.118.3"),
    "origin": PhoneName(str, "where the app comes from", ("fdroid", "github", "play", "unknown")),
    "package_manager": PhoneName(str, "what installs packages", ("apt", "pacman")),
    "login_shell": PhoneName(str, "the shell that a login starts: bash, zsh, fish"),
    "model": PhoneName(str, "the phone's model"),
    "manufacturer": PhoneName(str, "the phone's maker"),
    "memory_mb": PhoneName(int, "memory of the phone, in MB"),
    "free_mb": PhoneName(int, "free space below the prefix, in MB"),
}
"""The names a ``when:`` may use beside the playbook's variables. They are fields of ``facts.host.Host``, where an empty
text or -1 means unknown."""


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
            return cls(expression, {}, source)
        if "{{" in expression or "{%" in expression:
            raise Fault("the expression stands here without {{ }}", hint='write when: arch == "aarch64"')
        names = _names(expression)
        known = {**variables, **PHONE}
        for name in names:
            if name not in known:
                fault = undefined(name, known)
                fault.hint = f'a text stands in quotes: "{name}"' if name in _WORDS else fault.hint
                raise fault
        for name, word in compared(expression):
            if name in PHONE and PHONE[name].words and word not in PHONE[name].words:
                raise Fault(f'{name} is never "{word}"', hint=f"it is one of {', '.join(PHONE[name].words)}")
        made_up = {name: "x" if each.type is str else 1 for name, each in PHONE.items()}
        try:
            evaluate(expression, {**variables, **made_up})
        except Fault as fault:
            if isinstance(fault.__cause__, TypeError):  # other mistakes can depend on the real answers
                fault.hint = "compare numbers with numbers, and texts (in quotes) with texts"
                raise
        return cls(expression, {name: variables[name] for name in names if name in variables}, source, names)

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
        told = ", ".join(f"{name} is {'unknown' if values[name] in ('', -1) else values[name]}" for name in self.names)
        return Verdict(False, f"when: {self.expression} is false" + (f" ({told})" if told else ""))


_LITERALS = {"true": True, "false": False}
_WORDS = frozenset(word for name in PHONE.values() for word in (*name.words, "bash", "zsh", "fish"))


def _names(expression: str) -> tuple[str, ...]:
    """The names that it needs. Raises Fault."""
    try:
        return names_in(expression)
    except Fault as fault:
        if re.search(r"[^=!<>]=[^=]", expression):
            fault.hint = "two are the same if ==: one = sets a variable"
        raise
