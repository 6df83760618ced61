"""A phone that is no longer where it was: its last addresses first, then this computer's own network, if one may look.

The pinned host key decides which phone it is; nobody else gets more than one connection and not one command.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from provisioner.errors import ConnectError, HostKeyError
from provisioner.lean_dataclass import dataclass

if TYPE_CHECKING:
    from provisioner.inventory.file import Entry
    from provisioner.options import Ask
    from provisioner.transport.target import Target

GONE = ("filtered", "no_route", "port_closed", "unknown_name", "no_banner", "closed_early", "not_ssh")
"""The kinds of ConnectError after which the phone may be somewhere else."""
LARGEST = 1024
"""Addresses of the largest network that is looked through: a /22."""
SECONDS = 30.0
_LAST_KNOWN_SECONDS = 6.0

Network = ipaddress.IPv4Network


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, and why it is not where it was. ``owner``: whose host key was met there, if anybody's known."""

    target: Target
    entry: Entry
    error: ConnectError | HostKeyError
    owner: str = ""

    @property
    def makes_sense(self) -> bool:
        """Only a phone that was met can be known again; what is reached by a tunnel or a cable does not move."""
        target, kind = self.target, self.error.kind
        moved = kind in GONE or (isinstance(self.error, HostKeyError) and kind == "host_key_changed")
        if target.cable:
            return False
        return bool(moved and self.entry.host_keys and not target.alias and not target.jump and not self._is_here)

    @property
    def _is_here(self) -> bool:
        address = _parsed(self.target.address)
        return self.target.address == "localhost" or (address is not None and address.is_loopback)

    def run(self, ask: Ask | None, *, consent: bool) -> str | None:
        """The address at which the phone is now; None: not found, and the error's hint says where it was looked for.

        The network is looked through only with ``consent``, or if ``ask`` agrees (None: nobody is to be asked now).
        """
        from provisioner.transport.sighting import search

        known = [each for each in self.entry.last_known if each != self.target.address]
        if found := search(self.target, known, _LAST_KNOWN_SECONDS):
            return found
        network = _network((self.target.address, *known))
        if network is None:
            return None
        if network.num_addresses > LARGEST:
            self._add(f"{network} is too large to look for {self.entry.name} in it: give its address with -H")
            return None
        others = _others(network, (self.target.address, *known))
        if not consent and not (ask and ask.look_for(self._question(network, len(others)))):
            self._add(f"--find looks for {self.entry.name} in {network}")
            return None
        if found := search(self.target, others, SECONDS):
            return found
        self._add(f"{self.entry.name} is not at the other {len(others)} addresses of {network} either")
        return None

    def _question(self, network: Network, count: int) -> str:
        name, place = self.entry.name, self.target.address
        why = f"{name} does not answer at {place}."
        if isinstance(self.error, HostKeyError):
            why = f"At {place} is {self.owner} now." if self.owner else f"At {place} somebody else answers now."
        return f"{why} Look for {name} at the other {count} addresses of {network}, port {self.target.port}?"

    def _add(self, sentence: str) -> None:
        self.error.hint = f"{self.error.hint}\n{sentence}".strip()


def _network(last: Iterable[str]) -> Network | None:
    """The network of this computer's in which the phone was, else the one of the default route."""
    from provisioner.connecting.addresses import default_address, interfaces, likely

    own = [each for each in interfaces() if not ipaddress.ip_address(each.address).is_loopback]
    for text in last:
        address = _parsed(text)
        for each in own:
            if address is not None and address in each.network:
                return each.network
    here = likely(own, default_address())
    return here[0].network if len(here) == 1 else None


def _others(network: Network, tried: Sequence[str]) -> list[str]:
    """All addresses but those that were tried, and this computer's own; the phone's neighbours first."""
    from provisioner.connecting.addresses import interfaces

    without = {*tried, *(each.address for each in interfaces())}
    last = [int(address) for text in tried if (address := _parsed(text)) is not None and address in network]
    near = last[0] if last else int(network.network_address)
    found = sorted(network.hosts(), key=lambda each: abs(int(each) - near))
    return [str(each) for each in found if str(each) not in without]


def _parsed(text: str) -> ipaddress.IPv4Address | None:
    try:
        return ipaddress.IPv4Address(text)
    except ValueError:
        return None
