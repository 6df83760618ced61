"""From ``-H`` to an open connection: which phone is meant, which key opens it, whether its host key is trusted."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.errors import ConnectError, HostKeyError, UsageError
from provisioner.lean_dataclass import dataclass, field, replace
from provisioner.model import JSON

if TYPE_CHECKING:
    from provisioner.inventory import Inventory
    from provisioner.options import Ask, Options
    from provisioner.transport.dialling import Dialling
    from provisioner.transport.hostkeys import Trust
    from provisioner.transport.ssh import SSHTransport
    from provisioner.transport.target import Limits, Target

BETWEEN_SEARCHES = 60.0
"""Seconds: the neighbours of a phone that is looked for are called no more often than that."""
REHEARSAL = "rehearsal"
"""The name of a stand-in phone that ``rehearse --keep`` has left up."""


@dataclass(slots=True)
class Reach:
    """A phone that is meant, and the connection to it that is already being made."""

    target: Target
    options: Options
    inventory: Inventory | None
    dialling: Dialling
    vars: Mapping[str, JSON] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    """The host key that the phone has shown, once it is connected."""
    _looked: float = float("-inf")
    """When the network was last looked through in the middle of a run."""

    @property
    def name(self) -> str:
        return self.target.name or self.target.place

    @property
    def public_key(self) -> str:
        """The public half of the key that opens the phone, as one line; empty if only the private half is there."""
        from provisioner.transport.keys import find

        try:
            file = find(self.target.identity)
            return Path(f"{file.path}.pub").read_text("utf-8").strip() if file else ""
        except (OSError, UnicodeDecodeError, ConnectError):
            return ""

    def open(self, ask: Ask, opening: bytes = b"") -> SSHTransport:
        """Finish connecting; a host key that was vouched for just now is pinned. The first shell hears ``opening``.

        A phone that has moved is looked for. Raises ConnectError, HostKeyError.
        """
        try:
            return self._open(ask, opening)
        except (ConnectError, HostKeyError) as error:
            if not self._found(error, ask):
                error.hint = self._near(error) or error.hint
                raise
        return self._open(ask, opening)

    def _open(self, ask: Ask, opening: bytes) -> SSHTransport:
        from provisioner.transport.ssh import connect

        trust = _trust(self.options, ask)
        transport = connect(
            self.target,
            trust=trust,
            ask_passphrase=ask.passphrase,
            limits=_limits(self.options),
            dialling=self.dialling,
            opening=opening,
        )
        self.shown[:] = [transport.host_key.line]
        if self.inventory is not None and not self._is_written(self.inventory, transport.host_key.line):
            from provisioner import inventory
            from provisioner.inventory import ssh_alias

            inventory.pin(self.inventory, self.target, transport.host_key.line)
            ssh_alias.refresh()
        return transport

    def _near(self, error: ConnectError | HostKeyError) -> str:
        """A hint, if the phone's name is known to nobody and much like that of a phone of the inventory."""
        from provisioner.suggest import did_you_mean

        unknown = isinstance(error, ConnectError) and error.kind == "unknown_name"
        return did_you_mean(self.target.name, self.inventory.entries) if unknown and self.inventory else ""

    def _found(self, error: ConnectError | HostKeyError, ask: Ask) -> bool:
        """Whether the phone is somewhere else; it is reached there from now on, and the inventory says so."""
        from provisioner.transport.dialling import dial

        before = self.target
        if not self._moved(self.target, error, ask, consent=self.options.find):
            return False
        self.dialling.abandon()
        file = self.inventory.entries[before.name].source.path if self.inventory else ""
        ask.tell(f"{before.name} is at {self.target.address} now, no longer at {before.address}; {file} says so too.")
        self.dialling = dial(self.target, trust=_trust(self.options, ask), limits=_limits(self.options))
        return True

    def _moved(self, target: Target, error: ConnectError | HostKeyError, ask: Ask | None, *, consent: bool) -> bool:
        """Whether the phone with the target's host key is at another address; it is the one to call then, and noted."""
        from provisioner import inventory
        from provisioner.connecting.seeking import Search
        from provisioner.inventory import ssh_alias

        known = self.inventory
        entry = known.entries.get(target.name) if known else None
        if known is None or entry is None or self.options.rekey:
            return False
        owner = known.owner(error.fingerprint, entry.name) if isinstance(error, HostKeyError) else ""
        search = Search(target, entry, error, owner)
        address = search.run(ask, consent=consent) if search.makes_sense else None
        if address is None:
            return False
        self.inventory = inventory.moved(known, entry.name, address)
        ssh_alias.refresh()
        self.target = replace(self.target, address=address)
        return True

    def _is_written(self, hosts: Inventory, host_key: str) -> bool:
        """Whether the inventory has the phone with this key; that ``~/.ssh/known_hosts`` knows it is not enough."""
        entry = hosts.entries.get(self.target.name)
        return entry is not None and host_key in entry.host_keys

    def again(self, ask: Ask) -> SSHTransport:
        """A new connection to the same phone: its name is looked up anew, and it must show the key it has shown.

        If it is not there, it is looked for where it was last known, and once a minute in the network if that was
        agreed to beforehand: nobody is asked in the middle of a run. Raises ConnectError, HostKeyError.
        """
        try:
            return self._again(ask)
        except (ConnectError, HostKeyError) as error:
            consent = self.options.find and time.monotonic() - self._looked >= BETWEEN_SEARCHES
            self._looked = time.monotonic() if consent else self._looked
            if not self._moved(self._pinned, error, None, consent=consent):
                raise
        return self._again(ask)

    @property
    def _pinned(self) -> Target:
        return replace(self.target, pins=(self.shown[0],), pinned_in="this session")

    def _again(self, ask: Ask) -> SSHTransport:
        from provisioner.transport.dialling import dial
        from provisioner.transport.ssh import connect

        limits, pinned = _limits(self.options), self._pinned
        return connect(pinned, ask_passphrase=ask.passphrase, limits=limits, dialling=dial(pinned, limits=limits))

    def abandon(self) -> None:
        self.dialling.abandon()


