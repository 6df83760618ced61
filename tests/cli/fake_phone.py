"""The program with a phone that is made up: ``python fake_phone.py SCENARIO WORDS...``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from provisioner import app, errors
from provisioner.cli import main
from provisioner.model import Action, Change, Event, EventKind, Outcome, Plan, ProofResult, ProofStatus, Result, Status
from provisioner.options import Ask, Options
from tests.views.samples import GO, LINK, PLAN, SETTLED

ONE = Plan((Change(GO, Action.CREATE, reason="not installed"),), host="pixel", device="SHA256:abc")
REFUSED = Plan((Change(LINK, Action.REFUSE, reason="no"),), host="pixel")
FINGER = Plan((Change(LINK, Action.WAIT, reason="tap Allow"),), host="pixel")
ERRORS = {
    "stale": errors.PlanStale("the phone has changed", [GO]),
    "lost": errors.ConnectionLost("the link is gone"),
    "refused-key": errors.HostKeyError("another key", "SHA256:x"),
    "locked": errors.Locked("another run is at work", by="laptop", since="10:00"),
    "bug": ZeroDivisionError("division by zero"),
    "ctrl-c": KeyboardInterrupt(),
}
STATUSES = {"waits": Status.WAITING, "fails": Status.FAILED}


class FakeSession:
    """Plays the scenario; every apply leaves a file, so that tests see whether one was made."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario

    def plan(self) -> Plan:
        if self.scenario in ERRORS:
            raise ERRORS[self.scenario]
        return {"settled": SETTLED, "refuses": REFUSED, "finger": FINGER, "many": PLAN}.get(self.scenario, ONE)

    def apply(self, plan: Plan, on_event: Callable[[Event], None]) -> Result:
        Path("applied").touch()
        if self.scenario == "ctrl-c-later":
            raise KeyboardInterrupt
        status = STATUSES.get(self.scenario, Status.DONE)
        kind = {Status.WAITING: EventKind.WAITING, Status.FAILED: EventKind.FAILED}.get(status, EventKind.FINISHED)
        on_event(Event(EventKind.STARTED, GO))
        on_event(Event(kind, GO, ms=1500))
        after = SETTLED if status is Status.DONE and self.scenario != "drifts" else plan
        return Result((Outcome(GO, status, Action.CREATE, 1500),), after, "run", 1500)

    def verify(self, on_event: Callable[[Event], None]) -> tuple[Plan, list[ProofResult]]:
        status = {"waits": ProofStatus.WAITING, "fails": ProofStatus.FAILED}.get(self.scenario, ProofStatus.OK)
        plan = {"drifts": ONE, "finger": FINGER}.get(self.scenario, SETTLED)
        return plan, [ProofResult("go", status, "go1.26.5")]

    def settle(self) -> None:
        """Nothing was edited by hand here."""

    def save(self, plan: Plan, path: Path) -> None:
        from provisioner.plan_json import write_plan

        write_plan(plan, path)


@contextmanager
def open_session(playbook: str | None, options: Options, ask: Ask) -> Iterator[FakeSession]:
    Path("opened").write_text(repr((playbook, replace(options, identity=None))))
    yield FakeSession(sys.argv[1])


if __name__ == "__main__":
    app.open_session = open_session  # type: ignore[assignment]
    main(["hello-termux", *sys.argv[2:]])
