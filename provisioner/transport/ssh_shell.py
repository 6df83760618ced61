"""One ``sh -s`` at the other end of a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.transport import explain

if TYPE_CHECKING:
    from provisioner.transport.session import ShellChannel
    from provisioner.transport.ssh import SSHTransport


class SSHShell:
    """The phone's ``sh -s`` (``base.Shell``). One thread may send while another receives."""

    def __init__(self, transport: SSHTransport, channel: ShellChannel) -> None:
        self._transport = transport
        self._channel = channel
        self._sent = b""
        """What was sent on trust and would have to be said again."""

    def send(self, data: bytes) -> None:
        """Put ``data`` on standard input; returns when it is on its way. Raises ConnectionLost.

        A shell that has ended takes nothing any more: that is no error here, ``receive`` tells it.
        """
        channel = self._channel
        if channel.eager and not channel.settled.is_set():
            self._sent += data
        rest = memoryview(data)
        while rest:
            try:
                count = self._channel.send(bytes(rest[: 1 << 15]))
            except OSError:
                count = 0
            if not count:
                if self._transport.dead:
                    raise self._transport.lost()
                return
            rest = rest[count:]
        if self._transport.dead and not self._ended:
            raise self._transport.lost()

    def receive(self, timeout: float) -> bytes:
        """The next output; ``b""`` once the shell has ended. Raises TimeoutError, ConnectionLost."""
        while True:
            self._channel.settimeout(timeout)
            try:
                data = self._channel.recv(1 << 20)
            except TimeoutError:
                raise TimeoutError(f"no output for {timeout:g} s") from None
            if data:
                self._sent = b""
                return data
            if not self._channel.mistaken:
                break
            self._channel = self._transport.reopen()
            self.send(self._sent)
        if self._channel.refused:
            raise explain.no_shell(self._transport.target, self._channel)
        if not self._ended:
            raise self._transport.lost()
        return b""

    @property
    def _ended(self) -> bool:
        """The shell itself has ended, not just the link to it."""
        channel = self._channel
        return bool(channel.eof_received) or (channel.exit_status_ready() and channel.exit_status != -1)

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
