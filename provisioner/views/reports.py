"""The JSON form of everything but plans: events, results, proofs, errors."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.errors import Mistake, PlaybookError, ProvisionerError
from provisioner.model import Action, Event, Outcome, Plan, ProofResult, Result, Status
from provisioner.plan_json import Document, source_to_json


def event_to_json(event: Event) -> Document:
    """One line of an apply; what an event does not have is left out."""
    document: Document = {"type": event.kind.value}
    if event.id:
        document["address"] = str(event.id)
    for name in ("text", "ms", "rc", "percent"):
        value = getattr(event, name)
        if value not in (None, ""):
            document[name] = value
    return document


def result_to_json(plan: Plan, result: Result) -> Document:
    """What an apply came to, counted in the words of the plan."""
    return {
        "type": "result",
        "run": result.run,
        "ms": result.ms,
        "converged": result.converged,
        "summary": _result_summary(plan, result),
        "outcomes": [
            {
                "address": str(outcome.id),
                "action": outcome.action.value,
                "status": outcome.status.value,
                "ms": outcome.ms,
                "message": outcome.message,
                "tail": outcome.tail,
                "source": source_to_json(outcome.source),
            }
            for outcome in _outcomes(result)
        ],
        "remaining": [
            str(change.id) for change in (*result.after.pending, *result.after.refused, *result.after.waiting)
        ],
    }


def _outcomes(result: Result) -> Iterator[Outcome]:
    """How the changes ended, and what was left to others: what is refused, and what waits for a finger."""
    left = {change.id: Status.REFUSED for change in result.after.refused}
    left |= {change.id: Status.WAITING for change in result.after.waiting}
    told = [outcome for outcome in result.outcomes if outcome.id not in left or outcome.status is not Status.DONE]
    yield from told
    for change in (*result.after.refused, *result.after.waiting):
        if all(outcome.id != change.id for outcome in told):
            yield Outcome(change.id, left[change.id], change.action, message=change.reason, source=change.source)


def _result_summary(plan: Plan, result: Result) -> Document:
    counted = {Action.CREATE: "create", Action.UPDATE: "change", Action.RUN: "run", Action.DELETE: "delete"}
    summary: Document = {"create": 0, "change": 0, "delete": 0, "run": 0}
    summary["unchanged"] = None if result.noted else plan.summary.unchanged
    summary |= {"failed": 0, "skipped": 0, "waiting": 0, "refused": 0}
    for outcome in _outcomes(result):
        name = counted.get(outcome.action) if outcome.status is Status.DONE else outcome.status.value
        if name:
            summary[name] += 1
    return summary


def proof_to_json(proof: ProofResult) -> Document:
    return {
        "name": proof.name,
        "status": proof.status.value,
        "text": proof.text,
        "ms": proof.ms,
        "task": proof.task,
        "shows": proof.shows,
        "how": proof.how,
    }


def error_to_json(error: ProvisionerError) -> Document:
    """An error with all that its message needs; the mistakes of a playbook with their places."""
    document: Document = {"type": "error", "error": type(error).__name__, "summary": error.summary, "hint": error.hint}
    if isinstance(error, PlaybookError):
        document["mistakes"] = [_mistake_to_json(mistake) for mistake in error.mistakes]
    for name in ("fingerprint", "moved", "by", "since"):
        if value := getattr(error, name, None):
            document[name] = list(value) if isinstance(value, tuple) else value
    return document


def _mistake_to_json(mistake: Mistake) -> Document:
    return {
        "summary": mistake.summary,
        "source": source_to_json(mistake.source),
        "line": mistake.line,
        "hint": mistake.hint,
    }
