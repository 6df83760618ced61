"""Programs from ``go install``."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import RC_LINES, SESSION, Grade, Seen, Trouble, count, finding, rc_lines, session
from provisioner.tasks.search_path import own_programs_on_path

OWN = SaidFact('ls "$HOME/go/bin" 2>/dev/null | wc -l')


@finding(
    "go_bin_path",
    Grade.WARNING,
    cause="Go installs to ~/go/bin, which is not on PATH by default",
    repair="echo 'export PATH=\"$PATH:$HOME/go/bin\"' >>~/.profile, and the same in ~/.zshenv for zsh",
    source="termux.md §8, §1.3",
    asks=[OWN, SESSION, RC_LINES],
    mends=True,
)
def go_bin_path(seen: Seen) -> Iterator[Trouble]:
    """Programs in ~/go/bin are found by their names."""
    number = int(seen[OWN]) if seen[OWN].isdecimal() else 0
    on_path = "/go/bin" in session(seen).get("PATH", "") or rc_lines(seen, "go/bin")
    if number and not on_path:
        yield Trouble(
            f"{count(number, 'program')} in ~/go/bin, which is not on PATH", fixes=tuple(own_programs_on_path())
        )
