"""``pkg`` asks mirrors by curl."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding, first_line
from provisioner.resources.apt_upgrade import AptUpgrade

CURL = SaidFact('timeout 10 "$PREFIX/bin/curl" --version >/dev/null || echo "exit status $?"')


@finding(
    "curl_starts",
    Grade.ERROR,
    cause="one package was installed beside old libraries: only full upgrades work; pkg now calls every mirror bad",
    repair="apt-get update && apt-get full-upgrade (apt does not need curl)",
    source="termux.md §3.6; termux-packages#9260, #16374, #21987",
    asks=[CURL],
    mends=True,
)
def curl_starts(seen: Seen) -> Iterator[Trouble]:
    """curl starts."""
    if seen[CURL]:
        yield Trouble("curl does not start", said=first_line(seen[CURL]), fixes=(AptUpgrade(),))
