"""What was tried and what held, as tables of Markdown: for the screen and for docs/faults.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.faults import builds, kills, space, wires
from tests.faults.matrix import Verdict

HEAD = """\
# What was broken, and what held

Made by `make test-faults PAGE=docs/faults.md`; do not edit. Each number is "held / tried". A cell is one run of the
go-dev playbook on a stand-in phone of its own, begun at one of its {steps} steps and disturbed at one place. It has
held if

- the run converged, or ended with a typed error within its limit, and the next run converged;
- no line of the journal was lost on the way, and none came twice;
- no step that is recorded as done was found not to be;
- each file of the user's was, at every look, as it had been or as the playbook makes it;
- in the end home was as on a phone that was never disturbed, no temporary file was left, and the phone may sleep.
"""


WIRE = [(fault, back) for fault in wires.FAULTS for back in wires.BACK]
KILLED = [(victim,) for victim in (*kills.AT_ONCE, kills.ANY, *kills.TOOLS)]


def tables(verdicts: Sequence[Verdict]) -> str:
    """The tables, and below them what did not hold."""
    lines = ["## The wire", "", "| fault | whole again | before a step | inside | after |", "|---|---|---|---|---|"]
    lines += _rows(WIRE, wires.MOMENTS, verdicts)
    lines += ["", "## Signal 9", "", "| killed | before a step | inside | after | at a random moment |"]
    lines += ["|---|---|---|---|---|", *_rows(KILLED, (*kills.MOMENTS, kills.RANDOM), verdicts)]
    far = [f"{percent:.0f} %" for percent in builds.FAR]
    lines += ["", "## Half a Vim build", "", f"| killed, at | {' | '.join(far)} |", f"|---{'|---' * len(far)}|"]
    lines += _rows([(victim,) for victim in builds.VICTIMS], far, verdicts)
    lines += ["", "## No room left", "", f"| for | up to {space.FEW[-1]} pages of 4 kB | more |", "|---|---|---|"]
    lines += _rows([(name,) for name in space.PLACES], ("few", "many"), verdicts)
    return "\n".join([*lines, "", *_not_held(verdicts)])


def _rows(rows: Sequence[tuple[str, ...]], moments: Sequence[str], verdicts: Sequence[Verdict]) -> Iterator[str]:
    tried: Counter[tuple[str, ...]] = Counter(verdict.cell.place for verdict in verdicts if verdict.was_tried)
    held: Counter[tuple[str, ...]] = Counter(verdict.cell.place for verdict in verdicts if verdict.held)
    for row in rows:
        places = [(*row, moment) for moment in moments]
        counts = [f"{held[place]} / {tried[place]}" if tried[place] else "" for place in places]
        yield f"| {' | '.join([*row, *counts])} |"


def _not_held(verdicts: Sequence[Verdict]) -> list[str]:
    bad = [verdict for verdict in verdicts if verdict.why]
    if not bad:
        return ["Everything that was tried has held."]
    return ["What did not hold:", "", *(f"- {verdict.cell}: {verdict.why[:400]}" for verdict in bad)]


def summary(verdicts: Sequence[Verdict], left: int, seed: int, seconds: float) -> str:
    """One sentence about the whole."""
    tried = sum(verdict.was_tried for verdict in verdicts)
    held = sum(verdict.held for verdict in verdicts)
    idle = len(verdicts) - tried
    text = f"{held} of {tried} cells held in {seconds / 60:.0f} min (seed {seed})"
    text += f"; in {idle} there was no such process to be killed" if idle else ""
    return text + (f"; {left} were not tried for want of time." if left else "; none was left out.")
