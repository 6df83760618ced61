"""One ``sh -s`` at the other end of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.transport import explain

if TYPE_CHECKING:
    from provisioner.transport.channel import ShellChannel
    from provisioner.transport.ssh import SSHTransport

_PIECE = 1 << 15
_MOST = 1 << 20


class SSHShell:
    """The phone's ``sh -s`` (``base.Shell``). One thread may send while another receives."""

    def __init__(self, transport: SSHTransport, channel: ShellChannel) -> None:
        self._transport = transport
        self._channel = channel
        self._on_trust = b""
        """What was sent before the server had confirmed the channel, to be said again if we were mistaken about it."""

    @property
    def credit(self) -> int:
        """How many bytes can be sent at once, without waiting for the phone."""
        return max(0, self._channel.out_window_size)

    def send(self, data: bytes) -> None:
        """Put ``data`` on standard input; returns when it is on its way. Raises ConnectionLost.

        A shell that has ended takes nothing any more: that is no error here, ``receive`` tells it.
        """
        channel = self._channel
        if channel.eager and (channel.mistaken or not channel.settled.is_set()):
            self._on_trust += data
        if len(data) > self.credit:
            self._transport.speak()
        rest = memoryview(data)
        while rest:
            try:
                count = channel.send(bytes(rest[:_PIECE]))
            except (OSError, EOFError):  # it is closed, or the connection is
                count = 0
            if not count:
                break
            rest = rest[count:]
        self._transport.speak()
        if channel.mistaken:
            self._begin_again()
        elif channel.cut and not self._ended:
            raise self._transport.lost()

    def receive(self, timeout: float) -> bytes:
        """The next output; ``b""`` once the shell has ended. Raises TimeoutError, ConnectionLost, and ConnectError if
        the phone would not start it."""
        channel = self._channel
        self._transport.speak()
        try:
            data = channel.take(_MOST, timeout)
        except EOFError:  # the connection broke while we told the phone that there is room again
            raise self._transport.lost() from None
        if data:
            self._on_trust = b""
            return data
        if channel.mistaken:
            self._begin_again()
            return self.receive(timeout)
        if channel.refused:
            raise explain.no_shell(self._transport.target, channel)
        if not self._ended:
            raise self._transport.lost()
        return b""

    @property
    def _ended(self) -> bool:
        """The shell itself has ended, not just the link to it."""
        channel = self._channel
        return bool(channel.eof_received) or channel.exit_status != -1 or (channel.closed and not channel.cut)

    def _begin_again(self) -> None:
        said, self._on_trust = self._on_trust, b""
        self._channel = self._transport.reopen()
        self.send(said)

    def exit_status(self, timeout: float) -> int:
        """The status that the shell ended with; -1 if it is not known within ``timeout`` seconds."""
        self._channel.status_event.wait(timeout)
        return self._channel.exit_status

    def close(self) -> None:
        """End the shell; never waits, never raises."""
        try:
            self._channel.close()
        except (OSError, EOFError):
            return
