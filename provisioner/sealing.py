"""Secrets are kept out of what is shown and saved. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from provisioner.lean_dataclass import replace
from provisioner.model import Change, Event, Field, Plan, Secret, Text, Value

HIDDEN = "(secret)"


def masked(text: str, secrets: Sequence[str]) -> str:
    """``text`` without the values of ``secrets``."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def sealed_plan(plan: Plan, secrets: Sequence[str]) -> Plan:
    """``plan`` without the values: a field that holds one, or would, is told by the digests of its two sides."""
    if not secrets:
        return plan
    return replace(
        plan,
        changes=tuple(_change(change, secrets) for change in plan.changes),
        notes=tuple(masked(note, secrets) for note in plan.notes),
        warnings=tuple(masked(warning, secrets) for warning in plan.warnings),
    )


def sealed_event(event: Event, secrets: Sequence[str]) -> Event:
    """``event`` without the values: a program may print what it was given."""
    return replace(event, text=masked(event.text, secrets)) if secrets and event.text else event


def _change(change: Change, secrets: Sequence[str]) -> Change:
    return replace(
        change,
        fields=tuple(_field(field, secrets) for field in change.fields),
        reason=masked(change.reason, secrets),
        notes=tuple(masked(note, secrets) for note in change.notes),
    )


def _field(field: Field, secrets: Sequence[str]) -> Field:
    if not any(secret in _text(side) for secret in secrets for side in (field.before, field.after)):
        return field
    # Both sides: what was there before may hold the secret of yesterday.
    return Field(field.name, _sealed(field.before), _sealed(field.after))


def _text(value: Value) -> str:
    return value.text if isinstance(value, Text) else value if isinstance(value, str) else ""


def _sealed(value: Value) -> Value:
    return Secret(_text(value)) if isinstance(value, Text | str) else value
