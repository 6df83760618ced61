"""paramiko's ``Transport`` made to waste no turns. What leaves paramiko's public interface is here and nowhere else.

A turn costs a round trip, and ``SSHClient`` spends ten of them until a command's first output. These are the savings;
each keeps to what RFC 4252-4254 let a client do, and names what happens where a server does not go along.
"""

from __future__ import annotations

import logging
import threading
from typing import Any, ClassVar, cast

from paramiko.auth_handler import AuthHandler
from paramiko.channel import Channel
from paramiko.common import (
    MSG_CHANNEL_CLOSE,
    MSG_CHANNEL_FAILURE,
    MSG_CHANNEL_WINDOW_ADJUST,
    cMSG_CHANNEL_OPEN,
    cMSG_GLOBAL_REQUEST,
    cMSG_SERVICE_REQUEST,
    cMSG_USERAUTH_REQUEST,
)
from paramiko.message import Message
from paramiko.transport import Transport

from provisioner.transport.channel import ShellChannel
from provisioner.transport.keys import Signer
from provisioner.transport.wire import VERSION_LINE, Wire

# What paramiko logs, its exceptions say too; without a handler Python would print it between our lines.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

# Short lists make a short first packet (0.5 kB instead of 1.1). curve25519 and nistp256 take 7 ms of CPU, group16 80;
# the post-quantum exchange is left behind them because its share alone is 1.2 kB.
KEX = (
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "mlkem768x25519-sha256",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group14-sha256",
)
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
MACS = (
    "hmac-sha2-256",
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha2-512",
    "hmac-sha1",
)

WINDOW = 32 << 20
"""What the phone may send unread. It is large so that a phone that talks while we send can never block us both;
it makes nothing quicker."""


