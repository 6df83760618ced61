"""The data that every layer speaks: plain, frozen, comparable, and able to cross JSON and come back the same."""

from __future__ import annotations

from provisioner.model.plan import Action, Change, Field, Plan, Summary
from provisioner.model.run import Event, EventKind, Outcome, ProofResult, ProofStatus, Result, Status, Step
from provisioner.model.values import JSON, Digest, ResourceId, Secret, Source, State, Text, Unknown, Value

__all__ = [
    "JSON",
    "Action",
    "Change",
    "Digest",
    "Event",
    "EventKind",
    "Field",
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
]
