"""What a playbook may say: the fields of the dataclasses that are registered here *are* the schema.

A resource or task is a frozen dataclass with ``@register("kind")``. Its fields, their types, defaults and ``option``
help are all that the playbook reader, the JSON Schema and the documentation know of it. Beside its fields it may have

- ``shorthand: ClassVar[str]``: the field that a bare scalar or list sets (``mirror: tuna``);
- ``problems(self) -> Iterable[str | tuple[str, str]]``: sentences on what is wrong across
  fields, each with the field it is at if there is one;
- a field that may hold a ``Text``, which is no key of the playbook: the program fills it in;
- ``templates(self) -> Iterable[str]``: the names of templates that must exist and render.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, TypeVar

from provisioner.lean_dataclass import MISSING, dataclass, field, fields, is_dataclass, types_of
from provisioner.model import Text
from provisioner.remote_path import RemotePath

KINDS: dict[str, type] = {}
"""Every word that may begin a playbook entry, with its dataclass; filled by importing ``resources`` and ``tasks``."""

T = TypeVar("T")


def register(kind: str) -> Callable[[type[T]], type[T]]:
    """Make the dataclass below a playbook word. Raises ValueError if the word is taken, TypeError if it is none."""

    def enter(cls: type[T]) -> type[T]:
        if kind in KINDS:
            raise ValueError(f"{kind} is registered twice: {KINDS[kind]} and {cls}")
        if not is_dataclass(cls):
            raise TypeError(f"{cls} must be a dataclass of provisioner.lean_dataclass")
        KINDS[kind] = cls
        return cls

    return enter


def option(help: str, *, default: Any = MISSING, factory: Any = MISSING) -> Any:
    """A field with a sentence for people: it is shown in the JSON Schema and in docs/."""
    metadata = {"help": help}
    if factory is not MISSING:
        return field(default_factory=factory, metadata=metadata)
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Atom:
    """One value written as one scalar: str, int, float, bool or RemotePath."""

    type: type


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str | int | bool, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list, read into a tuple."""

    item: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from any text to values of one shape."""

    value: Shape


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping whose keys are the fields of a frozen dataclass."""

    cls: type


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes; ``nullable``: or nothing at all (``null``)."""

    shapes: tuple[Shape, ...]
    nullable: bool


Shape: TypeAlias = Atom | Choice | Items | Table | Record | Either

ATOMS = {
    str: ("a text", "texts"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", "truth values"),
    RemotePath: ("a path on the phone", "paths on the phone"),
}
"""The types of one scalar: one of them and several of them in words."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key that a record takes in a playbook."""

    name: str
    shape: Shape
    required: bool
    default: Any
    help: str


@functools.cache
def options(cls: type) -> Mapping[str, Option]:
    """The keys that the dataclass takes, in the order of its fields. Raises TypeError for a type we cannot read."""
    hints = types_of(cls)
    found = {}
    for each in fields(cls):
        if not each.init or Text in (hints[each.name], *typing.get_args(hints[each.name])):
            continue
        default = each.default
        if each.default_factory is not MISSING:
            default = each.default_factory()
        required = default is MISSING
        shape = shape_of(hints[each.name])
        found[each.name] = Option(each.name, shape, required, default, each.metadata.get("help", ""))
    return found


def shorthand(cls: type) -> Option | None:
    """The key that a bare scalar or list sets. Raises KeyError if the class names a field it does not have."""
    name = getattr(cls, "shorthand", None)
    return options(cls)[name] if isinstance(name, str) else None


def shape_of(hint: Any) -> Shape:
    """The shape of a field's type. Raises TypeError for a type that a playbook cannot say."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in ATOMS:
        return Atom(hint)
    if origin is Literal:
        return Choice(arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return Items(shape_of(arguments[0]))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping) and arguments[0] is str:
        return Table(shape_of(arguments[1]))
    if origin in (typing.Union, types.UnionType):
        shapes = tuple(shape_of(each) for each in arguments if each is not type(None))
        return Either(shapes, nullable=type(None) in arguments)
    if isinstance(hint, type) and is_dataclass(hint):
        return Record(hint)
    raise TypeError(f"{hint} cannot be the type of a playbook option")


def describe(shape: Shape, *, many: bool = False) -> str:
    """The shape in words for a sentence: "a list of texts", "one of utf-8, latin1"; ``many``: several of them."""
    match shape:
        case Atom(type=kind):
            return ATOMS[kind][many]
        case Choice(words=words):
            told = ", ".join(spell(word) for word in words)
            return f"words ({told})" if many else f"one of {told}" if len(words) > 1 else told
        case Items(item=item):
            return f"{'lists' if many else 'a list'} of {describe(item, many=True)}"
        case Table(value=value):
            return f"{'mappings' if many else 'a mapping'} of names to {describe(value, many=True)}"
        case Record(cls=cls):
            return f"{'mappings' if many else 'a mapping'} ({', '.join(options(cls)) or 'without keys'})"
        case Either(shapes=shapes):
            return " or ".join(describe(each, many=many) for each in shapes)


def spell(word: str | int | bool) -> str:
    """A value of a Literal as a playbook writes it."""
    return str(word).lower() if isinstance(word, bool) else str(word)


def summary(cls: type) -> str:
    """The first paragraph of the class's docstring in one line; empty if it has none of its own."""
    from inspect import cleandoc  # 8 ms, for the JSON Schema and docs/ only

    text = cleandoc(cls.__doc__ or "")
    return " ".join(text.split("\n\n")[0].split())
