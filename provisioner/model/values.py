"""Values, and the places and addresses that everything else is told by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from provisioner.digests import sha256
from provisioner.lean_dataclass import dataclass

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a text: ``playbooks/go-dev.yml:14:5``. Lines and columns count from 1; 0 means unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """The address of a resource: prints as ``file:~/.bashrc``; what ``--only`` takes and JSON shows."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> ResourceId:
        """Read an address back; raises ValueError if there is no colon."""
        kind, colon, name = text.partition(":")
        if not colon:
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, name)


@dataclass(frozen=True, slots=True)
class Text:
    """Text long enough to be shown as a diff. Bytes that are no UTF-8 live in it as surrogate escapes."""

    text: str

    @classmethod
    def of(cls, data: bytes) -> Text:
        return cls(data.decode("utf-8", "surrogateescape"))

    def encode(self) -> bytes:
        return self.text.encode("utf-8", "surrogateescape")

    @property
    def digest(self) -> str:
        return sha256(self.encode())


@dataclass(frozen=True, slots=True)
class Digest:
    """The SHA-256 (hex) of bytes that were not fetched."""

    sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that no view may show and no plan may hold: it prints as ``(secret)`` and crosses JSON as its digest."""

    value: str

    @property
    def digest(self) -> str:
        return sha256(self.value.encode("utf-8", "surrogateescape"))

    def __repr__(self) -> str:
        return "(secret)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the apply can tell. Two of them are never the same, so a field that holds one is a change."""

    why: str = ""

    def __str__(self) -> str:
        return "(known after apply)"


Value: TypeAlias = str | int | bool | Text | Digest | Secret | Unknown | None
State: TypeAlias = Mapping[str, Value]
