"""``dataclass`` as in the standard library, made in a tenth of the time.

A start makes some 90 of them. ``dataclasses`` writes and compiles each class's methods at once (0.35 ms a class) and
imports ``inspect`` for it (10 ms): half of the time of ``lint``. Here methods are shared, and ``__init__`` is compiled
when the first object is made, which for most classes is never.

To a type checker, and to ``dataclasses.replace``, ``fields`` and ``asdict``, these are dataclasses like any other. Only
what this program uses is there: all classes have slots and are told apart by their type first, all fields are
parameters of ``__init__``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass, replace

__all__ = ["MISSING", "asdict", "dataclass", "field", "fields", "is_dataclass", "replace", "types_of"]

T = TypeVar("T")
FIELDS = "__lean_fields__"


class _Missing:
    """No value was given, where ``None`` may be one."""


_MISSING = _Missing()


class _Field:
    """What a class says of one of its fields; ``name``, ``type`` and ``module``, whose words the type is in, are filled
    in when the class is made."""

    __slots__ = ("compare", "default", "default_factory", "metadata", "module", "name", "repr", "type")
    init = True

    def __init__(
        self,
        default: Any = _MISSING,
        *,
        default_factory: Any = _MISSING,
        compare: bool = True,
        repr: bool = True,
        metadata: Mapping[str, Any] = {},
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.compare = compare
        self.repr = repr
        self.metadata = metadata
        self.module = self.name = self.type = ""

    @property
    def is_optional(self) -> bool:
        return self.default is not _MISSING or self.default_factory is not _MISSING


def _dataclass(*, frozen: bool = False, slots: bool, order: bool = False, repr: bool = True) -> Callable[[type], type]:
    """As ``dataclasses.dataclass``, with ``eq=True``. Raises TypeError where that does."""
    if not slots:
        raise TypeError("a class without slots is not made here")

    def make(cls: type) -> type:
        names = {each.name: each for base in reversed(cls.__mro__[1:]) for each in vars(base).get(FIELDS, ())}
        inherited = set(names)
        space = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
        names.update({each.name: each for each in _own_fields(cls, space)})
        made = tuple(names.values())
        _require_order(cls, made)
        space.update({FIELDS: made, "__slots__": tuple(name for name in names if name not in inherited)})
        space["__dataclass_fields__"] = _AS_DATACLASSES
        space.setdefault("__match_args__", tuple(names))
        own = set(space)
        for name, method in _methods(made, frozen=frozen, order=order, repr=repr):
            if name not in own:
                space[name] = method
        new = type(cls)(cls.__name__, cls.__bases__, space)
        new.__qualname__ = cls.__qualname__
        return new

    return make


def _own_fields(cls: type, space: dict[str, Any]) -> Iterable[_Field]:
    """The fields that the class itself names; takes their defaults out of its namespace, where the slots will be."""
    for name, hint in space.get("__annotations__", {}).items():
        if str(hint).partition("[")[0].endswith("ClassVar"):
            continue
        default = space.pop(name, _MISSING)
        each = default if isinstance(default, _Field) else _Field(default)
        if each.default.__class__.__hash__ is None:
            raise TypeError(f"{cls.__name__}.{name}: all objects would share this default; give a factory")
        each.name, each.type, each.module = name, hint, cls.__module__
        yield each


def _require_order(cls: type, made: Iterable[_Field]) -> None:
    optional = ""
    for each in made:
        if optional and not each.is_optional:
            raise TypeError(f"{cls.__name__}.{each.name} has no default, but {optional} before it has one")
        optional = each.name if each.is_optional else optional


def _methods(made: tuple[_Field, ...], *, frozen: bool, order: bool, repr: bool) -> Iterable[tuple[str, Any]]:
    compared = tuple(each.name for each in made if each.compare)
    # Of one name attrgetter gives the value itself, of none it would not be made: both compare and hash as well.
    told = attrgetter(*compared) if compared else _nothing
    yield "__init__", _first_init()
    yield "__eq__", _comparing(told, lambda one, other: one == other)
    yield "__hash__", (lambda self: hash(told(self))) if frozen else None
    if repr:
        yield "__repr__", _repr
    if order:
        yield "__lt__", _comparing(told, lambda one, other: one < other)
        yield "__le__", _comparing(told, lambda one, other: one <= other)
        yield "__gt__", _comparing(told, lambda one, other: one > other)
        yield "__ge__", _comparing(told, lambda one, other: one >= other)
    if frozen:
        yield "__setattr__", _refuse_to_set
        yield "__delattr__", _refuse_to_delete


def _nothing(self: object) -> tuple[()]:
    return ()


def _comparing(told: Callable[[Any], Any], compare: Callable[[Any, Any], bool]) -> Callable[[object, object], Any]:
    def method(self: object, other: object) -> Any:
        return compare(told(self), told(other)) if other.__class__ is self.__class__ else NotImplemented

    return method


def _repr(self: object) -> str:
    cls = self.__class__
    told = (f"{each.name}={getattr(self, each.name)!r}" for each in getattr(cls, FIELDS) if each.repr)
    return f"{cls.__qualname__}({', '.join(told)})"


def _refuse_to_set(self: object, name: str, value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


# ---- __init__ --------------------------------------------------------------------------------------------------------


def _first_init() -> Callable[..., None]:
    """Makes way for the class's own ``__init__`` when the first object is made."""

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807
        cls = next(each for each in type(self).__mro__ if vars(each).get("__init__") is __init__)
        made = _own_init(cls)
        setattr(cls, "__init__", made)  # noqa: B010 - in place of this one
        made(self, *values, **named)

    return __init__


