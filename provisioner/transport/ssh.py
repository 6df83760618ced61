"""A connection to a phone over SSH, in as few turns as the protocol allows.

fabric's ``Connection`` is not used to open it: it would cost ten turns where four do, install ``AutoAddPolicy``, and
could only start once paramiko is imported. ``adopt`` (``fabric_bridge.py``) puts a fabric ``Connection`` on top of one
of ours, for fabfiles.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, cast

from provisioner.errors import ConnectError, HostKeyError, ProvisionerError
from provisioner.transport import explain, hostkeys, keys
from provisioner.transport.base import Cost, Tunnel
from provisioner.transport.hostkeys import HostKey, Trust
from provisioner.transport.target import Limits, Target
from provisioner.transport.wire import Stream, Wire, open_socket

if TYPE_CHECKING:
    from provisioner.transport.session import Session, ShellChannel

NOBODY = Trust()


class Dialling:
    """A connection under way, up to the point where the host key is known. Nothing has been asked or told yet.

    Start it early and parse the playbook meanwhile: TCP, both version lines and the key exchange take three round
    trips, and the import of paramiko as long again; here both happen at once.
    """

    def __init__(self, target: Target, trust: Trust, limits: Limits, stream: Stream | None = None) -> None:
        self.target = target
        self.limits = limits
        self.cost = Cost()
        self._types = hostkeys.algorithms(target, trust)
        self._stream = stream
        self._wire: Wire | None = None
        self._session: Session | None = None
        self._error: BaseException | None = None
        self._done = threading.Event()
        threading.Thread(target=_load, daemon=True).start()
        threading.Thread(target=self._run, name=f"dial {target.place}", daemon=True).start()

    def result(self) -> Session:
        """The session, with its host key still to be judged. Raises ConnectError, HostKeyError."""
        limits = self.limits
        if not self._done.wait(limits.connect + limits.banner + limits.exchange + 1):
            self.abandon()
            raise explain.timed_out(self.target, limits.connect)
        if self._error is not None:
            raise self._error
        return cast("Session", self._session)

    def abandon(self) -> None:
        """Hang up; never waits, never raises."""
        if self._wire is not None:
            self._wire.close()

    def _run(self) -> None:
        try:
            self._session = self._dial()
        except BaseException as error:  # it is raised again by ``result``, on the caller's thread
            self._error = error
            self.abandon()
        finally:
            self._done.set()

    def _dial(self) -> Session:
        stream = self._stream or cast(Stream, open_socket(self.target, self.limits))
        self._wire = Wire(stream, self.limits, self.cost)
        self.cost.connections += 1
        try:
            version = self._wire.greet()
        except OSError:
            raise explain.closed_early() from None
        from provisioner.transport.session import Session

        session = Session(self._wire, version, self._types)
        session.start_client(event=session.handshake)
        finished = session.handshake.wait(self.limits.exchange)
        if finished and session.is_active():
            return session
        raise explain.exchange_failed(self.target, session.get_exception() if finished else None, version, self._types)


def _load() -> None:
    """Import paramiko (0.16 s) on a thread of its own, while packets travel."""
    import provisioner.transport.session  # noqa: F401


def dial(target: Target, *, trust: Trust = NOBODY, limits: Limits | None = None) -> Dialling:
    """Begin to connect, in the background. Hand the result to ``connect``."""
    limits = limits or Limits()
    if not target.jump:
        return Dialling(target, trust, limits)
    return Dialling(target, trust, limits)


def connect(
    target: Target,
    *,
    trust: Trust = NOBODY,
    ask_passphrase: keys.AskPassphrase | None = None,
    limits: Limits | None = None,
    dialling: Dialling | None = None,
    opening: bytes = b"",
) -> SSHTransport:
    """Reach ``target``, check its host key, and log in with the one key.

    ``opening`` is the beginning of what the first ``shell`` will be sent: it leaves together with the login, so that
    its answer comes one turn earlier (an sshd that refuses the login never sees a shell, nor the text in it).
    Raises ConnectError, and HostKeyError before anything is sent if the host key is neither pinned nor vouched for by
    ``trust``. Every wait is limited by ``limits``.
    """
    limits = limits or Limits()
    dialling = dialling or dial(target, trust=trust, limits=limits)
    try:
        file = keys.find(target.identity)  # while packets travel
        session = dialling.result()
        host_key = HostKey.of(session.get_remote_server_key().asbytes())
        hostkeys.check(target, host_key, trust)
        signer = keys.open_key(file, ask_passphrase)
        transport = SSHTransport(target, limits, dialling.cost, session, host_key, signer)
        transport.log_in(opening)
    except BaseException:
        dialling.abandon()
        raise
    return transport


class SSHTransport:
    """An open, authenticated connection to one phone (``base.Transport``)."""

    def __init__(
        self, target: Target, limits: Limits, cost: Cost, session: Session, host_key: HostKey, signer: keys.Signer
    ) -> None:
        self.target = target
        self.host_key = host_key
        """The key that the phone has shown; pin ``host_key.line``."""
        self._limits = limits
        self._cost = cost
        self._session = session
        self._signer = signer
        self._waiting: SSHShell | None = None

    @property
    def cost(self) -> Cost:
        return self._cost

    @property
    def device(self) -> str:
        return self.host_key.fingerprint

    @property
    def server(self) -> str:
        return self._session.remote_version

    def log_in(self, opening: bytes = b"") -> None:
        """Log in on a session whose host key was checked. Raises ConnectError."""
        session = self._session
        session.request_login(self.target.user, self._signer)
        if opening and self._guessable:
            # The channel is opened behind the login request, before its answer (-1 turn): sshd handles messages in
            # order. An sshd that refuses the login answers "unimplemented" to the rest, and we report the refusal.
            self._waiting = self._start_shell()
            self._waiting.send(opening)
        session.wire.release()
        finished = session.login_done.wait(self._limits.login)
        if not session.is_authenticated():
            raise explain.login_failed(self.target, session, finished, self._limits.login)
        session.wire.ping = session.ping
        if opening and self._waiting is None:
            self._waiting = self._start_shell()
            self._waiting.send(opening)

    @property
    def _guessable(self) -> bool:
        return self.server.startswith(("SSH-2.0-OpenSSH_", "SSH-2.0-dropbear"))

    def shell(self) -> SSHShell:
        """Start one shell (one exec); the first is the one that ``opening`` was sent to. Raises ConnectError."""
        shell, self._waiting = self._waiting, None
        return shell or self._start_shell()

    def _start_shell(self) -> SSHShell:
        shell = SSHShell(self, self._open(eager=self._guessable))
        self._cost.execs += 1
        return shell

    def _open(self, eager: bool) -> ShellChannel:
        session = self._session
        if session.dead:
            raise explain.lost(session.wire.died)
        channel = session.open_shell(self.target.command, eager=eager)
        if not channel.eager:
            if not channel.settled.wait(self._limits.channel):
                raise ConnectError(f"{self.target} does not open a session", hint=explain.WAKE)
            if channel.refused or channel.closed:
                raise explain.lost(session.wire.died) if session.dead else explain.no_shell(self.target, channel)
            channel.begin()
        return channel

    def tunnel(self, port: int, host: str = "127.0.0.1") -> Tunnel:
        """Reach ``host:port`` as seen from the phone. Raises ConnectError when nothing listens there."""
        from paramiko.ssh_exception import SSHException

        session = self._session
        try:
            channel = session.open_channel(
                "direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=self._limits.channel
            )
        except (SSHException, EOFError, OSError) as error:
            if session.dead:
                raise explain.lost(session.wire.died) from None
            raise explain.no_tunnel(self.target, host, port, error) from None
        return cast(Tunnel, channel)

    def prove_login(self, port: int | None = None, timeout: float = 15) -> None:
        """Log in a second time beside this connection and run nothing but ``exit 0``. Raises ConnectError."""
        limits = Limits.of(timeout)
        stream = cast(Stream, self.tunnel(port)) if port is not None else None
        target = _with_pin(self.target, self.host_key)
        dialling = Dialling(target, NOBODY, limits, stream)
        try:
            session = dialling.result()
            key = HostKey.of(session.get_remote_server_key().asbytes())
            hostkeys.check(target, key, NOBODY)
            other = SSHTransport(target, limits, dialling.cost, session, key, self._signer)
            other.log_in(b"exit 0\n")
            other.expect_end(timeout)
        except HostKeyError as error:
            raise ConnectError(f"the second login met another host key: {error.summary}", hint=error.hint) from None
        finally:
            dialling.abandon()
            self._cost.connections += dialling.cost.connections
            self._cost.execs += dialling.cost.execs

    def expect_end(self, timeout: float) -> None:
        """Wait until the first shell has ended with status 0. Raises ConnectError."""
        shell = self.shell()
        deadline = time.monotonic() + timeout
        try:
            while shell.receive(max(0.001, deadline - time.monotonic())):
                pass
        except TimeoutError:
            raise ConnectError(f"logged in to {self.target}, but its shell does nothing") from None
        if shell.exit_status(max(0.001, deadline - time.monotonic())) != 0:
            raise ConnectError(f"logged in to {self.target}, but its shell cannot be started")

    def reopen(self) -> ShellChannel:
        """Connect once more, slowly, and open a shell: the server numbers its channels in a way of its own."""
        self._session.close()
        dialling = Dialling(_with_pin(self.target, self.host_key), NOBODY, self._limits)
        try:
            self._session = dialling.result()
            hostkeys.check(
                _with_pin(self.target, self.host_key),
                HostKey.of(self._session.get_remote_server_key().asbytes()),
                NOBODY,
            )
            self.log_in()
        except BaseException:
            dialling.abandon()
            raise
        mine, more = self._cost, dialling.cost
        mine.connections += more.connections
        mine.turns += more.turns
        mine.sent += more.sent
        mine.received += more.received
        return self._open(eager=False)

    def lost(self) -> ProvisionerError:
        return explain.lost(self._session.wire.died)

    @property
    def dead(self) -> bool:
        return self._session.dead

    def close(self) -> None:
        """End the connection; never waits, never raises.

        Straight away: no channel is closed first and no reader is joined, which would take a round trip and up to
        0.1 s. The server sees the end of the stream, and everything sent before still arrives.
        """
        self._session.close()

    def __enter__(self) -> SSHTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _with_pin(target: Target, key: HostKey) -> Target:
    from dataclasses import replace

    return replace(target, pins=(key.line,), pinned_in="this connection")


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
        return bool(channel.eof_received) or channel.exit_status_ready() and channel.exit_status != -1

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
