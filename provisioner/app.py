"""The use cases: transport, planner and runner wired together. No printing, no exit codes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from provisioner.errors import ConnectError, Mistake, PlanStale, PlaybookError, UsageError
from provisioner.model import JSON, Action, Event, EventKind, Outcome, Plan, ProofResult, Result, Status

if TYPE_CHECKING:
    from provisioner.facts import Fact, Facts
    from provisioner.facts.host import Host
    from provisioner.playbook import Playbook
    from provisioner.resources.base import Declared
    from provisioner.runner import Conversation
    from provisioner.transport.base import Cost, Transport
    from provisioner.transport.hostkeys import HostKeyQuestion

FRESH = 5.0
"""Seconds for which a reading of the phone counts as now; a person at a prompt takes longer."""
SSHD = ("openssh", "sshd_config", "apt_upgrade")
"""Tasks and kinds after which a second login must be proved."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says beside the playbook; ``timeout`` in seconds."""

    host: str | None = None
    identity: Path | None = None
    timeout: float = 15.0
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    host_key: str | None = None
    rekey: bool = False
    refresh: bool = False


class Ask(Protocol):
    """A person, or nobody."""

    def confirm_host_key(self, question: HostKeyQuestion) -> bool: ...

    def passphrase(self, path: Path) -> str | None: ...


