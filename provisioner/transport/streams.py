"""A command on the phone with its three streams apart, for what is handed through and not looked into."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from paramiko.common import cMSG_CHANNEL_REQUEST
from paramiko.message import Message
from paramiko.ssh_exception import SSHException

from provisioner.errors import ConnectError
from provisioner.transport import explain

if TYPE_CHECKING:
    import paramiko

    from provisioner.transport.session import Session
    from provisioner.transport.ssh import SSHTransport

Sink = Callable[[bytes], object]

_PIECE = 1 << 15
_GONE = (OSError, EOFError)
"""What paramiko raises where the channel or the connection has ended."""


class Streams:
    """The phone's ``sh -s``, running. One thread may send while another one receives. One exec."""

    def __init__(self, transport: SSHTransport, channel: paramiko.Channel) -> None:
        self._transport = transport
        self._channel = channel

    def send(self, data: bytes) -> None:
        """Put ``data`` on standard input; waits while the phone is busy. What has ended takes nothing, silently."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._channel.send(bytes(rest[:_PIECE])) :]
        except _GONE:  # ``status`` tells why
            return

    def end_input(self) -> None:
        """Nothing more will be sent."""
        with contextlib.suppress(*_GONE):
            self._channel.shutdown_write()

    @property
    def ended(self) -> bool:
        """The command has ended, or the link to it: nobody takes what would be sent."""
        return bool(self._channel.closed or self._channel.eof_received)

    def receive(self, size: int = _PIECE) -> bytes:
        """The next output; ``b""`` once there is no more."""
        return self._channel.recv(size)

    def listen_aside(self, err: Sink) -> threading.Thread:
        """Hand on the second output as it comes, on a thread that ends with it."""
        aside = threading.Thread(target=self._pour, args=(self._channel.recv_stderr, err), daemon=True)
        aside.start()
        return aside

    def status(self, killed: int | None = None) -> int:
        """The exit status of what has ended; ``killed`` if a signal ended the shell itself, which then tells none.

        Raises ConnectionLost if the link ended first.
        """
        self._channel.status_event.wait(self._transport.limits.channel)
        status = self._channel.exit_status
        if status >= 0:
            return status
        if killed is None or not self._channel.eof_received:  # sshd says so before it closes a channel
            raise explain.lost(self._transport.session.wire.died)
        return killed

    def signal(self, name: str) -> None:
        """Have ``INT`` or the like sent to the command; sshd does that for its own children, dropbear too.

        What has ended hears nothing, silently.
        """
        request = Message()
        request.add_byte(cMSG_CHANNEL_REQUEST)
        request.add_int(cast(Any, self._channel).remote_chanid)
        request.add_string("signal")
        request.add_boolean(False)
        request.add_string(name)
        with contextlib.suppress(*_GONE):
            cast("Session", self._channel.transport).put(request)

    def close(self) -> None:
        """Never waits, never raises."""
        with contextlib.suppress(*_GONE):
            self._channel.close()

    def _pour(self, read: Callable[[int], bytes], sink: Sink) -> None:
        while data := read(_PIECE):
            sink(data)


def start(transport: SSHTransport) -> Streams:
    """Start the phone's shell. Raises ConnectError, ConnectionLost."""
    session = transport.session
    try:
        channel = session.open_channel("session", timeout=transport.limits.channel)
        channel.exec_command(transport.target.command)
    except (SSHException, EOFError, OSError) as error:
        if session.dead:
            raise explain.lost(session.wire.died) from None
        said = explain.harmless(str(error)) or "it opens no session"
        raise ConnectError(f"logged in to {transport.target}, but it runs no command: {said}") from None
    transport.cost.execs += 1
    return Streams(transport, channel)
