"""The JSON form of everything that is shown: what ``--json`` prints, and what the human view is rendered from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.errors import PlaybookError, ProvisionerError
from provisioner.model import (
    JSON,
    Action,
    Change,
    Digest,
    Event,
    Field,
    Plan,
    ProofResult,
    ResourceId,
    Result,
    Secret,
    Source,
    Status,
    Text,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from provisioner.errors import Mistake
    from provisioner.views.screen import Screen

Document = dict[str, Any]
"""A JSON object. Its values are ``JSON``; who reads one back checks by ``plan_from_json``."""

FORMAT = "hello-termux plan"
VERSION = 1


class SealedSecret(Secret):
    """A secret read back from a plan: only its digest is known, so the apply must resolve it again."""

    __slots__ = ()

    @property
    def digest(self) -> str:
        return self.value


def plan_to_json(plan: Plan) -> Document:
    """The plan as a JSON document; secrets only as digests."""
    summary = plan.summary
    return {
        "format": FORMAT,
        "version": VERSION,
        "host": plan.host,
        "device": plan.device,
        "playbook": plan.playbook,
        "content": plan.content,
        "facts": dict(plan.facts),
        "changes": [_change_to_json(change) for change in plan.changes],
        "warnings": list(plan.warnings),
        "summary": {
            "create": summary.create,
            "change": summary.change,
            "delete": summary.delete,
            "refused": summary.refused,
            "unchanged": summary.unchanged,
        },
    }


def plan_from_json(document: Mapping[str, Any]) -> Plan:
    """The plan back, exactly; raises ProvisionerError if ``document`` is no plan of this version."""
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        raise ProvisionerError("this is no plan that this version of the program reads", hint="make a new one")
    try:
        return Plan(
            changes=tuple(_change_from_json(change) for change in document["changes"]),
            host=document["host"],
            device=document["device"],
            facts=dict(document["facts"]),
            playbook=document["playbook"],
            content=document["content"],
            warnings=tuple(document["warnings"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProvisionerError(f"the saved plan is damaged: {error!r}", hint="make a new one") from error


def is_saved_plan(path: Path) -> bool:
    """Whether the file is a saved plan; a playbook is a YAML list and never begins with a brace."""
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip().startswith(b"{")
    except OSError:
        return False


def _change_to_json(change: Change) -> Document:
    return {
        "address": str(change.id),
        "action": change.action.value,
        "task": change.task,
        "reason": change.reason,
        "fields": [
            {"name": field.name, "before": _value_to_json(field.before), "after": _value_to_json(field.after)}
            for field in change.fields
        ],
        "notes": list(change.notes),
        "source": _source_to_json(change.source),
        "requires": [str(address) for address in change.requires],
        "observed": change.observed,
    }


def _change_from_json(document: Mapping[str, Any]) -> Change:
    return Change(
        id=ResourceId.parse(document["address"]),
        action=Action(document["action"]),
        task=document["task"],
        fields=tuple(
            Field(field["name"], _value_from_json(field["before"]), _value_from_json(field["after"]))
            for field in document["fields"]
        ),
        reason=document["reason"],
        notes=tuple(document["notes"]),
        source=Source(**document["source"]),
        requires=tuple(ResourceId.parse(address) for address in document["requires"]),
        observed=document["observed"],
    )


def _source_to_json(source: Source) -> Document:
    return {"path": source.path, "line": source.line, "column": source.column}


def _value_to_json(value: Value) -> JSON:
    match value:
        case Text():
            return {"text": value.text}
        case Digest():
            return {"sha256": value.sha256}
        case Secret():
            return {"secret": value.digest}
        case Unknown():
            return {"unknown": value.why}
        case _:
            return value


def _value_from_json(value: JSON) -> Value:
    match value:
        case {"text": str(text)}:
            return Text(text)
        case {"sha256": str(digest)}:
            return Digest(digest)
        case {"secret": str(digest)}:
            return SealedSecret(digest)
        case {"unknown": str(why)}:
            return Unknown(why)
        case None | bool() | int() | str():
            return value
    raise ValueError(f"not a value: {value!r}")


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
                "source": _source_to_json(outcome.source),
            }
            for outcome in result.outcomes
        ],
        "remaining": [str(change.id) for change in (*result.after.pending, *result.after.refused)],
    }


def _result_summary(plan: Plan, result: Result) -> Document:
    counted = {Action.CREATE: "create", Action.UPDATE: "change", Action.RUN: "change", Action.DELETE: "delete"}
    summary = {"create": 0, "change": 0, "delete": 0, "unchanged": plan.summary.unchanged}
    summary |= {"failed": 0, "skipped": 0, "waiting": 0, "refused": 0}
    for outcome in result.outcomes:
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
        "source": _source_to_json(mistake.source),
        "line": mistake.line,
        "hint": mistake.hint,
    }


class JsonView:
    """For programs: a document for a plan, a line for everything that happens in an apply; all of it on stdout."""

    def __init__(self, out: Screen) -> None:
        self.out = out

    def plan(self, plan: Plan) -> None:
        self._print(plan_to_json(plan), indent=2)

    def proposal(self, plan: Plan) -> None:
        self._print({"type": "plan", **plan_to_json(plan)})

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        yield self._event

    def result(self, plan: Plan, result: Result) -> None:
        self._print(result_to_json(plan, result))

    def verified(self, plan: Plan, proofs: Sequence[ProofResult]) -> None:
        proved = [proof_to_json(proof) for proof in proofs]
        self._print({"type": "verify", "plan": plan_to_json(plan), "proofs": proved})

    def message(self, text: str) -> None:
        self._print({"type": "message", "text": text})

    def error(self, error: ProvisionerError) -> None:
        self._print(error_to_json(error))

    def _event(self, event: Event) -> None:
        self._print(event_to_json(event))

    def _print(self, document: Document, indent: int | None = None) -> None:
        import json

        self.out.line(json.dumps(document, indent=indent))
        self.out.flush()
