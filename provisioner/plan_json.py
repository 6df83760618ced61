"""The JSON form of a plan: what ``--json`` prints, what a saved plan holds, what the human view is rendered from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.lean_dataclass import replace
from provisioner.model import (
    JSON,
    Action,
    Change,
    Digest,
    Field,
    Plan,
    ResourceId,
    Secret,
    Source,
    Text,
    Unknown,
    Value,
)

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
        "saved_as": plan.saved_as,
        "facts": dict(plan.facts),
        "changes": [change_to_json(change) for change in plan.changes],
        "warnings": list(plan.warnings),
        "notes": list(plan.notes),
        "download": plan.download,
        "summary": {
            "create": summary.create,
            "change": summary.change,
            "delete": summary.delete,
            "run": summary.run,
            "refused": summary.refused,
            "waiting": summary.waiting,
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
            saved_as=document.get("saved_as", ""),
            warnings=tuple(document["warnings"]),
            notes=tuple(document["notes"]),
            download=document["download"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProvisionerError(f"the saved plan is damaged: {error!r}", hint="make a new one") from error


def write_plan(plan: Plan, path: Path) -> None:
    """Save the plan, to be applied once; readable for its owner only: a diff may show what is nobody's business."""
    import json
    import secrets

    from provisioner.whole_file import write_whole

    plan = replace(plan, saved_as=secrets.token_hex(8))
    text = json.dumps(plan_to_json(plan), indent=1) + "\n"
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise ProvisionerError(f"the plan cannot be saved as {path}: {error.strerror}") from error


def read_plan(path: Path) -> Plan:
    """The plan that ``write_plan`` wrote; raises ProvisionerError if it is none."""
    import json

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProvisionerError(f"the plan {path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ProvisionerError(f"{path} is no saved plan: {error}", hint="make a new one with plan --out") from error
    return plan_from_json(document if isinstance(document, dict) else {})


def is_saved_plan(path: Path) -> bool:
    """Whether the file is a saved plan; a playbook is a YAML list and never begins with a brace."""
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip().startswith(b"{")
    except OSError:
        return False


def change_to_json(change: Change) -> Document:
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
        "source": source_to_json(change.source),
        "requires": [str(address) for address in change.requires],
        "observed": change.observed,
        "edited": change.edited,
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
        edited=document.get("edited", False),
    )


def source_to_json(source: Source) -> Document:
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
