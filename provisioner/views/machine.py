"""The view of a program that reads us."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from provisioner.errors import ProvisionerError
from provisioner.model import JSON, Change, Event, Plan, ProofResult, Result
from provisioner.plan_json import Document, change_to_json, plan_to_json
from provisioner.views.files_text import Written
from provisioner.views.reports import error_to_json, event_to_json, proof_to_json, result_to_json
from provisioner.views.screen import Screen
from provisioner.views.transfer import Begin, unseen


class JsonView:
    """For programs: a document for a plan, a line for everything that happens in an apply; all of it on stdout."""

    def __init__(self, out: Screen) -> None:
        self.out = out

    def plan(self, plan: Plan) -> None:
        self._print(plan_to_json(plan), indent=2)

    def change(self, change: Change) -> None:
        self._print({"type": "change", **change_to_json(change)})

    def proposal(self, plan: Plan) -> None:
        self._print({"type": "plan", **plan_to_json(plan)})

    def settled(self, plan: Plan) -> None:
        self.result(plan, Result((), plan))

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        yield self._event

    told = progress

    def result(self, plan: Plan, result: Result) -> None:
        self._print(result_to_json(plan, result))

    def verified(self, plan: Plan, proofs: Sequence[ProofResult]) -> None:
        proved = [proof_to_json(proof) for proof in proofs]
        self._print({"type": "verify", "plan": plan_to_json(plan), "proofs": proved})

    def diagnosed(self, diagnosis: Document) -> None:
        self._print({"type": "doctor", **diagnosis}, indent=2)

    def facts(self, facts: Document) -> None:
        self._print({"type": "facts", **facts}, indent=2)

    def shipped(self, shipped: Document) -> None:
        self._print({"type": "shipped", **shipped})

    @contextmanager
    def transfer(self) -> Iterator[Begin]:
        yield unseen

    def copied(self, copied: Document) -> None:
        self._print({"type": "copied", **copied})

    def writings(self, writings: Sequence[Written]) -> None:
        for path, before, after in writings:
            texts = {
                name: text and text.decode("utf-8", "replace") for name, text in (("before", before), ("after", after))
            }
            self._print({"type": "writing", "path": path, **texts})

    def message(self, text: str) -> None:
        self._print({"type": "message", "text": text})

    def record(self, kind: str, record: Mapping[str, JSON]) -> None:
        self._print({"type": kind, **record}, indent=2)

    def records(self, kind: str, records: Sequence[Mapping[str, JSON]], *, empty: str) -> None:
        self._print({"type": kind, kind: [dict(record) for record in records]}, indent=2)

    def error(self, error: ProvisionerError) -> None:
        self._print(error_to_json(error))

    def _event(self, event: Event) -> None:
        self._print(event_to_json(event))

    def _print(self, document: Document, indent: int | None = None) -> None:
        self.out.line(json.dumps(document, indent=indent))
        self.out.flush()