class Session:
    """A playbook and an open connection to the phone that it is for."""

    def __init__(
        self,
        name: str,
        transport: Transport,
        conversation: Conversation,
        playbook: Playbook,
        declared: Sequence[Declared],
        *,
        public_key: str = "",
        refresh: bool = False,
    ) -> None:
        self.name = name
        self._public_key = public_key
        self._transport = transport
        self._conversation = conversation
        self._playbook = playbook
        self._declared = tuple(declared)
        self._wanted = _refreshed(self._declared) if refresh else self._declared
        self._facts: Facts | None = None
        self._read_at = 0.0

    @property
    def cost(self) -> Cost:
        return self._transport.cost

    # ---- use cases

    def plan(self) -> Plan:
        """What would change. The phone is only read. Raises UnsuitableHost, ProbeError, ConnectError."""
        from provisioner.planner import further_questions

        facts = self._conversation.ask(questions_of(self._declared))
        self._check(facts)
        facts |= self._conversation.ask(further_questions(self._declared, facts))
        self._facts, self._read_at = facts, time.monotonic()
        return self._plan(facts, self._wanted)

    def apply(self, plan: Plan, on_event: Callable[[Event], None]) -> Result:
        """Carry out ``plan``, if the phone is still as it was when the plan was made, and read the phone again.

        Raises PlanStale if it is not (nothing was changed), Locked, RunFailed, UnsuitableHost.
        """
        from provisioner.planner import arrange

        if self._facts is None or time.monotonic() - self._read_at > FRESH:
            require_same(plan, self.plan())
        assert self._facts is not None  # noqa: S101 - plan() has set it
        self._require_no_obstacle(plan)
        work = arrange(plan, self._wanted, self._facts)
        begin = time.monotonic()
        collected: list[Event] = []

        def heard(event: Event) -> None:
            collected.append(event)
            if event.kind is EventKind.PROVE:
                self._prove(event, collected)
            else:
                on_event(event)

        fresh = self._conversation.run(work, questions_of(self._declared), heard)
        after = self._plan(fresh, self._declared)
        outcomes = make_outcomes(plan, collected, after)
        outcomes = self._second_login(plan, outcomes)
        run = next((event.text for event in collected if event.kind is EventKind.RUN), "")
        return Result(outcomes, after, run, round((time.monotonic() - begin) * 1000))

    def verify(self, on_event: Callable[[Event], None]) -> tuple[Plan, list[ProofResult]]:
        """Drift, then the proofs of the tasks that are not drifted away; no lasting change on the phone."""
        from provisioner.declare import proofs
        from provisioner.proving import prove

        plan = self.plan()
        tasks = dict.fromkeys(item.task for item in self._declared)
        results = []
        for proof in proofs(self._playbook, tasks, self._public_key):
            on_event(Event(EventKind.NOTE, text=f"{proof.task}: {proof.name}"))
            results.append(prove(proof, self._conversation, self._transport))
        return plan, results

    def facts(self) -> dict[str, JSON]:
        """What the phone says of itself."""
        from provisioner.facts.host import HostFact

        host = self._conversation.ask([HostFact()])[HostFact()]
        return {**host.to_json(), "server": self._transport.server, "device": self._transport.device}

    def save(self, plan: Plan, path: Path) -> None:
        """Write ``plan`` to a file that ``load_saved`` reads; for its owner's eyes only."""
        from provisioner.plan_json import write_plan

        write_plan(plan, path)

    # ---- parts

    def _host(self, facts: Facts) -> Host:
        from provisioner.facts.host import HostFact

        return facts[HostFact()]

    def _check(self, facts: Facts) -> None:
        from provisioner.suitability import require_termux

        require_termux(self._host(facts))

    def _plan(self, facts: Facts, declared: Sequence[Declared]) -> Plan:
        from provisioner.planner import make_changes, remarks
        from provisioner.suitability import obstacles

        host = self._host(facts)
        plan = Plan(
            changes=make_changes(declared, facts),
            host=self.name,
            device=self._transport.device,
            facts=host.to_json(),
            playbook=str(self._playbook.path),
            content=content_of(self._playbook),
            warnings=remarks(declared, facts),
            download=_download(facts),
        )
        return replace(plan, warnings=(*plan.warnings, *obstacles(host, plan, time.time())))

    def _require_no_obstacle(self, plan: Plan) -> None:
        from provisioner.errors import UnsuitableHost
        from provisioner.suitability import obstacles

        assert self._facts is not None  # noqa: S101
        for sentence in obstacles(self._host(self._facts), plan, time.time()):
            raise UnsuitableHost(sentence, hint="Nothing was changed. Mend it, then run the same command again.")

    def _prove(self, event: Event, collected: list[Event]) -> None:
        """A step waits for a second login to an sshd that it tries out: make it, and tell the step."""
        from provisioner.shell import sh

        port, _, token = event.text.partition(" ")
        run = next(each.text for each in collected if each.kind is EventKind.RUN)
        try:
            self._transport.prove_login(int(port))
            answer = f"proved-{token}"
        except ConnectError:
            answer = f"refused-{token}"  # the step puts back what was there
        shell = self._transport.shell()
        folder = "/.local/state/hello-termux/runs/"
        shell.send(sh(': >"$HOME"' + folder + "{}/{}\nexit\n", run, answer).encode())
        while shell.receive(15):
            pass
        shell.close()

    def _second_login(self, plan: Plan, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """sshd may have changed: whoever is let in now must be let in again, or the change has failed."""
        touched = [c for c in plan.pending if c.task in SSHD or c.id.kind in SSHD or c.id.name == "openssh"]
        if not touched:
            return outcomes
        try:
            self._transport.prove_login()
        except ConnectError as error:
            text = (
                f"a second login did not work: {error.summary} Keep this session's phone at hand and start sshd on it."
            )
            ids = {change.id for change in touched}
            return tuple(replace(o, status=Status.FAILED, message=text) if o.id in ids else o for o in outcomes)
        return outcomes


def questions_of(declared: Sequence[Declared]) -> list[Fact[Any]]:
    """What a plan asks first."""
    from provisioner.facts.host import HostFact
    from provisioner.planner import first_questions

    return [HostFact(), *first_questions(declared)]


def _download(facts: Facts) -> int | None:
    from provisioner.facts.packages import Download

    return next((answer.size for answer in facts.values() if isinstance(answer, Download)), None)


def make_outcomes(plan: Plan, events: Sequence[Event], after: Plan) -> tuple[Outcome, ...]:
    """How each pending change ended, by what the run said and by what the fresh reading shows."""
    kinds = {
        EventKind.FINISHED: Status.DONE,
        EventKind.FAILED: Status.FAILED,
        EventKind.SKIPPED: Status.SKIPPED,
        EventKind.WAITING: Status.WAITING,
    }
    ended = {event.id: event for event in events if event.kind in kinds}
    still = {change.id: change for change in after.pending}
    outcomes = []
    for change in plan.pending:
        event = ended.get(change.id)
        status = kinds[event.kind] if event else Status.FAILED
        message = event.text if event else "the run ended before it"
        if status is Status.DONE and change.id in still:
            left = ", ".join(field.name for field in still[change.id].fields)
            status, message = Status.FAILED, f"its steps ended well, but the phone still differs in: {left}"
        tail = _tail(events, change.id) if status is Status.FAILED else ""
        ms = (event.ms or 0) if event else 0
        outcomes.append(Outcome(change.id, status, change.action, ms, message, tail, change.source))
    return tuple(outcomes)


def _tail(events: Sequence[Event], of: object, lines: int = 20) -> str:
    said = [event.text for event in events if event.kind is EventKind.OUTPUT and event.id == of]
    return "\n".join(said[-lines:])


def require_same(plan: Plan, now: Plan) -> None:
    """Raise PlanStale unless ``now`` is the same plan for the same phone; it says what has moved."""
    if plan.device != now.device:
        raise PlanStale(
            "The plan was made for another phone; nothing was changed.", [], hint="Make a plan for this one."
        )
    if plan.content != now.content:
        raise PlanStale(
            "The playbook, a template or a variable has changed since the plan was made; nothing was changed.",
            [],
            hint="Make a new plan.",
        )
    before = {change.id: change for change in plan.changes}
    after = {change.id: change for change in now.changes}
    moved = [id for id in dict.fromkeys((*before, *after)) if _state(before.get(id)) != _state(after.get(id))]
    if moved:
        raise PlanStale(
            "The phone has changed since the plan was made; nothing was changed.",
            moved,
            hint="Make a new plan and look at it.",
        )


def _state(change: object) -> object:
    from provisioner.model import Change

    if not isinstance(change, Change) or change.action is Action.NONE:
        return Action.NONE
    return change.action, change.observed


def content_of(playbook: Playbook) -> str:
    """A digest of everything on the laptop that the plan was made from."""
    import hashlib
    import json

    made_from = [playbook.digest, sorted(playbook.templates.digests.items())]
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def load_saved(path: Path) -> Plan:
    """A plan that ``Session.save`` wrote. Raises ProvisionerError if it is none."""
    from provisioner.plan_json import read_plan

    return read_plan(path)


@contextmanager
def open_session(playbook: str | None, options: Options, ask: Ask) -> Iterator[Session]:
    """Read the playbook, reach the phone, and be ready to talk.

    Raises PlaybookError before the phone is asked anything, ConnectError, HostKeyError.
    """
    from provisioner import connecting
    from provisioner.declare import declare
    from provisioner.playbook import load, resolve
    from provisioner.runner import Conversation
    from provisioner.shell import Device
    from provisioner.variables import parse_set

    reach = connecting.reach(options, resolve(playbook).parent, ask)
    try:
        loaded = load(playbook, host_vars=reach.vars, set_vars=parse_set(options.sets))
        declared = _selected(declare(loaded, reach.public_key), options)
        conversation = Conversation(Device())
        transport = reach.open(ask, conversation.opening(questions_of(declared)))
    except BaseException:
        reach.abandon()
        raise
    try:
        try:
            conversation.attach(transport.shell())
            key = reach.public_key
            yield Session(
                reach.name, transport, conversation, loaded, declared, public_key=key, refresh=options.refresh
            )
        finally:
            conversation.close()
    finally:
        transport.close()


def _refreshed(declared: tuple[Declared, ...]) -> tuple[Declared, ...]:
    """The same, with a new package index wanted even if there is one. Raises UsageError if nothing reads the index."""
    from provisioner.resources.apt_upgrade import AptUpgrade

    if not any(isinstance(item.resource, AptUpgrade) for item in declared):
        raise UsageError("--refresh is for a playbook with `upgrade: full`", hint="add it, or leave --refresh out")
    return tuple(
        replace(item, resource=AptUpgrade(refresh=True)) if isinstance(item.resource, AptUpgrade) else item
        for item in declared
    )


def _selected(declared: tuple[Declared, ...], options: Options) -> tuple[Declared, ...]:
    from provisioner.planner import select

    try:
        return select(declared, options.only, options.skip)
    except KeyError as error:
        known = sorted({item.task for item in declared})
        hint = f"it has: {', '.join(known)}; or write an address that a plan shows, as file:~/.vimrc"
        raise UsageError(f"nothing in the playbook is called {error.args[0]}", hint=hint) from error


def lint(paths: Sequence[str]) -> list[Mistake]:
    """All mistakes of all playbooks (none named: the one that ``plan`` would take), templates included."""
    from provisioner.declare import declare
    from provisioner.playbook import load

    mistakes: list[Mistake] = []
    for path in paths or (None,):
        try:
            declare(load(path))
        except PlaybookError as error:
            mistakes += error.mistakes
    return mistakes


def show(template: str | None, *, playbook: str | None = None, sets: Sequence[str] = ()) -> str:
    """A template as the phone would get it by ``playbook``; without a name, the names there are."""
    from provisioner.declare import rendered
    from provisioner.playbook import load
    from provisioner.variables import parse_set

    loaded = load(playbook, set_vars=parse_set(sets))
    if template is None:
        return "".join(f"{name}\n" for name in loaded.templates.names())
    return rendered(loaded, template).text
