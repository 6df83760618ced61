"""Secrets are kept out of what is shown, saved and noted. Pure.

The value itself is only in the text that a resource writes, and in the script of the run while it is on. All else that
a person or a file gets to see passes here, or through the run's own ``sieve`` on the phone. ``hidden`` are the texts
by which the secrets may be told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.errors import PlaybookError, ProvisionerError
from provisioner.lean_dataclass import replace
from provisioner.model import Change, Digest, Field, Plan, ResourceId, Secret, Text, Value
from provisioner.shell import quote

if TYPE_CHECKING:
    from provisioner.model import Event, ProofResult

HIDDEN = "(secret)"
SHORTEST = 4
"""Characters of a secret: a shorter one is part of too many words to be hidden."""
SAID = ("verdict", "note", "broken")
"""Events that hold sentences; the words of all others are ours."""
_SPECIAL = r"[\\.\[\]*^$/]"


def forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """The texts by which ``secrets`` may be told, the longest first: themselves, line by line, and as programs write
    them in addresses, in JSON, for a shell, and in base64 (also as a part of more, as in an HTTP header)."""
    told = {form for secret in secrets for form in _forms(secret) if len(form) >= SHORTEST}
    return tuple(sorted(told, key=lambda form: (-len(form), form)))


def _forms(secret: str) -> Iterator[str]:
    import json
    from base64 import b64encode
    from urllib.parse import quote as percent

    yield secret
    yield from (line.strip() for line in secret.splitlines())
    yield percent(secret, safe="", errors="surrogateescape")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret).strip("'")
    data = secret.encode("utf-8", "surrogateescape")
    for before in range(3) if len(data) >= 2 * SHORTEST else ():
        # Of its characters, six bits each, those in which no byte beside the secret has a part.
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        yield b64encode(bytes(before) + data).decode()[first:last]


def sieve(hidden: Sequence[str], marker: str) -> str:
    """A script for sed that masks the ``hidden`` forms in a journal, in which lines of the ``marker`` are events.

    For the C locale, in which every byte is a character.
    """
    said = "\\|".join(SAID)
    events = f"/^{marker}\t/{{\n/^{marker}\t\\({said}\\)\t/!b\n}}\n"
    lines = (re.sub(_SPECIAL, r"\\\g<0>", form) for form in hidden if "\n" not in form)
    return events + "\n".join(f"s/{line}/{HIDDEN}/g" for line in lines)


def masked(text: str, hidden: Sequence[str]) -> str:
    """``text`` without any of the ``hidden`` forms."""
    for form in hidden:
        text = text.replace(form, HIDDEN)
    return text


def sealed_plan(plan: Plan, hidden: Sequence[str], all_of: Collection[ResourceId] = ()) -> Plan:
    """``plan`` without secrets: a field that holds one, or would, is told by the digests of its two sides; so is every
    text of the changes ``all_of``."""
    if not hidden and not all_of:
        return plan
    return replace(
        plan,
        changes=tuple(_change(change, hidden, whole=change.id in all_of) for change in plan.changes),
        notes=tuple(masked(note, hidden) for note in plan.notes),
        warnings=tuple(masked(warning, hidden) for warning in plan.warnings),
    )


def sealed_event(event: Event, hidden: Sequence[str]) -> Event:
    """``event`` without secrets: a program may print what it was given."""
    return replace(event, text=masked(event.text, hidden)) if hidden and event.text else event


def sealed_proof(result: ProofResult, hidden: Sequence[str]) -> ProofResult:
    return replace(result, text=masked(result.text, hidden))


@contextmanager
def sealed_errors(secrets: Sequence[str]) -> Iterator[None]:
    """Errors that come out of this block hold no secrets: they may quote what the phone has said, or a value."""
    try:
        yield
    except ProvisionerError as error:
        if secrets:
            _seal(error, forms(secrets))
        raise


def _seal(error: ProvisionerError, hidden: Sequence[str]) -> None:
    error.summary, error.hint = masked(error.summary, hidden), masked(error.hint, hidden)
    error.args = (error.summary,)
    for mistake in error.mistakes if isinstance(error, PlaybookError) else ():
        _seal(mistake, hidden)


def _change(change: Change, hidden: Sequence[str], *, whole: bool) -> Change:
    return replace(
        change,
        fields=tuple(_field(field, hidden, whole=whole) for field in change.fields),
        reason=masked(change.reason, hidden),
        notes=tuple(masked(note, hidden) for note in change.notes),
    )


def _field(field: Field, hidden: Sequence[str], *, whole: bool) -> Field:
    sides = (field.before, field.after)
    is_text = any(isinstance(side, Text | Digest) for side in sides)
    if not (whole and is_text) and not any(form in _text(side) for form in hidden for side in sides):
        return field
    # Both sides: what was there before may hold the secret of yesterday.
    return Field(field.name, _sealed(field.before), _sealed(field.after))


def _text(value: Value) -> str:
    return value.text if isinstance(value, Text) else value if isinstance(value, str) else ""


def _sealed(value: Value) -> Value:
    return Secret(_text(value)) if isinstance(value, Text | str) else value
