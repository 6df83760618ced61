"""Which address of this computer a phone in the same Wi-Fi can reach."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

from provisioner.errors import UsageError
from provisioner.lean_dataclass import dataclass

PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
        "fc00::/7", "::1/128",
    )
)  # fmt: skip
"""Where a listener may be: what no router of the internet leads to. 100.64/10 is a carrier's, or Tailscale's."""

_ASIDE = re.compile(
    r"(lo|tun|tap|wg|ppp|utun|tailscale|zt|docker|br-|virbr|veth|vmnet|vboxnet|vEthernet|awdl|llw)", re.I
)
"""Interfaces that lead to no phone, as a rule: tunnels, containers, virtual machines."""


@dataclass(frozen=True, slots=True)
class Interface:
    """One address of this computer."""

    name: str
    address: str
    prefix: int = 32
    """How many bits of it all in its network have in common."""

    @property
    def network(self) -> ipaddress.IPv4Network:
        return ipaddress.IPv4Network(f"{self.address}/{self.prefix}", strict=False)

    @property
    def aside(self) -> bool:
        """Whether it is the kind of interface behind which no phone is."""
        return bool(_ASIDE.match(self.name)) or ipaddress.ip_address(self.address).is_loopback

    def __str__(self) -> str:
        return f"{self.address} ({self.name})" if self.name else self.address


def is_private(address: str) -> bool:
    """Whether a listener may be bound to it. Raises ValueError for what is no address."""
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in PRIVATE if network.version == parsed.version)


def require_private(address: str) -> str:
    """The address, if a listener may be bound to it. Raises UsageError."""
    try:
        private = is_private(address)
    except ValueError:
        raise UsageError(f"--address {address}: this is no IP address") from None
    if not private:
        raise UsageError(
            f"nothing listens on {address}: it can be reached from the internet, or it stands for all addresses",
            hint="give --address one that your router or hotspot has given this computer",
        )
    return address


def interfaces() -> tuple[Interface, ...]:
    """The private IPv4 addresses of this computer, in the system's order."""
    import ifaddr

    every = ((adapter.nice_name, ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    found = [Interface(name, ip.ip, ip.network_prefix) for name, ip in every if isinstance(ip.ip, str)]
    return tuple(each for each in found if is_private(each.address))


def default_address() -> str | None:
    """The address by which this computer reaches the world; asking the kernel sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: nobody is there
            return str(probe.getsockname()[0])
        except OSError:
            return None


def likely(found: Iterable[Interface], default: str | None) -> tuple[Interface, ...]:
    """The addresses that may be meant; one alone is beyond doubt.

    The default route decides, unless it leads into a tunnel: no phone of the same Wi-Fi is in there.
    """
    every = tuple(found)
    by_route = tuple(each for each in every if each.address == default)
    if by_route and not by_route[0].aside:
        return by_route[:1]
    return tuple(each for each in every if not each.aside) or by_route
