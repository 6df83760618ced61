"""What every task is: a playbook entry that turns into resources and proofs. It does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from provisioner.lean_dataclass import dataclass, field
from provisioner.model import JSON, Source, Text
from provisioner.resources.base import Declared


class Renderer(Protocol):
    """Makes text from a template; ``values`` go before the playbook's variables."""

    def __call__(self, template: str, /, **values: Any) -> Text: ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a task may use beside its own options."""

    render: Renderer
    vars: Mapping[str, JSON] = field(default_factory=dict)
    public_key: str = ""
    """The laptop's public key line that opens the phone; empty where no key is in play (``lint``, ``show``)."""
    source: Source = Source("")


@dataclass(frozen=True, slots=True)
class Proof:
    """Shows on the phone that something works. ``script`` prints one line of what it found and exits 0 if it holds,
    77 if it cannot be told on this phone, 75 if a person must do something there first; it leaves nothing behind.
    ``fetch``: a port that ``script`` serves on once it has said ``serving`` on a line of its own, read from the laptop
    through the connection, and what the answer to ``GET /`` must contain."""

    name: str
    task: str
    script: str
    timeout: int = 60
    fetch: tuple[int, str] | None = None
    doing: str = ""
    """What a person is told meanwhile, where it may take long."""


@runtime_checkable
class Task(Protocol):
    """A playbook entry with a name of its own. Its fields are its options (``schema.register``)."""

    def resources(self, context: Context) -> Iterable[Declared]:
        """What must be true, in the order of work. ``Declared.task`` and ``source`` are filled in by the caller."""

    def proofs(self, context: Context) -> Iterable[Proof]:
        """What ``verify`` shows beyond the absence of drift."""
