"""Runs that somebody started before: which there are, what they said, and following one that is still on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote

from provisioner.connecting.link import Link
from provisioner.detached import Reconnect, Run, go_on_with
from provisioner.errors import ProvisionerError, RunFailed
from provisioner.facts.paths import ContentFact
from provisioner.facts.runs import PastRun, RunsFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Action, Change, Event, Plan, ResourceId, Result
from provisioner.options import Ask, Options
from provisioner.outcomes import make_outcomes
from provisioner.remote_path import RemotePath
from provisioner.runner import Conversation
from provisioner.shell import Device
from provisioner.stream import JournalReader
from provisioner.transport.base import Transport

FOLDER = RemotePath("~", ".local/state/hello-termux/runs")


@dataclass(frozen=True, slots=True)
class LastRun:
    """A run that is over, and everything that it said."""

    run: PastRun
    events: tuple[Event, ...]


class Phone:
    """An open connection to a phone, without a playbook."""

    def __init__(self, name: str, transport: Transport, link: Link | None = None) -> None:
        """``link``: what looks for the phone when the connection breaks."""
        self.name = name
        self._transport = transport
        self._link = link
        self._conversation = link.conversation if link else Conversation(Device(), transport.shell())

    def runs(self) -> tuple[PastRun, ...]:
        """The runs that the phone remembers, the oldest first."""
        return self._conversation.ask([RunsFact()])[RunsFact()]

    def pick(self, name: str | None, *, running: bool) -> PastRun:
        """The run that is meant: by its name or the beginning of it, else the newest (of those that are on).

        Raises ProvisionerError, with what there is, if there is no such run.
        """
        runs = self.runs()
        fitting = [run for run in runs if run.id.startswith(name or "")]
        if running and name is None:
            fitting = [run for run in runs if run.state == "running"]
        if fitting:
            return fitting[-1]
        if running and name is None and runs:
            raise ProvisionerError(
                f"No run is on; the last, {runs[-1].id}, has {'' if runs[-1].state == 'ended' else 'been '}"
                f"{runs[-1].state}.",
                hint="hello-termux log shows what it said.",
            )
        known = ", ".join(run.id for run in runs[-3:])
        raise ProvisionerError(
            f"There is no run {name}." if name else "No run was ever made on this phone.",
            hint=f"the last ones are {known}" if known else "hello-termux apply makes one",
        )

    def follow(self, run: PastRun, begin: Callable[[Plan], Callable[[Event], None]]) -> tuple[Plan, Result]:
        """Everything that the run has said and, while it is on, says; what it was to do, and what it came to.

        ``begin`` is told the changes before the first event. Raises RunFailed if it was broken off.
        """
        marker, changes = self._told(run)
        plan = Plan(changes, host=self.name, device=self._transport.device)
        on_event = begin(plan)
        heard: list[Event] = []

        def hear(event: Event) -> None:
            heard.append(event)
            on_event(event)

        # Its marker is in its journal: a conversation by that marker, in a shell of its own, reads it.
        conversation = Conversation(Device(), self._transport.shell(), marker)
        journal = JournalReader([change.id for change in changes], marker)
        told = Run(run.id, marker, "", journal, "")
        try:
            go_on_with(told, told.resume, conversation, [RunsFact()], hear, self._reconnect(on_event))
        finally:
            conversation.close()
        if not journal.ended:
            raise RunFailed(
                f"The run {run.id} was broken off before its last step.",
                hint="hello-termux apply repairs what is half-done and goes on from there.",
            )
        return plan, Result(make_outcomes(plan, heard, Plan(())), Plan(()), run.id, noted=True)

    def last(self) -> LastRun | None:
        """The newest run that is over; None: there was none, or its journal cannot be read."""
        over = [run for run in self.runs() if run.state != "running"]
        if not over:
            return None
        heard: list[Event] = []
        with suppress(ProvisionerError):
            self.follow(over[-1], lambda plan: heard.append)
        return LastRun(over[-1], tuple(heard))

    def _reconnect(self, on_event: Callable[[Event], None]) -> Reconnect | None:
        link = self._link
        return (lambda error, marker: link.again(error, marker, on_event)) if link else None

    def _told(self, run: PastRun) -> tuple[str, tuple[Change, ...]]:
        marker, changes = ContentFact(FOLDER / run.id / "marker"), ContentFact(FOLDER / run.id / "changes")
        facts = self._conversation.ask([marker, changes])
        lines = (facts[changes] or b"").decode("utf-8", "replace").splitlines()
        if not facts[marker] or not lines:
            raise ProvisionerError(f"The run {run.id} never began: its folder on the phone holds no journal.")
        words = (line.split("\t")[:3] for line in lines)
        made = tuple(Change(ResourceId.parse(unquote(id)), Action(action), unquote(task)) for action, task, id in words)
        return (facts[marker] or b"").decode().strip(), made

    def close(self) -> None:
        """Hang up; never waits."""
        if self._link:
            self._link.close()
        self._conversation.close()
        self._transport.close()


@contextmanager
def open_phone(options: Options, ask: Ask) -> Iterator[Phone]:
    """Reach a phone without a playbook. Raises ConnectError, HostKeyError."""
    from pathlib import Path

    from provisioner import connecting

    reach = connecting.reach(options, Path.cwd(), ask)
    try:
        link = Link.open(reach, ask, [RunsFact()], options.patience)
        phone = Phone(reach.name, link.transport, link)
    except BaseException:
        reach.abandon()
        raise
    try:
        yield phone
    finally:
        phone.close()
