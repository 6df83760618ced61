"""A phone that cannot come here: this laptop goes there, and a person compares what both show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from provisioner.errors import ConnectError, UsageError
from provisioner.pairing.enter import Met
from provisioner.pairing.key import OwnKey
from provisioner.pairing.report import fingerprint_groups
from provisioner.transport.hostkeys import HostKeyQuestion, Trust
from provisioner.transport.target import PORT, Address, Limits, Target

if TYPE_CHECKING:
    from provisioner.inventory import Inventory

Compare = Callable[[str, str], bool]
"""Asks a person whether the phone shows these groups (or this fingerprint, as OpenSSH writes it)."""


def target_of(host: str, known: Inventory, key: OwnKey) -> Target:
    """The phone at ``ADDRESS[:PORT]``, or where the one of that name was. Raises UsageError."""
    if entry := known.entries.get(host):
        return Target(entry.name, entry.address, entry.port or PORT, identity=key.path)
    try:
        address = Address.parse(host)
    except ValueError as error:
        raise UsageError(f"--host {host}: {error}") from None
    return Target("", address.host, address.port or PORT, identity=key.path)


def visit(target: Target, known: Inventory, compare: Compare, *, expected: str = "", timeout: float) -> Met:
    """Log in with our key, once the phone's host key was known before, expected, or compared.

    ``expected`` is a fingerprint or the six groups. Raises ConnectError, HostKeyError before anything is sent.
    """
    from provisioner.transport.ssh import connect

    groups = "".join(expected.split()).lower()

    def ask(question: HostKeyQuestion) -> bool:
        if any(question.key.line in each.host_keys for each in known):
            return True
        shown = fingerprint_groups(question.key)
        return shown.replace(" ", "") == groups if groups else compare(shown, question.key.fingerprint)

    as_ssh = expected if expected.startswith("SHA256:") else None
    with connect(target, trust=Trust(ask=ask, expected=as_ssh), limits=Limits.of(timeout)) as transport:
        return Met(target.address, target.port, transport.host_key)


def is_unprepared(error: ConnectError) -> bool:
    """Whether the phone may lack only what the line for it brings: sshd, or our key."""
    return error.kind in ("port_closed", "closed_early", "key_refused")
