"""Questions → one script → answers. Pure: what carries the script to the phone and the answer back is elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.errors import ProbeError
from provisioner.facts import Fact, Facts


def compile_probe(facts: Iterable[Fact[Any]]) -> str:
    """One piece of sh that answers all ``facts``, each question once; the function ``s`` begins a section."""
    return "".join(f"s {kind.section}\n{kind.script(asked)}" for kind, asked in by_kind(facts).items())


def read_answers(facts: Iterable[Fact[Any]], sections: Mapping[str, bytes]) -> Facts:
    """The answers to ``facts`` from the sections of the output. Raises ProbeError if one is missing or unreadable."""
    answers: dict[Fact[Any], Any] = {}
    for kind, asked in by_kind(facts).items():
        if kind.section not in sections:
            raise ProbeError(
                f"The phone's answer stops before the part about {kind.section}.",
                hint="Run the same command again; with --debug it shows what arrived.",
            )
        try:
            answers.update(kind.parse(asked, sections[kind.section]))
        except (ValueError, IndexError) as error:
            raise ProbeError(
                f"The phone's answer about {kind.section} cannot be understood: {error}",
                hint="Please report this with the output of the same command and --debug.",
            ) from error
    return Facts(answers)


def by_kind(facts: Iterable[Fact[Any]]) -> dict[type[Fact[Any]], list[Fact[Any]]]:
    """The questions sorted by their class, each once, in the order of first asking."""
    kinds: dict[type[Fact[Any]], list[Fact[Any]]] = defaultdict(list)
    for fact in dict.fromkeys(facts):
        kinds[type(fact)].append(fact)
    return kinds
