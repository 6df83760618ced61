"""Plain lines: the plan and the results for people, and progress where there is no terminal to draw on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from provisioner.errors import ProvisionerError
from provisioner.model import JSON, Change, Event, EventKind, Plan, ProofResult, Result
from provisioner.plan_json import Document, change_to_json, plan_to_json
from provisioner.views.files_text import Written, writing_lines
from provisioner.views.harmless import harmless, wrap
from provisioner.views.plan_text import change_lines, plan_lines
from provisioner.views.reports import error_to_json, proof_to_json, result_to_json
from provisioner.views.result_text import error_lines, proof_lines, proof_sentence, result_lines, shipped_sentence
from provisioner.views.screen import Screen
from provisioner.views.steps_text import BATCHED, Steps, address_of
from provisioner.views.table_text import record_lines, table_lines
from provisioner.views.transfer import Begin, unseen


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

    def change(self, change: Change) -> None:
        for line in change_lines(change_to_json(change), self.out, verbose=True):
            self.out.line(line)
        self.out.flush()

    def settled(self, plan: Plan) -> None:
        """The plan has said it already."""

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        progress = PlainProgress(self.err, plan, verbose=self.verbose)
        if plan:
            self.err.line()
        try:
            yield progress
        finally:
            progress.close()
            self.err.flush()

    def result(self, plan: Plan, result: Result) -> None:
        self.out.line()
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

    def diagnosed(self, diagnosis: Document) -> None:
        from provisioner.views.health_text import diagnosis_lines

        for line in diagnosis_lines(diagnosis, self.out, verbose=self.verbose):
            self.out.line(line)
        self.out.flush()

    def facts(self, facts: Document) -> None:
        from provisioner.views.health_text import facts_lines

        for line in facts_lines(facts, self.out):
            self.out.line(line)
        self.out.flush()

    def shipped(self, shipped: Document) -> None:
        self.message(shipped_sentence(shipped))

    @contextmanager
    def transfer(self) -> Iterator[Begin]:
        yield unseen

    def copied(self, copied: Document) -> None:
        from provisioner.views.transfer import sentences

        for sentence in sentences(copied):
            self.message(sentence)

    def writings(self, writings: Sequence[Written]) -> None:
        for line in writing_lines(writings, self.out):
            self.out.line(line)
        self.out.flush()

    def message(self, text: str) -> None:
        for line in wrap(harmless(text), self.out.width):
            self.out.line(line)
        self.out.flush()

    def record(self, kind: str, record: Mapping[str, JSON]) -> None:
        for line in record_lines(record, self.out):
            self.out.line(line)
        self.out.flush()

    def records(self, kind: str, records: Sequence[Mapping[str, JSON]], *, empty: str) -> None:
        nothing = wrap(harmless(empty), self.out.width)
        for line in table_lines(records, self.out, verbose=self.verbose) if records else nothing:
            self.out.line(line)
        self.out.flush()

    def error(self, error: ProvisionerError) -> None:
        self.out.flush()
        for line in error_lines(error_to_json(error), self.err):
            self.err.line(line)
        self.err.flush()


class PlainProgress(Steps):
    """A line for each change: its title when it begins, how it ended behind it."""

    half: str = ""
    """The title that stands on the last line, which has no end yet."""
    opened: Sequence[str] = ()
    """Whose title has been written last."""

    def __call__(self, event: Event) -> None:
        if event.kind is EventKind.STARTED:
            self.begin(event)
            if not self._more_may_begin(event):
                self._open()
        elif event.kind is EventKind.PROGRESS or (event.kind is EventKind.OUTPUT and not self.verbose):
            self._open()
        else:
            if event.kind is EventKind.OUTPUT:
                self._open()
            self._say(list(self.lines(event)))
        self.screen.flush()

    def close(self) -> None:
        """Nothing more will come."""
        if self.half:
            self.screen.line()
        self.half = ""

    def _say(self, lines: list[str]) -> None:
        if lines and self.half and lines[0].startswith(f"{self.half}  "):
            lines[0] = lines[0][len(self.half) :]
        elif lines:
            self.close()
        for line in lines:
            self.screen.line(line)
        self.half = "" if lines else self.half

    def _open(self) -> None:
        if self.current and self.opened != self.current:
            self.close()
            self.opened, self.half = list(self.current), self.title(self.current)
            self.screen.write(self.half)

    def _more_may_begin(self, event: Event) -> bool:
        kind = address_of(event).partition(":")[0]
        return kind in BATCHED and any(
            address.partition(":")[0] == kind and address not in self.numbers for address in self.signs
        )
