"""The socket under SSH: quick, counted, and never silently dead. Knows nothing of paramiko.

It goes out and says hello before paramiko is even imported: that import takes as long as two round trips.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

from provisioner.errors import ConnectError
from provisioner.transport import explain
from provisioner.transport.base import Cost
from provisioner.transport.target import Limits, Target

VERSION_LINE = b"SSH-2.0-hello_termux\r\n"

_CHUNK = 1 << 16
_POLL = 0.5
"""How often the reading thread looks at the clock. Nothing waits for it: data and ``close`` wake it at once."""

_BANNER_LIMIT = 8192
_ASKED_FIRST = 0.3
"""Seconds for a peer that we do not know to begin the key exchange by itself."""


def is_known(version: str) -> bool:
    """Is this the version line of a server whose habits we rely on (and tests hold us to)?"""
    return version.startswith(("SSH-2.0-OpenSSH_", "SSH-2.0-dropbear"))


class Stream(Protocol):
    """What a wire needs of a socket; a tunnel's channel has it too."""

    def send(self, data: bytes) -> int: ...
    def recv(self, size: int) -> bytes: ...
    def settimeout(self, seconds: float | None) -> None: ...
    def close(self) -> None: ...


class Wire:
    """A socket for paramiko's ``Transport``: counts turns and bytes into ``cost``, and ends when the peer is dead.

    Reading takes all that the kernel has and hands out what is asked, so that a turn counted here is a change of
    direction on the wire and not an artefact of reading in small pieces.
    """

    def __init__(self, stream: Stream, limits: Limits, cost: Cost) -> None:
        self._stream = stream
        self._limits = limits
        self._cost = cost
        self._buffer = b""
        self._heard = True
        self._unsent_greeting = VERSION_LINE
        self._held: list[bytes] | None = None
        self._closed = False
        self._reading = threading.Lock()
        self._sending = threading.Lock()
        self._last_heard = time.monotonic()
        self._last_ping = 0.0
        self._pinging = 0
        """The thread that asks for a sign of life, while it does."""
        self._first_ping: float | None = None
        self.ping: Callable[[], None] | None = None
        """Asks the peer for an answer; set once logged in. Silence is only judged while it is set."""
        self.died = ""
        """Why the wire ended by itself; empty as long as it did not."""
        with contextlib.suppress(OSError):
            stream.settimeout(_POLL)

    # -- what paramiko calls ------------------------------------------------------------------------------------

    def settimeout(self, seconds: float | None) -> None:
        """Ignored: paramiko asks for 0.1 s to look for ``close``, which wakes this wire by itself."""

    def send(self, data: bytes) -> int:
        if self._unsent_greeting and data.rstrip() == VERSION_LINE.rstrip():
            self._unsent_greeting = b""  # it went out before paramiko was there
            return len(data)
        with self._sending:
            if self._held is None:
                return self._put(data)
            self._held.append(data)
            return len(data)

    def recv(self, size: int) -> bytes:
        """Up to ``size`` bytes; ``b""`` at the end. Raises TimeoutError when nothing came for a moment."""
        if not self._buffer:
            self._buffer = self._get()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def close(self) -> None:
        """End the connection at once. What was sent still arrives."""
        if self._closed:
            return
        self._closed = True
        # Closing a descriptor that another thread waits on neither wakes that thread nor keeps the number from being
        # given to the next socket; shutting down does wake it, and then it closes.
        if isinstance(self._stream, socket.socket):
            with contextlib.suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)
        else:
            with contextlib.suppress(OSError, EOFError):  # a tunnel says goodbye, and may find its own wire dead
                self._stream.close()
        if self._reading.acquire(blocking=False):
            self._stream.close()
            self._reading.release()

    def getpeername(self) -> tuple[str, int]:
        return ("", 0)

    # -- our own --------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Keep what is sent from now on until ``release``, to let it leave as one."""
        with self._sending:
            self._held = self._held or []

    def release(self) -> None:
        """Send what was held. Raises EOFError if the wire is dead."""
        with self._sending:
            held, self._held = self._held, None
            rest = b"".join(held or ())
            while rest:
                rest = rest[self._put(rest) :]

    def greet(self, target: Target) -> str:
        """Say our version line, hear the peer's, and give it back without its line end. Raises ConnectError.

        What was read stays readable. It also waits for the key exchange's first packet, which OpenSSH and dropbear
        send unasked: then our first packet and our half of the exchange leave in one turn (-1 turn, always; the time is
        the same). For any other peer it waits just a moment, in case that one wants to hear ours first.
        """
        try:
            self._put(VERSION_LINE)
        except (OSError, EOFError):
            raise explain.closed_early(target) from None
        line = self._version_line(target, time.monotonic() + self._limits.banner)
        end = time.monotonic() + (self._limits.exchange if is_known(line) else _ASKED_FIRST)
        while not self._has_packet() and time.monotonic() < end and self._more(end):
            pass
        return line

    def _version_line(self, target: Target, deadline: float) -> str:
        start = 0
        while True:
            line, newline, _ = self._buffer[start:].partition(b"\n")
            if newline and line.startswith(b"SSH-"):
                self._buffer = self._buffer[start:]
                return line.rstrip(b"\r").decode("ascii", "backslashreplace")
            if newline:  # RFC 4253 allows other lines before it
                start += len(line) + 1
                if start > _BANNER_LIMIT or b"Not allowed at this time" in line or line.startswith(b"HTTP/"):
                    raise explain.no_ssh(target, self._buffer)
                continue
            if len(self._buffer) - start > 255:
                raise explain.no_ssh(target, self._buffer)
            if not self._more(deadline):
                if self._buffer:
                    raise explain.no_ssh(target, self._buffer)
                if time.monotonic() < deadline:
                    raise explain.closed_early(target)
                raise explain.no_banner(target, self._limits.banner)

    def _more(self, deadline: float) -> bool:
        """Read on; False at the end of the stream or at the deadline."""
        self._stream.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self._get()
        except OSError:  # a timeout is one
            return False
        finally:
            with contextlib.suppress(OSError):
                self._stream.settimeout(_POLL)
        self._buffer += data
        return bool(data)

    def _has_packet(self) -> bool:
        body = self._buffer.partition(b"\n")[2]
        return len(body) >= 4 and len(body) >= 4 + int.from_bytes(body[:4], "big")

    def _put(self, data: bytes) -> int:
        # A question for a sign of life is no turn: nobody waits for its answer. Where the computer is busy the phone is
        # silent for longer, and the count would be another each time.
        if self._heard and threading.get_ident() != self._pinging:
            self._heard = False
            self._cost.turns += 1
        started = time.monotonic()
        while True:
            try:
                count = self._stream.send(data)
            except TimeoutError:
                # The kernel's buffer is full and the peer takes nothing: for as long as silence may last, and no more.
                if self._closed or time.monotonic() - max(started, self._last_heard) > self._limits.dead:
                    self._die("took nothing")
                    raise EOFError from None
                continue
            except OSError:
                if self._closed:
                    raise EOFError from None
                raise
            self._cost.sent += count
            return count

    def _get(self) -> bytes:
        with self._reading:
            try:
                data = b"" if self._closed else self._receive()
            finally:
                if self._closed:  # while we were in here, or by ourselves
                    self._stream.close()
        if data:
            self._heard = True
            self._cost.received += len(data)
            self._last_heard = time.monotonic()
            self._first_ping = None
        return data

    def _receive(self) -> bytes:
        try:
            return self._stream.recv(_CHUNK)
        except TimeoutError:
            if not self._closed:
                self._watch()
                raise
        except OSError:
            if not self._closed:
                raise
        return b""

    def _watch(self) -> None:
        """Ask a silent peer for a sign of life; end the wire if it gives none.

        It judges by questions asked and not answered, not by the clock alone: a laptop that slept is not a dead phone.
        """
        if self.ping is None:
            return
        now = time.monotonic()
        limits = self._limits
        if self._first_ping is not None and now - self._first_ping >= limits.dead - limits.ping:
            self._die(f"has not answered for {now - self._last_heard:.0f} s")
            raise EOFError
        if now - max(self._last_heard, self._last_ping) >= limits.ping:
            self._last_ping = now
            if self._first_ping is None:
                self._first_ping = now
            self._pinging = threading.get_ident()
            try:
                self.ping()
            finally:
                self._pinging = 0

    def _die(self, why: str) -> None:
        self.died = self.died or why
        self.close()


def open_socket(target: Target, limits: Limits) -> socket.socket:
    """A TCP connection to ``target``, trying each of its addresses. Raises ConnectError."""
    deadline = time.monotonic() + limits.connect
    try:
        found = socket.getaddrinfo(target.address, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise explain.unknown_name(target, error) from None
    failure: ConnectError | None = None
    for position, (family, kind, protocol, _, address) in enumerate(found):
        left = deadline - time.monotonic()
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as error:
            failure = failure or explain.unreachable(target, error, limits.connect)
            continue
        try:
            sock.settimeout(max(0.05, left / (len(found) - position)))
            sock.connect(address)
            # Small packets must not wait for the acknowledgement of the ones before: 15 to 30 ms of a plan.
            with contextlib.suppress(OSError):  # a peer that is gone again is noticed by who speaks to it
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failure = failure or explain.unreachable(target, error, limits.connect)
            continue
        return sock
    raise failure or explain.unknown_name(target, OSError("no address"))
