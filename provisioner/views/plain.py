"""Plain lines: the plan and the results for people, and progress where there is no terminal to draw on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from provisioner.errors import ProvisionerError
from provisioner.model import JSON, Event, EventKind, Plan, ProofResult, Result
from provisioner.plan_json import plan_to_json
from provisioner.views.harmless import harmless, harmless_lines
from provisioner.views.plan_text import SIGNS, plan_lines
from provisioner.views.reports import error_to_json, proof_to_json, result_to_json
from provisioner.views.result_text import error_lines, proof_lines, proof_sentence, result_lines
from provisioner.views.screen import Screen
from provisioner.views.table_text import record_lines, table_lines


class PlainView:
    """Results on ``out``, progress and errors on ``err``; no line is ever written over."""

    def __init__(self, out: Screen, err: Screen, *, verbose: bool = False) -> None:
        self.out = out
        self.err = err
        self.verbose = verbose

    def plan(self, plan: Plan) -> None:
        for line in plan_lines(plan_to_json(plan), self.out, verbose=self.verbose):
            self.out.line(line)
        self.out.flush()

    proposal = plan

    def settled(self, plan: Plan) -> None:
        """The plan has said it already."""

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        yield PlainProgress(self.err, plan, verbose=self.verbose)

    def result(self, plan: Plan, result: Result) -> None:
        for line in result_lines(result_to_json(plan, result), self.out):
            self.out.line(line)
        self.out.flush()

    def verified(self, plan: Plan, proofs: Sequence[ProofResult]) -> None:
        self.plan(plan)
        proved = [proof_to_json(proof) for proof in proofs]
        if not proved:
            return
        self.out.line()
        for line in proof_lines(proved, self.out):
            self.out.line(line)
        self.out.line(self.out.paint(proof_sentence(proved), "bold"))
        self.out.flush()

    def message(self, text: str) -> None:
        self.out.line(harmless(text))
        self.out.flush()

    def record(self, kind: str, record: Mapping[str, JSON]) -> None:
        for line in record_lines(record, self.out):
            self.out.line(line)
        self.out.flush()

    def records(self, kind: str, records: Sequence[Mapping[str, JSON]], *, empty: str) -> None:
        for line in table_lines(records, self.out, verbose=self.verbose) if records else [empty]:
            self.out.line(line)
        self.out.flush()

    def error(self, error: ProvisionerError) -> None:
        self.out.flush()
        for line in error_lines(error_to_json(error), self.err):
            self.err.line(line)
        self.err.flush()


class PlainProgress:
    """A line when a change begins and one when it has ended, with its time."""

    def __init__(self, screen: Screen, plan: Plan | None, *, verbose: bool = False) -> None:
        self.screen = screen
        self.verbose = verbose
        pending = plan.pending if plan else ()
        self.signs = {change.id: SIGNS[change.action.value][0] for change in pending}
        self.total = len(pending)
        self.numbers: dict[str, int] = {}
        self.current: str = ""
        self.began = time.monotonic()

    def __call__(self, event: Event) -> None:
        for line in self.lines(event):
            self.screen.line(line)
        self.screen.flush()

    def lines(self, event: Event) -> Iterator[str]:
        """What is to be said of one event."""
        address = str(event.id) if event.id else ""
        match event.kind:
            case EventKind.STARTED if self.is_new(event):
                yield self.title(event)
            case EventKind.OUTPUT if self.verbose:
                yield from (f"    {self.screen.paint('│', 'dim')} {line}" for line in harmless_lines(event.text))
            case EventKind.FINISHED:
                yield from self._ended(event, address, "done")
            case EventKind.FAILED | EventKind.SKIPPED | EventKind.WAITING:
                why = f": {harmless(event.text)}" if event.text else ""
                yield from self._ended(event, address, event.kind.value, why)
            case EventKind.NOTE:
                yield harmless(event.text)
            case EventKind.RECONNECTED:
                yield "the connection was lost and is back; the run on the phone went on"
            case _:
                return

    def is_new(self, event: Event) -> bool:
        """Whether the event is the first one of its change, which now becomes the current one and has a number."""
        address = str(event.id or event.text)
        if address in self.numbers:
            return False
        self.numbers[address] = len(self.numbers) + 1
        self.current = address
        return True

    def title(self, event: Event) -> str:
        """``[2/5] + package:golang``"""
        sign = self.signs.get(event.id, ">") if event.id else ">"
        address = str(event.id or event.text)
        place = f"[{self.numbers.get(address, 0)}/{self.total}] " if self.total else ""
        return f"{place}{sign} {harmless(address)}"

    def _ended(self, event: Event, address: str, word: str, why: str = "") -> Iterator[str]:
        """Under the title, or beside it if the change never began or others began meanwhile: apt does many at once."""
        said = f"{word}{seconds(event.ms)}{why}"
        if not self.is_new(event) and address == self.current:
            yield f"    {said}"
        else:
            self.current = ""
            yield f"{self.title(event)}  {said}"


def seconds(ms: int | None) -> str:
    """`` in 12.3 s``, `` in 4 min 05 s``, or nothing where the time is not known."""
    if ms is None:
        return ""
    if ms < 60_000:
        return f" in {ms / 1000:.1f} s"
    minutes, rest = divmod(ms // 1000, 60)
    return f" in {minutes} min {rest:02d} s"
