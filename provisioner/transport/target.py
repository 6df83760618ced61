"""Who to talk to and how long to wait: plain values, made by ``inventory`` without paramiko."""

from __future__ import annotations

from pathlib import Path

from provisioner.lean_dataclass import dataclass, field
from provisioner.remote_path import PREFIX

PORT = 8022
"""Termux's sshd listens here; it cannot have a port below 1024."""

CABLE = "usb:"
"""What ``-H`` has before the name of a phone that is on the cable."""

LOGIN_NAME = "termux"
"""Any name will do: Termux's sshd takes the app's own user whatever the client says (termux.md §4.2)."""

SHELL = f"{PREFIX}/bin/sh -s"
"""One absolute path and plain words, so that no login shell can misread it."""


@dataclass(frozen=True, slots=True)
class Target:
    """One phone: where it is, which key opens it, which host key it must show.

    ``pins`` are the host keys that count as known, as ``"ssh-ed25519 AAAA..."``; empty means that the phone was never
    met. ``pinned_in`` names the file they come from. ``identity`` is the one private key that is offered; ``None``
    means the first of the usual ones in ``~/.ssh``.
    """

    name: str
    address: str
    port: int = PORT
    identity: Path | None = None
    pins: tuple[str, ...] = ()
    pinned_in: str = ""
    jump: tuple[Target, ...] = ()
    """The hosts on the way (ProxyJump), nearest first."""
    user: str = LOGIN_NAME
    command: str = SHELL
    alias: str = ""
    """The Host of ``~/.ssh/config`` that it was found by."""
    cable: str = ""
    """The serial number by which adb knows it, if it is reached through a cable; ``address`` means nothing then."""

    @property
    def place(self) -> str:
        """``address:port`` as people write it: ``192.168.1.7:8022``, ``[fe80::1%wlan0]:8022``; ``usb SERIAL``."""
        if self.cable:
            return f"usb {self.cable}"
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def __str__(self) -> str:
        return self.place if self.name in (self.address, self.place, "") else f"{self.name} ({self.place})"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, in seconds, for each thing that may never come."""

    connect: float = 10.0
    """TCP, name lookup included."""
    banner: float = 10.0
    """From TCP to the peer's version line: a dozing phone accepts and says nothing."""
    exchange: float = 15.0
    login: float = 20.0
    channel: float = 15.0
    ping: float = 4.0
    """Silence after which we ask for a sign of life, again and again."""
    dead: float = 14.0
    """Silence after which a peer that was asked counts as dead; the rule is 15 s, and noticing takes up to one more."""

    @classmethod
    def of(cls, seconds: float) -> Limits:
        """Limits for ``--timeout SECONDS``: it bounds connecting; the rule about silent peers holds unchanged."""
        return cls(connect=seconds, banner=seconds, exchange=seconds, login=max(seconds, 5.0), channel=seconds)


@dataclass(frozen=True, slots=True)
class Address:
    """What follows ``-H``: a host and perhaps a port."""

    host: str
    port: int | None = field(default=None)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``host``, ``host:port``, ``[v6]:port`` or a bare IPv6 address, zone included.

        Raises ValueError, with a sentence, for an empty host, a user name or a port outside 1..65535.
        """
        if any(c.isspace() or ord(c) < 32 for c in text):
            raise ValueError(f"{text!r} is no address: it holds a space")
        scheme, slashes, _ = text.partition("://")
        if slashes:
            raise ValueError(f"{text} is no address: leave out {scheme}://")
        if "@" in text:
            raise ValueError(f"{text} names a user: leave out {text.partition('@')[0]}@, Termux ignores it")
        if text.startswith("["):
            host, bracket, rest = text[1:].partition("]")
            if not bracket or (rest and not rest.startswith(":")):
                raise ValueError(f"{text} is no address: write [ADDRESS]:PORT")
            if not _is_v6(host):
                raise ValueError(f"{host or 'nothing'} between the brackets is no IPv6 address")
            return cls(host, _port(rest[1:]) if rest else None)
        if _is_v6(text):
            return cls(text)
        host, colon, port = text.partition(":")
        if not host or host.startswith("-"):
            raise ValueError(f"{text or 'an empty text'} is no address: write NAME or ADDRESS[:PORT]")
        if ":" in port:
            raise ValueError(f"{text} is no address: an IPv6 address with a port is written [ADDRESS]:PORT")
        return cls(host, _port(port) if colon else None)


def _is_v6(text: str) -> bool:
    if text.count(":") < 2:
        return False
    import ipaddress  # 1 ms before a plan's first packet

    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text[:9]) < 65536:
        raise ValueError(f"{text or 'nothing'} is no port: it must be a number from 1 to 65535")
    return int(text)
