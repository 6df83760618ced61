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
    """Shows on the phone that something works.

    ``script`` is sh that runs by itself with ``set -eu``, in an empty folder ``$d`` that is its working directory and
    goes away afterwards; its input is /dev/null. It prints a line of what it found and exits 0 if it holds, 77 if it
    cannot be told on this phone, 75 if a person must do something there first. Outside ``$d`` it leaves nothing, but
    for what ``leaves`` says.
    """

    name: str
    task: str
    script: str
    shows: str
    """What is true if it holds, as a sentence for the person."""
    how: str
    """How that is found out on the phone."""
    timeout: int = 60
    """Seconds after which it is stopped, with all that it has started, and has failed."""
    uses: tuple[str, ...] = ()
    """Files of ``provisioner/device`` whose functions ``script`` calls."""
    after: str = ""
    """The proof of the same task without which there is no point in this one: it is then passed over."""
    fetch: tuple[int, str] | None = None
    """A port that ``script`` serves once it has said ``serving`` on a line of its own, read from the laptop through
    the connection, and what the answer to ``GET /`` must contain."""
    doing: str = ""
    """What a person is told meanwhile, where it may take long."""
    leaves: str = ""
    """What stays on the phone; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What no program can see from the laptop, so that a person must look: a line of the card."""

    name: str
    task: str
    text: str


@runtime_checkable
class Task(Protocol):
    """A playbook entry with a name of its own. Its fields are its options (``schema.register``)."""

    def resources(self, context: Context) -> Iterable[Declared]:
        """What must be true, in the order of work. ``Declared.task`` and ``source`` are filled in by the caller."""

    def proofs(self, context: Context) -> Iterable[Proof | Look]:
        """What ``verify`` shows beyond the absence of drift."""
