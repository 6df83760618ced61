"""A channel that runs one command, and does not wait to be told that it may."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any, cast

from paramiko.buffered_pipe import PipeTimeout
from paramiko.channel import Channel
from paramiko.common import cMSG_CHANNEL_REQUEST, cMSG_CHANNEL_WINDOW_ADJUST
from paramiko.message import Message

if TYPE_CHECKING:
    from provisioner.transport.session import Session

TRUSTED_CREDIT = 1 << 14
"""Bytes that a shell's standard input may get before the server has announced a window: below dropbear's 24 kB and
OpenSSH's 2 MB, both of which they have the moment they process the exec request that goes before."""


class ShellChannel(Channel):
    """A channel that runs one command; it can be written to before the server has confirmed it."""

    def __init__(self, number: int, eager: bool) -> None:
        super().__init__(number)
        self.eager = eager
        self.command = ""
        self.settled = threading.Event()
        """The server has answered the request to open it, or the connection has ended."""
        self.mistaken = False
        """We spoke to a channel number that was not ours."""
        self.refused = ""
        self.cut = False
        """The connection ended, and the channel with it."""
        self._debt = TRUSTED_CREDIT if eager else 0
        if eager:
            internal = cast(Any, self)
            internal.out_window_size = TRUSTED_CREDIT
            internal.out_max_packet_size = 1 << 15

    def begin(self) -> None:
        """Ask for the command to be run. Its answer is heard later: a refusal closes the channel."""
        request = Message()
        request.add_byte(cMSG_CHANNEL_REQUEST)
        request.add_int(cast(Any, self).remote_chanid)
        request.add_string("exec")
        request.add_boolean(True)
        request.add_string(self.command)
        cast("Session", self.transport).put(request)

    def take(self, size: int, timeout: float) -> bytes:
        """``recv`` with a time limit of its own: that of paramiko would also cut short a ``send`` on another thread."""
        internal = cast(Any, self)
        try:
            data: bytes = internal.in_buffer.read(size, timeout)
        except PipeTimeout:
            raise TimeoutError(f"no output for {timeout:g} s") from None
        freed = internal._check_add_window(len(data))
        if freed:
            more = Message()
            more.add_byte(cMSG_CHANNEL_WINDOW_ADJUST)
            more.add_int(internal.remote_chanid)
            more.add_int(freed)
            with contextlib.suppress(EOFError, OSError):  # the wire has died; what was read is good, and the last
                cast("Session", self.transport).put(more)
        return data

    def _set_remote_channel(self, number: int, window: int, packet: int) -> None:
        internal = cast(Any, self)
        with internal.lock:
            if self.eager and number != internal.remote_chanid:
                self.mistaken = True
                internal._set_closed()
                return
            credit = internal.out_window_size
            cast(Any, super())._set_remote_channel(number, 0, packet)
            internal.out_window_size = credit + self._repay(window)
            internal.out_buffer_cv.notify_all()

    def _window_adjust(self, message: Message) -> None:
        granted = Message()
        granted.add_int(self._repay(message.get_int()))
        granted.rewind()
        cast(Any, super())._window_adjust(granted)

    def _repay(self, granted: int) -> int:
        """What is left of a granted window once the credit that was taken on trust is paid back."""
        paid = min(self._debt, granted)
        self._debt -= paid
        return granted - paid

    def _unlink(self) -> None:
        # paramiko calls this for every channel before it admits that the connection is dead.
        self.cut = True
        cast(Any, super())._unlink()

    def _request_failed(self, message: Message) -> None:
        self.refused = "it does not run commands"
        cast(Any, super())._request_failed(message)

    def _handle_close(self, message: Message) -> None:
        internal = cast(Any, self)
        with internal.lock:
            farewell = [m for m in internal._close_internal() if m is not None]
            internal.transport._unlink_channel(internal.chanid)
        cast("Session", self.transport).answer_late(farewell)
