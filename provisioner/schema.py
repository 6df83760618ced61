"""What a playbook may say: the fields of the dataclasses that are registered here *are* the schema.

A resource or task is a frozen dataclass with ``@register("kind")``. Its fields, their types, defaults and ``option``
help are all that the playbook reader, the JSON Schema and the documentation know of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

KINDS: dict[str, type] = {}
"""Every word that may begin a playbook entry, with its dataclass; filled by importing ``resources`` and ``tasks``."""

T = TypeVar("T")


def register(kind: str) -> Callable[[type[T]], type[T]]:
    """Make the dataclass below a playbook word. Raises ValueError if the word is taken."""

    def enter(cls: type[T]) -> type[T]:
        if kind in KINDS:
            raise ValueError(f"{kind} is registered twice: {KINDS[kind]} and {cls}")
        KINDS[kind] = cls
        return cls

    return enter


def option(help: str, *, default: Any = dataclasses.MISSING, factory: Any = dataclasses.MISSING) -> Any:
    """A field with a sentence for people: it is shown in the JSON Schema and in docs/."""
    metadata = {"help": help}
    if factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
