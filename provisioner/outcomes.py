"""How each change of a run ended, and whether a plan still holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.errors import PlanStale
from provisioner.model import Action, Change, Event, EventKind, Outcome, Plan, Status


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


def _tail(events: Sequence[Event], of: object, lines: int = 200) -> str:
    said = [event.text for event in events if event.kind is EventKind.OUTPUT and event.id == of]
    return "\n".join(said[-lines:])


def used() -> PlanStale:
    """What is raised for a saved plan that was carried out before."""
    return PlanStale("This plan was carried out before; nothing was changed.", [], hint="Make a new plan.")


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
            hint="Make a new plan; one that was made with --set is applied with the same --set.",
        )
    before = {change.id: change for change in plan.changes}
    after = {change.id: change for change in now.changes}
    # What the plan leaves out (--only, --skip) is none of its business; a playbook that has grown has another content.
    moved = [id for id in before if _state(before[id]) != _state(after.get(id))]
    if moved:
        raise PlanStale(
            "The phone has changed since the plan was made; nothing was changed.",
            moved,
            hint="Make a new plan and look at it.",
        )


def _state(change: object) -> object:
    if not isinstance(change, Change) or change.action is Action.NONE:
        return Action.NONE
    return change.action, change.observed
