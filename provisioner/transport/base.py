"""What the rest of the program knows of a connection: one shell to talk to, tunnels, and what it cost."""

from __future__ import annotations

from typing import Protocol

from provisioner.lean_dataclass import dataclass


@dataclass(slots=True)
class Cost:
    """What a session has cost so far. ``turns``: how often we spoke after having heard, from the first byte on, but
    for the questions for a sign of life in a long silence; bytes are those of the TCP stream where the transport has
    one."""

    connections: int = 0
    execs: int = 0
    turns: int = 0
    sent: int = 0
    received: int = 0


class Shell(Protocol):
    """``$PREFIX/bin/sh -s`` on the phone, standard error joined to standard output. One exec."""

    def send(self, data: bytes) -> None:
        """Put ``data`` on the shell's standard input; returns when it is on its way. Raises ConnectionLost."""

    def receive(self, timeout: float) -> bytes:
        """The next bytes of output, at least one; ``b""`` once the shell has ended.

        Raises TimeoutError after ``timeout`` seconds without a byte (the link is alive), ConnectionLost when the link
        is dead, which is known within 15 s.
        """

    def close(self) -> None:
        """End the shell; never waits, never raises."""


class Tunnel(Protocol):
    """A byte stream to a port on the phone, through the connection."""

    def sendall(self, data: bytes) -> None: ...

    def recv(self, size: int) -> bytes: ...

    def settimeout(self, seconds: float | None) -> None: ...

    def shutdown(self, how: int) -> None: ...

    def close(self) -> None: ...


class Transport(Protocol):
    """An open, authenticated connection to one phone whose host key is the pinned one."""

    @property
    def cost(self) -> Cost: ...

    @property
    def device(self) -> str:
        """The phone's identity: its host key's fingerprint, ``SHA256:...``."""

    @property
    def server(self) -> str:
        """The peer's version line (``SSH-2.0-OpenSSH_10.5``)."""

    @property
    def login_key(self) -> str:
        """The public key that let us in, as ``authorized_keys`` has it: base64, without type and comment."""

    def shell(self) -> Shell:
        """Start one shell (one exec)."""

    def tunnel(self, port: int, host: str = "127.0.0.1") -> Tunnel:
        """Reach ``host:port`` as seen from the phone. Raises ConnectError when nothing listens there."""

    def prove_login(self, port: int | None = None, timeout: float = 15) -> None:
        """Log in a second time beside this connection (through a tunnel to the phone's own ``port`` if one is given),
        with the same key and the same pinned host key, and run ``true``. Raises ConnectError if that fails."""

    def close(self) -> None:
        """End the connection; never waits, never raises."""
