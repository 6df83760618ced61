"""State x State -> the fields that differ. One function for every resource."""

from __future__ import annotations

import json

from provisioner.digests import sha256
from provisioner.model import JSON, Digest, Field, Secret, State, Text, Unknown, Value


def differences(observed: State | None, desired: State | None) -> tuple[Field, ...]:
    """The fields in which the two differ, in the order of ``desired``.

    A field that ``desired`` does not name is not ours to judge. ``Unknown`` differs from everything.
    """
    before: State = observed or {}
    after: State = desired or {}
    if desired is None:
        return tuple(Field(name, value, None) for name, value in before.items())
    return tuple(
        Field(name, before.get(name), value) for name, value in after.items() if not same(before.get(name), value)
    )


def same(before: Value, after: Value) -> bool:
    """Whether two values are the same thing; a text and its digest are."""
    if isinstance(before, Unknown) or isinstance(after, Unknown):
        return False
    if isinstance(before, Text | Digest) and isinstance(after, Text | Digest) and type(before) is not type(after):
        return _digest(before) == _digest(after)
    return type(before) is type(after) and before == after


def _digest(value: Text | Digest) -> str:
    return value.digest if isinstance(value, Text) else value.sha256


def fingerprint(observed: State | None, desired: State | None) -> str:
    """A digest of what was seen and what is wanted: by it a saved plan knows whether it still holds."""
    content = json.dumps([_plain(observed), _plain(desired)], sort_keys=True, ensure_ascii=True)
    return sha256(content.encode())


def _plain(state: State | None) -> JSON:
    return None if state is None else {name: _atom(value) for name, value in state.items()}


def _atom(value: Value) -> JSON:
    match value:
        case Text() | Digest():
            return ["sha256", _digest(value)]
        case Secret():
            return ["secret", value.digest]
        case Unknown():
            return ["unknown"]
        case _:
            return value