def _own_init(cls: type) -> Callable[..., None]:
    """A function with the fields as parameters: Python itself says what is missing or too much in a call.

    What is compiled for one class serves others of as many fields, under the names of theirs: that takes a tenth of
    the time.
    """
    made: tuple[_Field, ...] = getattr(cls, FIELDS)
    code = _init_code(tuple(each.default_factory is not _MISSING for each in made), hasattr(cls, "__post_init__"))
    code = code.replace(co_varnames=("self", *(each.name for each in made)))
    names: dict[str, Any] = {"missing": _MISSING}
    for number, each in enumerate(made):
        names[f"set_{number}"] = getattr(cls, each.name).__set__  # the slot's own: quicker than object.__setattr__
        names[f"make_{number}"] = each.default_factory
    init = FunctionType(code, names, "__init__", tuple(each.default for each in made if each.is_optional))
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


@cache
def _init_code(made_by_factory: tuple[bool, ...], has_post_init: bool) -> CodeType:
    """The code of an ``__init__`` with so many fields, of which these have a factory."""
    names = [f"value_{number}" for number in range(len(made_by_factory))]
    lines = []
    for number, (name, is_made) in enumerate(zip(names, made_by_factory, strict=True)):
        value = f"make_{number}() if {name} is missing else {name}" if is_made else name
        lines.append(f" set_{number}(self, {value})\n")
    if has_post_init:
        lines.append(" self.__post_init__()\n")
    space: dict[str, FunctionType] = {}
    exec(f"def __init__({', '.join(('self', *names))}):\n{''.join(lines) or ' pass'}", space)  # noqa: S102 - numbers
    return space["__init__"].__code__


# ---- what the rest of dataclasses does -------------------------------------------------------------------------------


class _AsDataclasses:
    """Tells the standard library's functions the fields in its own form when they ask."""

    def __get__(self, instance: object, owner: type) -> Any:
        import dataclasses

        told = []
        for each in getattr(owner, FIELDS):
            given = {"compare": each.compare, "repr": each.repr, "metadata": each.metadata}
            if each.default is not _MISSING:
                given["default"] = each.default
            if each.default_factory is not _MISSING:
                given["default_factory"] = each.default_factory
            told.append((each.name, each.type, dataclasses.field(**given)))
        return vars(dataclasses.make_dataclass(owner.__name__, told))["__dataclass_fields__"]


_AS_DATACLASSES = _AsDataclasses()


def types_of(cls: type) -> dict[str, Any]:
    """The types of the fields. ``typing.get_type_hints`` knows more, and takes 4 ms to say so of ten classes."""
    told = ((each.name, each.type, vars(sys.modules[each.module])) for each in _fields(cls))
    return {name: eval(hint, words) if isinstance(hint, str) else hint for name, hint, words in told}  # noqa: S307


def _fields(cls: Any) -> tuple[_Field, ...]:
    """The fields of the class or object, in their order."""
    found: tuple[_Field, ...] = getattr(cls, FIELDS)
    return found


def _is_dataclass(cls: object) -> bool:
    return hasattr(cls, FIELDS)


def _replace(value: T, /, **changes: Any) -> T:
    """A new object with other values in the fields that are named. Raises TypeError for what is no field."""
    kept = {each.name: getattr(value, each.name) for each in _fields(value) if each.name not in changes}
    return type(value)(**kept, **changes)


def _asdict(value: object) -> dict[str, Any]:
    """Names and values of the fields; what stands in them is handed out as it is."""
    return {each.name: getattr(value, each.name) for each in _fields(value)}


if not TYPE_CHECKING:
    MISSING = _MISSING
    dataclass, field, fields, is_dataclass = _dataclass, _Field, _fields, _is_dataclass
    replace, asdict = _replace, _asdict
