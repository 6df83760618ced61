"""The whole error tree: few, typed, each with what the message needs.

The core raises them, the command line prints them once and picks the exit code (``commands/exit_codes.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.model import ResourceId, Source


class ProvisionerError(Exception):
    """Something that the person can act upon: ``summary`` says what and where, ``hint`` what to do next."""

    def __init__(self, summary: str, *, hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.hint = hint


class UsageError(ProvisionerError):
    """The command line does not make sense."""


class Mistake(ProvisionerError):
    """One mistake in a text of the user's (playbook, template, inventory), with its place."""

    def __init__(self, summary: str, source: Source, *, line: str = "", hint: str = "") -> None:
        super().__init__(summary, hint=hint)
        self.source = source
        self.line = line


class PlaybookError(ProvisionerError):
    """A playbook, template or inventory cannot be used; ``mistakes`` holds all of them, in the order of the text."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(mistakes[0].summary if mistakes else "the playbook cannot be used")
        self.mistakes = tuple(mistakes)


class ArchiveError(ProvisionerError):
    """A mirror does not answer this computer, or what it sends is not what its index says."""


class ConnectError(ProvisionerError):
    """The phone cannot be reached, or it does not speak or let us in; nothing was changed. ``kind``: a word for what
    happened, by which ``doctor`` knows more of it."""

    def __init__(self, summary: str, *, hint: str = "", kind: str = "") -> None:
        super().__init__(summary, hint=hint)
        self.kind = kind


class ConnectionLost(ConnectError):
    """The link ended in the middle of a conversation; what runs on the phone goes on."""


class HostKeyError(ProvisionerError):
    """The host key is unknown or not the pinned one; no command was sent."""

    def __init__(self, summary: str, fingerprint: str, *, hint: str = "", kind: str = "") -> None:
        super().__init__(summary, hint=hint)
        self.fingerprint = fingerprint
        self.kind = kind


class UnsuitableHost(ProvisionerError):
    """We are logged in, and it is not a phone that we can work on; nothing was changed."""


class NeedsPerson(UnsuitableHost):
    """Only a person at the phone can mend what stands in the way; nothing was changed."""


class ProbeError(ProvisionerError):
    """The phone's answer to the probe cannot be understood; nothing was changed."""


class Locked(ProvisionerError):
    """Another run of ours is at work on the phone."""

    def __init__(self, summary: str, *, by: str, since: str, hint: str = "") -> None:
        super().__init__(summary, hint=hint)
        self.by = by
        self.since = since


class PlanStale(ProvisionerError):
    """What the plan was made from has moved; nothing was changed."""

    def __init__(self, summary: str, moved: Sequence[ResourceId | str], *, hint: str = "") -> None:
        super().__init__(summary, hint=hint)
        self.moved = tuple(str(item) for item in moved)


class RunFailed(ProvisionerError):
    """The run on the phone ended before its last step, or could not start."""


class Stopped(KeyboardInterrupt):
    """A signal ended the program: Ctrl-C, ``kill``, or a terminal that was closed. What is open is closed on the way
    out, as for Ctrl-C. ``signal``: its number."""

    def __init__(self, signal: int) -> None:
        super().__init__()
        self.signal = signal


class Cancelled(ProvisionerError):
    """The person said no, or pressed Ctrl-C; nothing more will be started."""
