"""What the program's exit status says; the same for every command, and decided nowhere else."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.diagnosis import Diagnosis
    from provisioner.model import Plan, ProofResult, Result


class ExitCode(IntEnum):
    """A failure never shares a code with "changes are pending"."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    STALE = 3
    UNREACHABLE = 4
    HOST_KEY = 5
    WAITING = 6
    HUNG_UP = 129
    INTERRUPTED = 130
    READER_GONE = 141
    TERMINATED = 143


MEANINGS = {
    ExitCode.OK: "done, or everything is as the playbook says",
    ExitCode.ERROR: "error",
    ExitCode.CHANGES: "changes are pending (plan, verify)",
    ExitCode.STALE: "the phone or the playbook moved since the plan was saved",
    ExitCode.UNREACHABLE: "the phone cannot be reached",
    ExitCode.HOST_KEY: "the host key was refused",
    ExitCode.WAITING: "all done but what waits for you: a finger on the phone, a word on what you edited there",
}
"""For ``--help``. Those of signals (130 is Ctrl-C) are every shell's convention and need no line of their own."""


def of_error(error: BaseException) -> ExitCode:
    """The exit code of a command that ended with ``error``."""
    from provisioner import errors

    if isinstance(error, errors.Stopped):
        return ExitCode(128 + error.signal)
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    if isinstance(error, errors.PlanStale):
        return ExitCode.STALE
    if isinstance(error, errors.NeedsPerson):
        return ExitCode.WAITING
    if isinstance(error, errors.HostKeyError):
        return ExitCode.HOST_KEY
    if isinstance(error, errors.ConnectError):
        return ExitCode.UNREACHABLE
    return ExitCode.ERROR


def of_plan(plan: Plan) -> ExitCode:
    """A refusal alone is an error: nothing is left that an apply could do about it."""
    if plan.pending:
        return ExitCode.CHANGES
    if plan.refused:
        return ExitCode.ERROR
    return ExitCode.WAITING if plan.waiting else ExitCode.OK


def of_result(result: Result) -> ExitCode:
    """Converged is said only from the fresh reading; a phone that waits for its owner's finger is no failure."""
    if result.failed or result.after.refused:
        return ExitCode.ERROR
    if result.waiting or result.after.waiting:
        return ExitCode.WAITING
    return ExitCode.OK if result.converged else ExitCode.ERROR


def of_diagnosis(diagnosis: Diagnosis) -> ExitCode:
    """Only an error stands in the way: notes and warnings are for reading."""
    return ExitCode.ERROR if diagnosis.count("error") else ExitCode.OK


def of_verify(plan: Plan, proofs: Sequence[ProofResult]) -> ExitCode:
    """A proof that failed weighs more than drift, and drift more than a finger that is awaited."""
    from provisioner.model import ProofStatus

    statuses = {proof.status for proof in proofs}
    if ProofStatus.FAILED in statuses:
        return ExitCode.ERROR
    drift = of_plan(plan)
    if drift is not ExitCode.OK:
        return drift
    return ExitCode.WAITING if ProofStatus.WAITING in statuses else ExitCode.OK