@contextmanager
def connected(options: Options, ask: Ask) -> Iterator[SSHTransport]:
    """A connection to the phone that is meant, without a playbook. Raises UsageError, ConnectError, HostKeyError."""
    reached = reach(options, Path.cwd(), ask)
    try:
        transport = reached.open(ask)
    except BaseException:
        reached.abandon()
        raise
    with closing(transport):
        yield transport


def reach(options: Options, beside: Path | None, ask: Ask) -> Reach:
    """Find out which phone is meant, and begin to connect: packets travel while the playbook is read.

    Raises UsageError, PlaybookError for a broken inventory, ConnectError.
    """
    from provisioner import inventory
    from provisioner.transport.dialling import dial

    if options.host == REHEARSAL:
        target = _rehearsal()
        return Reach(target, options, None, dial(target, trust=_trust(options, ask), limits=_limits(options)))
    hosts = inventory.load(beside)
    target = _through_cable(hosts, options) or inventory.resolve(hosts, options.host, identity=options.identity)
    dialling = dial(target, trust=_trust(options, ask), limits=_limits(options))
    return Reach(target, options, hosts, dialling, hosts.vars_of(target))


def _through_cable(hosts: Inventory, options: Options) -> Target | None:
    """The phone that ``-H usb:NAME`` means (``usb:`` alone: the only one that is known); None for any other ``-H``."""
    from provisioner.inventory import one, target_of
    from provisioner.transport.target import CABLE

    if options.host is None or not options.host.startswith(CABLE):
        return None
    from provisioner.transport.cable import by_cable

    return by_cable(target_of(one(hosts, options.host.removeprefix(CABLE)), options.identity))


def _trust(options: Options, ask: Ask) -> Trust:
    from provisioner.transport.hostkeys import Trust, is_fingerprint

    if options.host_key and not is_fingerprint(options.host_key):
        hint = "one is SHA256: and 43 characters; copy it whole"
        raise UsageError(f"--host-key {options.host_key}: that is no fingerprint", hint=hint)
    return Trust(ask=ask.confirm_host_key, expected=options.host_key, rekey=options.rekey)


def _limits(options: Options) -> Limits:
    from provisioner.transport.target import Limits

    return Limits.of(options.timeout)


def _rehearsal() -> Target:
    from provisioner.rehearsal import StandInPhone
    from provisioner.transport.target import Target

    phone = StandInPhone.running(StandInPhone.default_folder())
    if phone is None:
        raise ConnectError(
            "No stand-in phone is up.", hint="`hello-termux rehearse --keep` starts one and leaves it up."
        )
    return Target(REHEARSAL, phone.address, phone.port, identity=phone.identity, pins=(phone.host_key,))
