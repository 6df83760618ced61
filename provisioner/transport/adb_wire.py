"""The adb server's side of the wire: requests, OKAY and FAIL, texts with their length in hexadecimal."""

from __future__ import annotations

import socket

from provisioner.errors import ConnectError

PORT = 5037
LARGEST = 1 << 20
"""Bytes in one answer or packet; adb's own are far below."""


def send(sock: socket.socket, request: str) -> None:
    """Put a request on the wire. Raises ConnectError, like everything here, when the server has gone."""
    body = request.encode()
    put(sock, f"{len(body):04x}".encode() + body)


def put(sock: socket.socket, data: bytes) -> None:
    try:
        sock.sendall(data)
    except OSError as error:
        raise _broken(error) from None


def okay(sock: socket.socket, otherwise: str, kind: str = "adb_refused") -> None:
    """Hear OKAY. Raises ConnectError with ``otherwise`` and what the server gave as the reason."""
    said = exactly(sock, 4)
    if said == b"OKAY":
        return
    if said != b"FAIL":
        raise nonsense(said)
    reason = harmless(text(sock).strip())
    hint = "open Termux on the phone and type: sshd" if kind == "port_closed" else ""
    raise ConnectError(f"{otherwise} (adb: {reason or 'no reason given'})", hint=hint, kind=kind)


def text(sock: socket.socket) -> str:
    """A text behind its length."""
    digits = exactly(sock, 4)
    try:
        length = int(digits, 16)
    except ValueError:
        raise nonsense(digits) from None
    return exactly(sock, length).decode("utf-8", "replace")


def exactly(sock: socket.socket, size: int) -> bytes:
    """The next ``size`` bytes."""
    data = bytearray()
    while len(data) < size:
        try:
            piece = sock.recv(size - len(data))
        except OSError as error:
            raise _broken(error) from None
        if not piece:
            raise _broken(EOFError("it closed the connection"))
        data += piece
    return bytes(data)


def size(announced: int) -> int:
    """A packet's length, if it can be one."""
    if announced > LARGEST:
        raise nonsense(announced.to_bytes(4, "little"))
    return announced


def _broken(error: OSError | EOFError) -> ConnectError:
    why = "it does not answer" if isinstance(error, TimeoutError) else str(error)
    return ConnectError(
        f"the adb server breaks off: {why}",
        hint="is the cable still in? `adb kill-server` and `adb start-server` start it anew",
        kind="adb_broken",
    )


def nonsense(said: bytes) -> ConnectError:
    """What to raise when no adb server could say this."""
    return ConnectError(
        f"what listens there is no adb server: it said {said!r}",
        hint=f"`adb kill-server` and `adb start-server` start one on port {PORT}",
        kind="adb_nonsense",
    )


def harmless(said: str) -> str:
    """Text of the server's or the phone's, for a message: printable characters only."""
    return "".join(c if c.isprintable() else " " for c in said)[:300]
