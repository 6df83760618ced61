"""The JSON Schema of playbooks, for editors: made from ``schema.KINDS``, so that it says what the reader does.

Values are written in YAML, whose types an editor guesses before it looks here: a text may arrive as a number or a truth
value (``1.10``, ``no``), and any value may be an expression, ``"{{ name }}"``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from provisioner import schema
from provisioner.model import JSON
from provisioner.playbook.conditions import PHONE
from provisioner.playbook.entries import know_all_kinds
from provisioner.remote_path import RemotePath
from provisioner.schema import Atom, Choice, Either, Items, Option, Record, Shape, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Form: TypeAlias = dict[str, JSON]

_SCALARS = ("string", "number", "boolean")
_NULL: JSON = {"type": "null"}
_EXPRESSION: JSON = {"type": "string", "pattern": r"\{\{|\{%"}
_NUMBER = "[+-]?(0|[1-9][0-9]*)"


def json_schema() -> dict[str, JSON]:
    """The schema of a playbook of all the resources and tasks there are, draft 2020-12."""
    know_all_kinds()
    when: JSON = {
        "description": f"an expression over variables and {', '.join(PHONE)}; the entry applies if it is true",
        "type": ["string", "boolean"],
        "minLength": 1,
    }
    entries: list[JSON] = [_entry(kind, cls, when) for kind, cls in sorted(schema.KINDS.items())]
    entries += [_vars(), _secrets()]
    return {
        "$schema": DIALECT,
        "title": "hello-termux playbook",
        "description": "What shall be true on the phone: a list of tasks and resources, in the order of work.",
        "type": "array",
        "minItems": 1,
        "items": {"anyOf": entries},
    }


def _entry(kind: str, cls: type, when: JSON) -> JSON:
    record = _record(cls, bare=not _needed(cls))
    return {
        "type": "object",
        "description": schema.summary(cls),
        "properties": {kind: record, "when": when},
        "required": [kind],
        "additionalProperties": False,
    }


def _vars() -> JSON:
    return {
        "type": "object",
        "description": "Variables, for {{ name }} in any value, for when: and for templates.",
        "properties": {
            "vars": {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "not": {"enum": list(PHONE)}},
            }
        },
        "required": ["vars"],
        "additionalProperties": False,
    }


def _secrets() -> JSON:
    place: JSON = {
        "type": "object",
        "properties": {"env": {"type": "string"}, "file": {"type": "string"}},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "Variables whose values are shown nowhere, and where each comes from.",
        "properties": {
            "secrets": {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "not": {"enum": list(PHONE)}},
                "additionalProperties": place,
            }
        },
        "required": ["secrets"],
        "additionalProperties": False,
    }


def _needed(cls: type) -> list[JSON]:
    return [option.name for option in schema.options(cls).values() if option.required]


def _record(cls: type, *, bare: bool) -> JSON:
    """``bare``: nothing at all may stand for the record whose keys all have defaults."""
    options, short = schema.options(cls), schema.shorthand(cls)
    mapping: dict[str, JSON] = {
        "type": "object",
        "description": schema.summary(cls),
        "properties": {name: _property(option) for name, option in options.items()},
        "required": _needed(cls),
        "additionalProperties": False,
    }
    forms: list[JSON] = [mapping]
    if short is not None and all(option.name == short.name for option in options.values() if option.required):
        forms.append(_without_objects(_shape(short.shape)))
    if bare:
        forms.append(_NULL)
    if len(forms) == 1:
        return mapping
    return {"description": schema.summary(cls), "anyOf": forms}


def _without_objects(form: JSON) -> JSON:
    """A mapping always sets the keys of the record itself, never its shorthand."""
    return {"allOf": [form, {"not": {"type": "object"}}]}


def _property(option: Option) -> JSON:
    found = _shape(option.shape)
    if option.help:
        found["description"] = option.help
    default = None if option.required else _plain(option.default)
    return found if default is None else {**found, "default": default}


def _shape(shape: Shape) -> Form:
    match shape:
        case Atom(type=kind):
            return _atom(kind)
        case Choice(words=words):
            return _any([_enum(words), _EXPRESSION])
        case Items(item=item):
            return _any([{"type": "array", "items": _shape(item)}, _EXPRESSION])
        case Table(value=value):
            return _any([{"type": "object", "additionalProperties": _shape(value)}, _EXPRESSION])
        case Record(cls=cls):
            return _any([_record(cls, bare=not _needed(cls)), _EXPRESSION])
        case Either(shapes=shapes, nullable=nullable):
            forms: list[JSON] = [_shape(each) for each in shapes]
            return _any([*forms, _NULL] if nullable else forms)


def _enum(words: Iterable[str | int | bool]) -> JSON:
    return {"enum": [*words]}


def _any(forms: Iterable[JSON]) -> Form:
    return {"anyOf": [*forms]}


def _atom(kind: type) -> Form:
    if kind is RemotePath:
        return _any(
            [
                {"type": "null"},
                {"type": "string", "pattern": r"^(~|\$HOME|\$\{HOME\}|\$PREFIX|\$\{PREFIX\}|/)"},
                _EXPRESSION,
            ]
        )
    if kind is str:
        return {"type": [*_SCALARS]}
    if kind is int:
        return _any([{"type": "integer"}, {"type": "string", "pattern": f"^{_NUMBER}$"}, _EXPRESSION])
    if kind is float:
        written = rf"^{_NUMBER}(\.[0-9]*)?([eE]{_NUMBER})?$"
        return _any([{"type": "number"}, {"type": "string", "pattern": written}, _EXPRESSION])
    return _any(
        [
            {"type": "boolean"},
            {"type": "string", "pattern": "^([Tt]rue|[Ff]alse|[Yy]es|[Nn]o|[Oo]n|[Oo]ff)$"},
            _EXPRESSION,
        ]
    )


def _plain(value: object) -> JSON:
    """A default as JSON; ``None`` for what has no plain form."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return str(value) if isinstance(value, RemotePath) else None
