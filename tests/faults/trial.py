"""One trial: a run of go-dev that is disturbed, what must hold after it, and the next run, which must put all right."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from provisioner.errors import ProvisionerError
from provisioner.model import Event, EventKind, ResourceId, Result
from provisioner.rehearsal import StandInPhone
from provisioner.stream import JournalReader
from tests.faults.kit import PLAYBOOK, Kit, contents
from tests.support.program import Phone

STATE = ".local/state/hello-termux"
NOTICED = 15.0
"""Seconds within which a dead connection is known."""
SETTLES = 60.0
"""Seconds that a run takes at most which was left to itself, on a busy machine."""
TOLD = (EventKind.PROGRESS, EventKind.PROVE, EventKind.RECONNECTED)
"""Not compared: a percentage is told as often as it arrives, the others are between laptop and phone."""


class DoesNotHold(AssertionError):
    """Something that must hold after every fault does not."""


@dataclass(slots=True)
class Trial:
    """A phone under trial."""

    kit: Kit
    standin: StandInPhone
    phone: Phone
    heard: list[Event] = field(default_factory=list)
    result: Result | None = None
    error: ProvisionerError | None = None
    seconds: float = 0.0

    def run(
        self,
        on_event: Callable[[Event], None] = lambda event: None,
        *,
        patience: float = 60,
        timeout: float = 15,
    ) -> None:
        """Apply the playbook once; what came of it is in ``heard``, ``result``, ``error``. Other errors than typed ones
        are raised."""
        self.heard, self.result, self.error = [], None, None

        def listen(event: Event) -> None:
            self.heard.append(event)
            on_event(event)

        begin = time.monotonic()
        try:
            with self.phone.session(PLAYBOOK, patience, timeout=timeout) as session:
                self.result = session.apply(session.plan(), listen)
        except ProvisionerError as error:
            self.error = error
        self.seconds = time.monotonic() - begin

    # ---- what must hold

    def require(self, holds: bool, otherwise: object) -> None:
        if not holds:
            raise DoesNotHold(str(otherwise))

    def settle(self, stack: ExitStack) -> None:
        """Wait until the run on the phone has ended, and start the phone anew if nothing lets anybody in any more."""
        end = time.monotonic() + SETTLES
        while self.alive("run.sh") and time.monotonic() < end:
            time.sleep(0.1)
        self.require(not self.alive("run.sh"), "the run on the phone does not end")
        if not self.answers():
            self.standin = stack.enter_context(self.standin.reboot())

    def alive(self, word: str) -> bool:
        """Whether a process of the phone has ``word`` in its command line."""
        count = f"cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '[{word[0]}]{word[1:]}'"
        return self.standin.inside("sh", "-c", count).stdout.strip() not in ("", "0")

    def answers(self) -> bool:
        """Whether an sshd greets."""
        try:
            with socket.create_connection((self.standin.address, self.standin.port), timeout=5) as wire:
                return wire.recv(4) == b"SSH-"
        except OSError:
            return False

    def check(self) -> None:
        """What must hold right after a disturbed run, whatever came of it."""
        self.check_own_files()
        if self.error is None:
            result = self.result
            self.require(result is not None and result.converged, _why(result))
        self.check_lines()

    def check_lines(self) -> None:
        """No line lost, none twice: what was heard is the journal, or its beginning if we stopped listening."""
        heard, journal = told(self.heard), told(self.journal())
        if self.error is not None:
            journal = journal[: len(heard)]
            # A program that outlived the run may have gone on with the line at which we stopped.
            if journal and len(journal) == len(heard) and journal[-1][2].startswith(heard[-1][2]):
                journal[-1] = (*journal[-1][:2], heard[-1][2], journal[-1][3])
        self.require(heard == journal, f"heard {_difference(heard, journal)}")

    def check_own_files(self) -> None:
        """Each file of the user's is as it was, or as the playbook makes it; nothing between."""
        now = contents(self.standin.home)
        for name, was in self.kit.before.items():
            allowed = (was, self.kit.after.get(name))
            self.require(now.get(name) in allowed, f"~/{name} is {now.get(name)}, not {' or '.join(map(str, allowed))}")

    def finish(self, *, may_be_awake: bool = False) -> None:
        """The next run: nothing that is recorded as done is pending, and it converges; then the phone is as one that
        was never disturbed, and sleeps when it likes."""
        done = {event.id for event in self.journal() if event.kind is EventKind.FINISHED}
        started = {str(event.id) for event in self.journal() if event.kind is EventKind.STARTED}
        if any(address.startswith("package:") for address in started):
            done = {id for id in done if id != ResourceId("apt_upgrade", "all")}  # a package may be half there now
        with self.phone.session(PLAYBOOK) as session:
            plan = session.plan()
        again = [str(change.id) for change in plan.pending if change.id in done]
        self.require(not again, f"recorded as done, and not done: {', '.join(again)}")
        if plan.pending:
            self.run()
            self.require(self.error is None, f"the next run: {self.error}")
            self.require(self.result is not None and self.result.converged, f"the next run: {_why(self.result)}")
            self.check_lines()
        now = contents(self.standin.home)
        moved = [name for name in {*now, *self.kit.after} if now.get(name) != self.kit.after.get(name)]
        self.require(not moved, f"home differs from one that was never disturbed: {', '.join(sorted(moved)[:5])}")
        places = (self.standin.home, self.standin.prefix)
        left = [str(path) for place in places for path in place.rglob("*.hello-termux-*")]
        self.require(not left, f"left behind: {', '.join(left)}")
        if plan.pending or not may_be_awake:
            self._check_sleep()

    def _check_sleep(self) -> None:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            said = [line for line in self.standin.asked_of_android() if "wake_" in line]
            if not said or "wake_unlock" in said[-1]:
                return
            time.sleep(0.1)
        self.require(False, "the phone is kept awake after the run")

    # ---- what the phone holds

    def journal(self) -> list[Event]:
        """What the run that was heard of has written, as events; none if none was."""
        name = next((event.text for event in self.heard if event.kind is EventKind.RUN), None)
        return list(read_journal(self.standin.home / STATE / "runs" / name)) if name else []


def read_journal(run: Path) -> Iterator[Event]:
    """The journal of a run, read at one go."""
    lines = (run / "changes").read_text().splitlines()
    ids = [ResourceId.parse(unquote(line.split("\t")[2])) for line in lines]
    yield from JournalReader(ids, (run / "marker").read_text().strip()).feed((run / "events").read_bytes())


def told(events: Sequence[Event]) -> list[tuple[str, str, str, int | None]]:
    """What is compared of events; a note about no change is the laptop's own."""
    said = [event for event in events if event.kind not in TOLD and (event.kind is not EventKind.NOTE or event.id)]
    return [(event.kind.name, str(event.id), event.text, event.rc) for event in said]


def _difference(heard: list[tuple[str, str, str, int | None]], journal: list[tuple[str, str, str, int | None]]) -> str:
    at = next((n for n, (one, other) in enumerate(zip(heard, journal, strict=False)) if one != other), None)
    if at is None:
        return f"{len(heard)} lines, the journal has {len(journal)}"
    return f"{heard[at]} as line {at}, where the journal has {journal[at]}"


def _why(result: Result | None) -> str:
    if result is None:
        return "no result"
    said = [f"{o.id}: {o.message}" for o in result.outcomes if o.message]
    return "; ".join([*said, *(f"{change.id} is still pending" for change in result.after.pending)]) or "not converged"
