"""What every view can show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from provisioner.errors import ProvisionerError
    from provisioner.model import JSON, Change, Event, Plan, ProofResult, Result
    from provisioner.plan_json import Document
    from provisioner.views.files_text import Written
    from provisioner.views.transfer import Begin


class View(Protocol):
    """Renders results on standard output, progress and errors on standard error."""

    def plan(self, plan: Plan) -> None:
        """The whole answer of ``plan``."""

    def change(self, change: Change) -> None:
        """One change of a plan, with all of its texts."""

    def proposal(self, plan: Plan) -> None:
        """The plan that an apply begins with."""

    def settled(self, plan: Plan) -> None:
        """The apply ends here, because ``plan`` has no change that could be made."""

    def progress(self, plan: Plan | None) -> AbstractContextManager[Callable[[Event], None]]:
        """Shows the events that it is given until the block ends; ``plan`` says how many changes there will be."""

    def told(self, plan: Plan) -> AbstractContextManager[Callable[[Event], None]]:
        """The same for a run that is over: what it said is the answer, and no progress."""

    def result(self, plan: Plan, result: Result) -> None:
        """What the apply of ``plan`` came to."""

    def verified(self, plan: Plan, proofs: Sequence[ProofResult]) -> None:
        """Drift, then the proof card."""

    def diagnosed(self, diagnosis: Document) -> None:
        """What ails the phone, and the cure."""

    def facts(self, facts: Document) -> None:
        """What the phone says of itself."""

    def shipped(self, shipped: Document) -> None:
        """A program that is on the phone now."""

    def transfer(self) -> AbstractContextManager[Begin]:
        """Shows how far a copy has come, until the block ends."""

    def copied(self, copied: Document) -> None:
        """What came of a copy."""

    def writings(self, writings: Sequence[Written]) -> None:
        """What would be written into files of this computer."""

    def message(self, text: str) -> None:
        """A result that is one sentence."""

    def record(self, kind: str, record: Mapping[str, JSON]) -> None:
        """Named values of one thing (the facts of a phone)."""

    def records(self, kind: str, records: Sequence[Mapping[str, JSON]], *, empty: str) -> None:
        """A table; the sentence ``empty`` if it has no row."""

    def error(self, error: ProvisionerError) -> None:
        """What went wrong, where, and what to do next."""
