"""What our own runs left on the phone."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.runs import RUNS, RunsFact
from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding

SIZE = SaidFact(f'du -sk "{RUNS}" 2>/dev/null | cut -f 1')
MUCH = 50_000
"""kB."""


@finding(
    "our_runs",
    Grade.NOTE,
    cause="Android ended it, or the battery was empty; the phone is as far as it got",
    repair="hello-termux apply goes on from what it finds; hello-termux log shows how far it came",
    source="termux.md §4.8",
    asks=[RunsFact(), SIZE],
)
def our_runs(seen: Seen) -> Iterator[Trouble]:
    """The last run came to its end, and its backups take little room."""
    runs = seen[RunsFact()]
    if runs and runs[-1].state == "broken off":
        yield Trouble(f"the last run, {runs[-1].id}, broke off")
    elif runs and runs[-1].state == "running":
        cause, repair = "it goes on without the laptop", "hello-termux attach watches it"
        yield Trouble(f"the run {runs[-1].id} is at work", cause=cause, repair=repair)
    if seen[SIZE].isdecimal() and int(seen[SIZE]) > MUCH:
        cause = "what a run replaces is kept, for the newest ten runs"
        yield Trouble(f"backups of runs take {int(seen[SIZE]) // 1000} MB", cause=cause, repair=f"rm -r {RUNS}/THE-RUN")
