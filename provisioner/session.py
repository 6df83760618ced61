"""One session with one phone: read, plan, apply, verify. Transport, planner and runner wired together, no printing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.agreed import Agreed
from provisioner.digests import sha256
from provisioner.errors import ConnectionLost
from provisioner.facts import Facts
from provisioner.facts.host import Host, HostFact
from provisioner.facts.last import LastFact, UsedPlanFact
from provisioner.facts.packages import Download
from provisioner.lean_dataclass import replace
from provisioner.model import JSON, Event, EventKind, Plan, ProofResult, ResourceId, Result
from provisioner.options import Options
from provisioner.outcomes import make_outcomes, require_same, used
from provisioner.planner import (
    Edits,
    Work,
    arrange,
    first_questions,
    further_questions,
    make_changes,
    once_secret,
    remarks,
)
from provisioner.sealing import forms, sealed_event, sealed_plan, sealed_proof
from provisioner.shell import sh
from provisioner.suitability import obstacles, require_termux

if TYPE_CHECKING:
    from provisioner.connecting.link import Link
    from provisioner.facts import Fact
    from provisioner.playbook.entries import Playbook
    from provisioner.resources.base import Declared
    from provisioner.runner import Conversation
    from provisioner.transport.base import Cost, Transport

FRESH = 5.0
"""Seconds for which a reading of the phone counts as now; a person at a prompt takes longer."""


class _Begun(Exception):
    """The run has begun: nobody need listen any more."""


class Session:
    """A playbook and an open connection to the phone that it is for."""

    def __init__(
        self,
        name: str,
        link: Link,
        playbook: Playbook,
        declared: Sequence[Declared],
        *,
        options: Options,
        public_key: str = "",
        notes: Sequence[str] = (),
        sealed: Collection[ResourceId] = (),
    ) -> None:
        """``sealed``: whose texts hold a secret, beside those of the playbook."""
        self.name = name
        self._link = link
        self._public_key = public_key
        self._notes = tuple(notes)
        self._playbook = playbook
        self._hidden = forms(playbook.secrets)
        self._sealed = frozenset(sealed)
        self._declared = tuple(declared)
        self._edits = Edits(options.edits)
        self._wanted = self._declared
        if options.refresh:
            from provisioner.declare import refreshed

            self._wanted = refreshed(self._declared)
        self._agreed = Agreed(link.transport.host_key.line)
        self._facts: Facts | None = None
        self._read_at = 0.0

    @property
    def cost(self) -> Cost:
        return self._link.transport.cost

    @property
    def transport(self) -> Transport:
        """The connection, for what needs no playbook."""
        return self._link.transport

    # ---- use cases

    def plan(self) -> Plan:
        """What would change. The phone is only read. Raises UnsuitableHost, ProbeError, ConnectError."""
        facts = self._link.conversation.ask(questions_of(self._declared))
        self._link.note_probe()
        self._check(facts)
        facts |= self._link.conversation.ask(further_questions(self._declared, facts), meanwhile=_expect_changes)
        self._facts, self._read_at = self._agreed.known(facts), time.monotonic()
        plan = self._plan(self._facts, self._wanted)
        self._agreed.note(self._declared, self._facts, plan.changes)
        return plan

    def decide(self, decided: Mapping[ResourceId, str]) -> Plan:
        """The plan that was last made, after a person has said what becomes of what they had edited on the phone."""
        assert self._facts is not None  # noqa: S101 - there is a plan
        self._edits = Edits(self._edits.all, (*self._edits.each, *decided.items()))
        return self._plan(self._facts, self._wanted)

    def apply(self, plan: Plan, on_event: Callable[[Event], None]) -> Result:
        """Carry out ``plan``, if the phone is still as it was when the plan was made, and read the phone again.

        Raises PlanStale if it is not (nothing was changed), Locked, RunFailed, UnsuitableHost.
        """
        from provisioner import second_login
        from provisioner.detached import carry_out

        work = self._work(plan)
        begin = time.monotonic()
        collected: list[Event] = []

        def heard(event: Event) -> None:
            event = sealed_event(event, self._hidden)
            collected.append(event)
            if event.kind is EventKind.PROVE:
                run = next(each.text for each in collected if each.kind is EventKind.RUN)
                second_login.answer_step(self._link.transport, run, event)
            else:
                on_event(event)

        def reconnect(error: ConnectionLost, marker: str) -> Conversation:
            return self._link.again(error, marker, on_event)

        asked = questions_of(self._declared)
        run, fresh = carry_out(
            work, self._link.conversation, asked, heard, reconnect, self._title, plan.saved_as, self._hidden
        )
        self._link.note_probe()
        after = self._plan(self._noted | fresh, self._declared)
        self._agreed.note(self._declared, self._noted | fresh, after.changes, ours=True)
        self.settle()
        outcomes = second_login.judge(self._link, plan, make_outcomes(plan, collected, after))
        return Result(outcomes, after, run, round((time.monotonic() - begin) * 1000))

    def settle(self) -> None:
        """Have the phone note which edits by hand the playbook has taken over, if any. Raises ConnectError."""
        if script := self._agreed.untold():
            self._link.conversation.begin([script])
            if self._link.conversation.ended(30) is not None:
                self._agreed.told()

    def start(self, plan: Plan) -> str:
        """Start carrying out ``plan`` and leave it to the phone; the run's name, once it holds the phone's lock.

        A change to sshd that waits for a second login is taken back, since nobody makes one. Raises as ``apply``.
        """
        from provisioner.detached import Run, go_on_with

        run = Run.of(self._work(plan), self._link.conversation, self._title, plan.saved_as, self._hidden)

        def hear(event: Event) -> None:
            if event.kind is EventKind.RUN:
                raise _Begun

        def reconnect(error: ConnectionLost, marker: str) -> Conversation:
            return self._link.again(error, marker, lambda event: None)

        with suppress(_Begun):
            go_on_with(run, run.launch, self._link.conversation, [], hear, reconnect)
            run.judge()
        return run.id

    def wait_for_the_other(self, seconds: float) -> bool:
        """Wait until no run of ours is at work on the phone, at most that long; whether none is. Raises ConnectionLost.

        What the phone was seen to be before counts no more: the next ``apply`` looks again.
        """
        self._read_at = float("-inf")
        wait = sh('! flock -w {} "$HOME/.local/state/hello-termux/lock" true || s free\n', round(seconds))
        self._link.conversation.begin([wait])
        return "free" in (self._link.conversation.ended(seconds + 30) or ())

    def _work(self, plan: Plan) -> tuple[Work, ...]:
        """What there is to do, after the phone was seen to be as the plan has it."""
        from_file = self._facts is None
        if from_file:
            self._edits = Edits.in_plan(plan)
        if self._facts is None or time.monotonic() - self._read_at > FRESH:
            require_same(plan, self.plan())
            self._require_unused(plan)
        if from_file:  # what the saved plan leaves out (--only, --skip) is not looked at afterwards either
            ids = {change.id for change in plan.changes}
            self._declared = self._wanted = tuple(item for item in self._declared if item.id in ids)
        assert self._facts is not None  # noqa: S101 - plan() has set it
        self._require_no_obstacle(plan)
        return arrange(plan, self._wanted, self._facts)

    def verify(self, on_event: Callable[[Event], None]) -> tuple[Plan, list[ProofResult]]:
        """Drift, then the proofs of the tasks that have a part in the plan; no lasting change on the phone."""
        from provisioner.declare import proofs
        from provisioner.proving import Proving

        plan = self.plan()
        tasks = dict.fromkeys(item.task for item in self._declared)
        wanted = tuple(proofs(self._playbook, tasks, self._public_key))
        proving = Proving(wanted, self._link.conversation, self._link.transport, str(plan.facts.get("arch", "")))
        proved = proving.results(lambda event: on_event(sealed_event(event, self._hidden)))
        return plan, [sealed_proof(result, self._hidden) for result in proved]

    def ask(self, facts: Iterable[Fact[Any]]) -> Facts:
        """Answers to ``facts``, in one turn. Raises ProbeError, ConnectError."""
        return self._link.conversation.ask(facts)

    def facts(self) -> dict[str, JSON]:
        """What the phone says of itself."""
        from provisioner.facts.system import SystemFact

        told = self.ask([HostFact(), SystemFact()])
        said = {**told[HostFact()].to_json(), **told[SystemFact()].to_json()}
        return {**said, "server": self._link.transport.server, "device": self._link.transport.device}

    def save(self, plan: Plan, path: Path) -> None:
        """Write ``plan`` to a file that ``load_saved`` reads; for its owner's eyes only."""
        from provisioner.plan_json import write_plan

        write_plan(plan, path)

    # ---- parts

    @property
    def _noted(self) -> Facts:
        """What was known to be written by us before a run: what it did not touch was edited by hand still."""
        return Facts({fact: known for fact, known in (self._facts or {}).items() if isinstance(fact, LastFact)})

    @property
    def _title(self) -> str:
        path = self._playbook.path
        return f"apply {path.name}" if self._playbook.entries else str(path)

    def _host(self, facts: Facts) -> Host:
        return facts[HostFact()]

    def _check(self, facts: Facts) -> None:
        require_termux(self._host(facts))

    def _plan(self, facts: Facts, declared: Sequence[Declared]) -> Plan:
        host = self._host(facts)
        plan = Plan(
            changes=make_changes(declared, facts, self._edits),
            host=self.name,
            device=self._link.transport.device,
            facts=host.to_json(),
            playbook=str(self._playbook.path),
            content=content_of(self._playbook),
            notes=(*self._notes, *remarks(declared, facts, self._edits)),
            download=_download(facts),
        )
        plan = replace(plan, warnings=tuple(each.summary for each in obstacles(host, plan, time.time())))
        return sealed_plan(plan, self._hidden, self._sealed | once_secret(declared, facts))

    def _require_unused(self, plan: Plan) -> None:
        """Raise PlanStale if the phone has carried out this saved plan; the run itself looks again, under its lock."""
        if plan.saved_as and self._link.conversation.ask([UsedPlanFact(plan.saved_as)])[UsedPlanFact(plan.saved_as)]:
            raise used()

    def _require_no_obstacle(self, plan: Plan) -> None:
        assert self._facts is not None  # noqa: S101
        for obstacle in obstacles(self._host(self._facts), plan, time.time()):
            raise obstacle


def _expect_changes() -> None:
    """Load what showing and making changes takes, while the phone answers: an apply is 5 ms quicker."""
    import difflib  # noqa: F401

    import provisioner.detached
    import provisioner.second_login  # noqa: F401


def questions_of(declared: Sequence[Declared]) -> list[Fact[Any]]:
    """What a plan asks first."""
    return [HostFact(), *first_questions(declared)]


def _download(facts: Facts) -> int | None:
    return next((answer.size for answer in facts.values() if isinstance(answer, Download)), None)


def content_of(playbook: Playbook) -> str:
    """A digest of everything on the laptop that the plan was made from."""
    made_from = [playbook.digest, sorted(playbook.templates.digests.items())]
    return sha256(json.dumps(made_from).encode())
