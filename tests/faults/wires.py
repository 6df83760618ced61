"""Faults of the wire, each struck at a moment of a step, through a proxy of our own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from provisioner.errors import ConnectionLost
from provisioner.model import Event, EventKind
from tests.faults.kit import Kit, known, twin
from tests.faults.trial import NOTICED, SETTLES, Trial
from tests.support.delay_proxy import DelayProxy

PATIENCE = 3.0
"""Seconds for which a phone that stays away is waited for, where it does stay away."""
TIMEOUT = 5.0


def _reset(wire: DelayProxy) -> None:
    wire.refuse()
    wire.cut()


def _half_open(wire: DelayProxy) -> None:
    wire.refuse()
    wire.halve()


def _slow(wire: DelayProxy) -> None:
    wire.delay = 2.0


def _trickle(wire: DelayProxy) -> None:
    wire.trickle = True


FAULTS: dict[str, Callable[[DelayProxy], None]] = {
    "reset": _reset,
    "black hole": DelayProxy.hush,
    "half-open": _half_open,
    "delay 2 s": _slow,
    "1 byte at a time": _trickle,
}
BREAKS = ("reset", "black hole", "half-open")
"""Those after which a connection is lost; the others only make it bad."""
MOMENTS = ("before", "inside", "after")
BACK = {"at once": 0.0, "after 5 s": 5.0, "never": None}


@dataclass(frozen=True, slots=True)
class Strike:
    """``step``: the address of a change; ``back``: when the wire is whole again."""

    fault: str
    moment: str
    step: str
    back: str

    def __str__(self) -> str:
        return f"{self.fault}, {self.moment} {self.step}, back {self.back}"

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in the table."""
        return (self.fault, self.back, self.moment)

    @property
    def lost(self) -> bool:
        """Whether the run cannot be followed to its end."""
        return self.fault in BREAKS and self.back == "never"

    def is_now(self, event: Event, kit: Kit) -> bool:
        """Whether this event is the moment."""
        step = kit.index(self.step)
        if self.moment == "inside":
            return event.kind is EventKind.STARTED and str(event.id) == self.step
        if self.moment == "before" and kit.begins[step] == step:
            return event.kind is EventKind.RUN
        ended = self.step if self.moment == "after" else kit.steps[step - 1][-1]
        return event.kind in (EventKind.FINISHED, EventKind.WAITING) and str(event.id) == ended

    def try_it(self, kit: Kit, folder: Path) -> bool:
        """True once all holds. Raises DoesNotHold."""
        with ExitStack() as stack:
            standin = twin(stack, kit, kit.begins[kit.index(self.step)], folder)
            wire = stack.enter_context(DelayProxy(standin.port))
            trial = Trial(kit, standin, known(standin, folder, wire.port))
            struck: list[Event] = []

            def on_event(event: Event) -> None:
                if not struck and self.is_now(event, kit):
                    struck.append(event)
                    self._strike(wire)

            trial.run(on_event, patience=PATIENCE if self.lost else SETTLES, timeout=TIMEOUT)
            trial.require(bool(struck), "the moment never came")
            whole(wire)
            self._check(trial)
            trial.settle(stack)
            trial.check()
            trial.finish()
        return True

    def _strike(self, wire: DelayProxy) -> None:
        FAULTS[self.fault](wire)
        back = BACK[self.back]
        if back == 0.0 and self.fault in BREAKS:
            wire.heal()
        elif back is not None:
            threading.Timer(back or 2.0, whole, (wire,)).start()

    def _check(self, trial: Trial) -> None:
        if not self.lost:
            trial.require(trial.error is None, f"the run was given up: {trial.error}")
            return
        trial.require(isinstance(trial.error, ConnectionLost), f"the run was not given up, or otherwise: {trial.error}")
        assert trial.error is not None
        trial.require("attach" in trial.error.hint, f"not said how to go on: {trial.error.hint}")
        limit = NOTICED + PATIENCE + TIMEOUT + 10
        trial.require(trial.seconds < limit, f"given up after {trial.seconds:.0f} s, not within {limit:.0f}")


def whole(wire: DelayProxy) -> None:
    """The way is as good as it ever was."""
    wire.delay = 0.0
    wire.trickle = False
    wire.heal()
