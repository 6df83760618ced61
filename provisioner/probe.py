"""Questions → one script → answers. Pure: what carries the script to the phone and the answer back is elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.digests import sha256
from provisioner.errors import ProbeError
from provisioner.facts import Fact, Facts
from provisioner.facts.memo import prelude
from provisioner.shell import feed

KEPT = "$HOME/.local/state/hello-termux/probe"
"""The folder on the phone that holds the probes of the last applies, each under its digest."""
MOST_KEPT = 8
UNKNOWN = "unknown"
"""The section by which the phone says that it does not have a probe, or not whole."""


def compile_probe(facts: Iterable[Fact[Any]]) -> str:
    """One piece of sh that answers all ``facts``, each question once; the function ``s`` begins a section."""
    kinds = by_kind(facts)
    watched = [path for kind, asked in kinds.items() for path in kind.watched(asked)]
    begin = prelude(watched) if any(kind.rests_on_memo for kind in kinds) else ""
    return begin + "".join(f"s {kind.section}\n{kind.script(asked)}" for kind, asked in kinds.items())


def digest_of(probe: str) -> str:
    """The name by which the phone knows the probe again."""
    return sha256(probe.encode("utf-8", "surrogateescape"))[:32]


def by_name(digest: str) -> str:
    """Sh that runs the probe of this digest from the phone's own file, or says the section UNKNOWN. A file that is cut
    short ends its subshell, or lacks the last line.

    For go-dev that is 1.8 kB on the wire in place of 7.2; on Wi-Fi it takes as long.
    """
    return f'k="{KEPT}/{digest}"\n( e=\n[ -f "$k" ] && . "$k" && [ "$e" = {digest} ] ) || s {UNKNOWN}\n'


def keep(probe: str) -> str:
    """Sh that has the phone keep the probe for ``by_name``: whole or not at all. The oldest make room."""
    digest = digest_of(probe)
    data = f"{probe}e={digest}\n".encode("utf-8", "surrogateescape")
    return (
        f'k="{KEPT}/{digest}"\nmkdir -p "{KEPT}"\n'
        + feed('cat >"$k.new"', data)
        + 'sync "$k.new"\nmv -f "$k.new" "$k"\n'
        + f'(cd {KEPT} && ls -1t | tail -n +{MOST_KEPT + 1} | while read -r old; do rm -f "./$old"; done)\n'
    )


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
