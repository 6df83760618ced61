"""Variables: ``vars:`` of the playbook < those of the host's inventory entry < ``--set key=value``.

A scalar becomes a number or a truth value only if it writes back exactly as it was written: ``1.10`` and ``007`` stay
texts. Unquoted yes, no, on, off are refused, because they mean a truth value to some and a word to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.errors import UsageError
from provisioner.model import JSON, Source
from provisioner.playbook.yaml_text import Broken, ListNode, MapNode, Node, Scalar

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
NAME_HINT = "letters, digits and _ make a name"
_WORDS: Mapping[str, JSON] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DOUBTFUL = {"yes", "no", "on", "off"}


BAD: Any = object()
"""Stands for a value that has a mistake, which was noted."""


def is_name(text: str) -> bool:
    """Whether a variable can be called so."""
    return re.fullmatch(_NAME, text) is not None


class Doubtful(ValueError):
    """A word that could mean a truth value or itself; the message says how to write either."""


def typed(text: str) -> JSON:
    """The value that an unquoted scalar means. Raises Doubtful for yes, no, on and off."""
    if text in _WORDS:
        return _WORDS[text]
    if text.lower() in _DOUBTFUL:
        truth = "true" if text.lower() in ("yes", "on") else "false"
        raise Doubtful(f'{text} can be read in two ways: write {truth}, or "{text}" in quotes for the word')
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text and text not in ("nan", "inf", "-inf"):
            return value
    return text


def parse_set(settings: Iterable[str]) -> dict[str, JSON]:
    """``--set key=value`` options as variables; the last of a name holds. Raises UsageError."""
    found: dict[str, JSON] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise UsageError(f"--set {setting}: there is no =", hint="write --set name=value")
        if not is_name(name):
            raise UsageError(f"--set {setting}: {name or 'nothing'} is not a name", hint=NAME_HINT)
        if text[:1] == '"' == text[-1:] and len(text) > 1:
            found[name] = text[1:-1]
            continue
        try:
            found[name] = typed(text) if text else ""
        except Doubtful as error:
            raise UsageError(f"--set {setting}: {error}") from error
    return found


def as_json(value: Any) -> Any:
    """What an expression came to, in the types that a playbook can write; BAD stays."""
    if value is None or value is BAD or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    return [as_json(each) for each in value] if isinstance(value, list | tuple | set) else str(value)


def node_of(value: Any, at: Source) -> Node:
    """A variable's value as if it were written at that place."""
    if isinstance(value, Mapping):
        return MapNode({str(key): (Scalar(str(key), at), node_of(each, at)) for key, each in value.items()}, at)
    if isinstance(value, list | tuple):
        return ListNode([node_of(each, at) for each in value], at)
    if value is BAD:
        return Broken(at)
    if value is None:
        return Scalar("null", at, plain=True)
    return Scalar(str(value).lower() if isinstance(value, bool) else str(value), at, rendered=True)
