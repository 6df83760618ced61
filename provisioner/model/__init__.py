"""The data that every layer speaks: plain, frozen, comparable, and able to cross JSON and come back the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.model.plan import Action, Change, Field, Plan, Summary
from provisioner.model.step import Link, Step, Write
from provisioner.model.values import JSON, Digest, ResourceId, Secret, Source, State, Text, Unknown, Value

if TYPE_CHECKING:
    from provisioner.model.run import Event, EventKind, Outcome, ProofResult, ProofStatus, Result, Status

__all__ = [
    "JSON",
    "Action",
    "Change",
    "Digest",
    "Event",
    "EventKind",
    "Field",
    "Link",
    "Outcome",
    "Plan",
    "ProofResult",
    "ProofStatus",
    "ResourceId",
    "Result",
    "Secret",
    "Source",
    "State",
    "Status",
    "Step",
    "Summary",
    "Text",
    "Unknown",
    "Value",
    "Write",
]


def __getattr__(name: str) -> object:
    """What happens in a run is loaded when somebody asks for it: ``lint`` and a plan do without (1.2 ms)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from provisioner.model import run

    return getattr(run, name)