class Session(Transport):
    """An SSH connection over a wire that has already exchanged version lines."""

    # paramiko's own table names the functions of its Channel, so that a subclass would never be asked.
    _channel_handler_table: ClassVar[dict[int, Any]] = {
        **cast(Any, Transport)._channel_handler_table,
        MSG_CHANNEL_WINDOW_ADJUST: lambda channel, message: channel._window_adjust(message),
        MSG_CHANNEL_FAILURE: lambda channel, message: channel._request_failed(message),
        MSG_CHANNEL_CLOSE: lambda channel, message: channel._handle_close(message),
    }

    def __init__(self, wire: Wire, version: str, host_key_types: tuple[str, ...]) -> None:
        super().__init__(cast(Any, wire), default_window_size=WINDOW)
        self.wire = wire
        self.local_version = VERSION_LINE.decode().strip()
        self.remote_version = version
        self.handshake = threading.Event()
        self.allowed: tuple[str, ...] = ()
        """The ways to log in that the server named when it refused ours."""
        self.login_done = threading.Event()
        self.handshake_timeout = 3600.0  # how long to wait is decided by those who wait
        self._fresh = True
        self._late: list[Message] = []
        options = self.get_security_options()
        options.kex = [name for name in KEX if name in options.kex]
        options.ciphers = [name for name in CIPHERS if name in options.ciphers]
        options.digests = [name for name in MACS if name in options.digests]
        options.key_types = host_key_types

    @property
    def dead(self) -> bool:
        return not self.is_active()

    # -- login ----------------------------------------------------------------------------------------------------

    def request_login(self, user: str, signer: Signer) -> None:
        """Ask for the authentication service and log in with it at once, without hearing that it is there (-1 turn).

        Nor is there a ``none`` request to learn the methods, nor a question whether the key would do (-2 turns; the
        OpenSSH client does both). Every server has the service, and answers the requests in order; one that does not
        take the key says so in its answer, just one step later.
        """
        service = Message()
        service.add_byte(cMSG_SERVICE_REQUEST)
        service.add_string("ssh-userauth")
        algorithm = self._algorithm(signer)
        request = Message()
        request.add_byte(cMSG_USERAUTH_REQUEST)
        for word in (user, "ssh-connection", "publickey"):
            request.add_string(word)
        request.add_boolean(True)
        request.add_string(algorithm)
        request.add_string(signer.blob)
        signed = Message()
        signed.add_string(cast(Any, self).session_id)
        request.add_string(signer.sign(signed.asbytes() + request.asbytes(), algorithm))
        self.auth_handler = _Login(self, user)
        self._put(service)
        self._put(request)

    def speak(self) -> None:
        """Let everything leave that was held back. Who waits for the answer notices a dead wire."""
        try:
            self.wire.release()
        except (OSError, EOFError):
            self.wire.close()
        if self.dead:  # since before there was anybody to tell
            self.login_done.set()

    def _algorithm(self, signer: Signer) -> str:
        """The signature to make: what the server said it takes, if it has said so by now (only RSA has a choice)."""
        named = cast(Any, self).server_extensions.get("server-sig-algs", b"")
        accepted = (named.decode("ascii", "replace") if isinstance(named, bytes) else named).split(",")
        return next((name for name in signer.algorithms if name in accepted), signer.algorithms[0])

    # -- shells -----------------------------------------------------------------------------------------------------

    def open_shell(self, command: str, *, eager: bool) -> ShellChannel:
        """Open a channel and run ``command`` in it, without waiting for either (-2 turns).

        With ``eager`` even the exec request and the first input leave before the server has told the channel's number:
        OpenSSH and dropbear give 0 to the first one of a connection. Where it turns out to be another, nothing was run,
        ``ShellChannel.mistaken`` is true, and the caller must connect again without ``eager``. Otherwise call
        ``ShellChannel.begin`` once ``settled`` is set.
        """
        eager = eager and self._fresh
        self._fresh = False
        if eager:
            self.wire.hold()  # until there is input, or somebody listens: these three leave as one
        else:
            self.speak()
        self._flush_late()
        internal = cast(Any, self)
        with internal.lock:
            number: int = internal._next_channel()
            request = Message()
            request.add_byte(cMSG_CHANNEL_OPEN)
            request.add_string("session")
            for value in (number, WINDOW, 1 << 15):
                request.add_int(value)
            channel = ShellChannel(number, eager)
            internal._channels.put(number, channel)
            internal.channel_events[number] = channel.settled
            internal.channels_seen[number] = True
            channel.set_combine_stderr(True)
            cast(Any, channel)._set_transport(self)
            cast(Any, channel)._set_window(WINDOW, 1 << 15)
        self.put(request)
        channel.command = command
        if eager:
            channel.begin()
        return channel

    def open_channel(self, *args: Any, **options: Any) -> Channel:
        self._fresh = False
        self.speak()
        self._flush_late()
        return super().open_channel(*args, **options)

    def answer_late(self, messages: list[Message]) -> None:
        """Keep the answer to a channel's close until we speak anyway: mostly never, as we hang up (-1 turn, always;
        nobody waits for it)."""
        self._late += messages

    def _flush_late(self) -> None:
        late, self._late = self._late, []
        for message in late:
            self.put(message)

    # -- sign of life -----------------------------------------------------------------------------------------------

    def ping(self) -> None:
        """Ask for an answer; whatever comes counts. paramiko's own keepalive asks for none, and nobody counts it.

        Called on the thread that reads, which must not wait for a key exchange that it would itself complete.
        """
        if not self.clear_to_send.is_set():
            return
        request = Message()
        request.add_byte(cMSG_GLOBAL_REQUEST)
        request.add_string("keepalive@openssh.com")
        request.add_boolean(True)
        self.put(request)
        self.speak()

    # -- paramiko's insides -------------------------------------------------------------------------------------------

    def put(self, message: Message) -> None:
        """Send a message; waits while keys are being exchanged anew."""
        cast(Any, self)._send_user_message(message)

    def _put(self, message: Message) -> None:
        cast(Any, self)._send_message(message)

    def _activate_outbound(self) -> None:
        """Keep our "new keys" back until the login follows it: both leave in one packet, and what the server says on
        hearing the first can not come between (-1 turn, always; the time is the same). Only the first time: later
        exchanges must not wait."""
        if not self.handshake.is_set():
            self.wire.hold()
        cast(Any, super())._activate_outbound()

    def _parse_channel_open_failure(self, message: Message) -> None:
        number = message.get_int()
        reason = message.get_int()
        message.rewind()
        channel = cast(Any, self)._channels.get(number)
        cast(Any, super())._parse_channel_open_failure(message)
        if isinstance(channel, ShellChannel):
            channel.refused = f"it opens no session (reason {reason})"
            cast(Any, channel)._set_closed()


class _Login(AuthHandler):
    """Hears the answer to a login request that has already been sent."""

    def __init__(self, session: Session, user: str) -> None:
        super().__init__(session)
        internal = cast(Any, self)
        internal.username = user
        internal.auth_method = "publickey"
        internal.auth_event = session.login_done
        self._session = session

    def _parse_service_accept(self, message: Message) -> None:
        """What paramiko would send now is already on its way."""

    def _parse_userauth_failure(self, message: Message) -> None:
        self._session.allowed = tuple(message.get_list())
        message.rewind()
        cast(Any, super())._parse_userauth_failure(message)
