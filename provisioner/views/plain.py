"""Plain lines: the plan and the results for people, and progress where there is no terminal to draw on.

Each answer brings what it is made by: most commands give one, and ``lint`` a single sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.views.harmless import harmless, wrap
from provisioner.views.screen import Screen

if TYPE_CHECKING:
    from provisioner.errors import ProvisionerError
    from provisioner.model import JSON, Change, Event, Plan, ProofResult, Result
    from provisioner.plan_json import Document
    from provisioner.views.files_text import Written
    from provisioner.views.transfer import Begin


class PlainView:
    """Results on ``out``, progress and errors on ``err``; no line is ever written over."""

    def __init__(self, out: Screen, err: Screen, *, verbose: bool = False) -> None:
        self.out = out
        self.err = err
        self.verbose = verbose

    def plan(self, plan: Plan) -> None:
        from provisioner.plan_json import plan_to_json
        from provisioner.views.plan_text import plan_lines

        for line in plan_lines(plan_to_json(plan), self.out, verbose=self.verbose):
            self.out.line(line)
        self.out.flush()

    proposal = plan

    def change(self, change: Change) -> None:
        from provisioner.plan_json import change_to_json
        from provisioner.views.plan_text import change_lines

        for line in change_lines(change_to_json(change), self.out, verbose=True):
            self.out.line(line)
        self.out.flush()

    def settled(self, plan: Plan) -> None:
        """The plan has said it already."""

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        if plan:
            self.err.line()
        with self._lines(plan, self.err) as on_event:
            yield on_event

    @contextmanager
    def told(self, plan: Plan) -> Iterator[Callable[[Event], None]]:
        with self._lines(plan, self.out) as on_event:
            yield on_event

    @contextmanager
    def _lines(self, plan: Plan | None, screen: Screen) -> Iterator[Callable[[Event], None]]:
        from provisioner.views.plain_progress import PlainProgress

        progress = PlainProgress(screen, plan, verbose=self.verbose)
        try:
            yield progress
        finally:
            progress.close()
            screen.flush()

    def result(self, plan: Plan, result: Result) -> None:
        from provisioner.views.reports import result_to_json
        from provisioner.views.result_text import result_lines

        self.out.line()
        for line in result_lines(result_to_json(plan, result), self.out):
            self.out.line(line)
        self.out.flush()

    def verified(self, plan: Plan, proofs: Sequence[ProofResult]) -> None:
        from provisioner.views.reports import proof_to_json
        from provisioner.views.result_text import proof_lines, proof_sentence

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
        from provisioner.views.result_text import shipped_sentence

        self.message(shipped_sentence(shipped))

    @contextmanager
    def transfer(self) -> Iterator[Begin]:
        from provisioner.views.transfer import unseen

        yield unseen

    def copied(self, copied: Document) -> None:
        from provisioner.views.transfer import sentences

        for sentence in sentences(copied):
            self.message(sentence)

    def writings(self, writings: Sequence[Written]) -> None:
        from provisioner.views.files_text import writing_lines

        for line in writing_lines(writings, self.out):
            self.out.line(line)
        self.out.flush()

    def message(self, text: str) -> None:
        for line in wrap(harmless(text), self.out.width):
            self.out.line(line)
        self.out.flush()

    def record(self, kind: str, record: Mapping[str, JSON]) -> None:
        from provisioner.views.table_text import record_lines

        for line in record_lines(record, self.out):
            self.out.line(line)
        self.out.flush()

    def records(self, kind: str, records: Sequence[Mapping[str, JSON]], *, empty: str) -> None:
        from provisioner.views.table_text import table_lines

        nothing = wrap(harmless(empty), self.out.width)
        for line in table_lines(records, self.out, verbose=self.verbose) if records else nothing:
            self.out.line(line)
        self.out.flush()

    def error(self, error: ProvisionerError) -> None:
        from provisioner.views.reports import error_to_json
        from provisioner.views.result_text import error_lines

        self.out.flush()
        for line in error_lines(error_to_json(error), self.err):
            self.err.line(line)
        self.err.flush()
