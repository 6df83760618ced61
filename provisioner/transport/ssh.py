"""A connection to a phone over SSH, in as few turns as the protocol allows.

fabric's ``Connection`` is not used to open it: it would cost ten turns where four do, install ``AutoAddPolicy``, and
could only start once paramiko is imported. ``adopt`` (``fabric_bridge.py``) puts a fabric ``Connection`` on top of one
of ours, for fabfiles.
"""

from __future__ import annotations

import base64
import threading
import time
from typing import TYPE_CHECKING, cast

from provisioner.errors import ConnectError, HostKeyError, ProvisionerError
from provisioner.lean_dataclass import replace
from provisioner.transport import explain, hostkeys, keys
from provisioner.transport.base import Cost, Tunnel
from provisioner.transport.dialling import Dialling, dial
from provisioner.transport.hostkeys import NOBODY, HostKey, Trust
from provisioner.transport.ssh_shell import SSHShell
from provisioner.transport.target import Limits, Target
from provisioner.transport.wire import Stream, is_known

if TYPE_CHECKING:
    from provisioner.transport.channel import ShellChannel
    from provisioner.transport.session import Session

HURRY = 90.0
"""Seconds for which a connection waits for a passphrase. sshd's LoginGraceTime is 120 s."""


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
        # A passphrase is typed while keys are exchanged, and not before we know that the phone answers, or that it is
        # the right one if nobody has met it yet.
        early = file is not None and file.locked and bool(target.pins) and dialling.greeted()
        known = None if early else _known(dialling, trust)
        signer = _opened(file, ask_passphrase, dialling)
        if dialling.abandoned:
            dialling, known = dial(target, trust=trust, limits=limits), None
        session, host_key = known or _known(dialling, trust)
        transport = SSHTransport(dialling, session, host_key, signer)
        transport.log_in(opening)
    except BaseException:
        dialling.abandon()
        raise
    return transport


def _known(dialling: Dialling, trust: Trust) -> tuple[Session, HostKey]:
    """The session and its host key, which is checked. Raises ConnectError, HostKeyError."""
    session = dialling.result()
    host_key = HostKey.of(session.get_remote_server_key().asbytes())
    hostkeys.check(dialling.target, host_key, trust)
    return session, host_key


def _opened(file: keys.KeyFile | None, ask: keys.AskPassphrase | None, dialling: Dialling) -> keys.Signer:
    """The key, ready to sign. Who is long in typing its passphrase finds the connection abandoned: sshd would end it,
    and hold that against us."""
    if file is None or not file.locked:
        return keys.open_key(file, ask)
    hurry = threading.Timer(HURRY, dialling.abandon)
    hurry.daemon = True
    hurry.start()
    try:
        return keys.open_key(file, ask)
    finally:
        hurry.cancel()


class SSHTransport:
    """An open, authenticated connection to one phone (``base.Transport``)."""

    def __init__(self, dialling: Dialling, session: Session, host_key: HostKey, signer: keys.Signer) -> None:
        self.target = dialling.target
        self.host_key = host_key
        """The key that the phone has shown; pin ``host_key.line``."""
        self.limits = dialling.limits
        self._cost = dialling.cost
        self._dialling = dialling
        self._session = session
        self._signer = signer
        self._waiting: SSHShell | None = None

    @property
    def session(self) -> Session:
        """paramiko's transport, for ``fabric_bridge``."""
        return self._session

    @property
    def cost(self) -> Cost:
        return self._cost

    @property
    def device(self) -> str:
        return self.host_key.fingerprint

    @property
    def server(self) -> str:
        return self._session.remote_version

    @property
    def login_key(self) -> str:
        return base64.b64encode(self._signer.blob).decode()

    def log_in(self, opening: bytes = b"") -> None:
        """Log in on a session whose host key was checked. Raises ConnectError."""
        session = self._session
        session.request_login(self.target.user, self._signer)
        rest = opening
        if opening and self._guessable:
            # The channel is opened behind the login request, before its answer (-1 turn): sshd handles messages in
            # order. An sshd that refuses the login answers "unimplemented" to the rest, and we report the refusal.
            self._waiting = self._start_shell()
            first, rest = opening[: self._waiting.credit], opening[self._waiting.credit :]
            self._waiting.send(first)
        session.speak()
        finished = session.login_done.wait(self.limits.login)
        if not session.authenticated:  # is_authenticated() also asks if the wire still lives; that is told later
            raise explain.login_failed(self.target, session, finished, self.limits.login)
        session.wire.ping = session.ping
        if rest:
            self._waiting = self._waiting or self._start_shell()
            self._waiting.send(rest)

    @property
    def _guessable(self) -> bool:
        return is_known(self.server)

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
        try:
            channel = session.open_shell(self.target.command, eager=eager)
        except (OSError, EOFError):  # it broke just now, and nobody has noticed yet
            raise explain.lost(session.wire.died) from None
        if not channel.eager:
            if not channel.settled.wait(self.limits.channel):
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
            channel = session.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=self.limits.channel)
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
            other = SSHTransport(dialling, session, key, self._signer)
            other.log_in(b"exit 0\n")
            other.expect_end(timeout)
        except HostKeyError as error:
            raise ConnectError(f"the second login met another host key: {error.summary}", hint=error.hint) from None
        finally:
            dialling.abandon()
            self._cost.connections += dialling.cost.connections
            self._cost.execs += dialling.cost.execs
            if stream is None:  # else its bytes are counted already, in the tunnel's
                self._cost.turns += dialling.cost.turns
                self._cost.sent += dialling.cost.sent
                self._cost.received += dialling.cost.received

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
        self.close()
        target = _with_pin(self.target, self.host_key)
        self._dialling = Dialling(target, NOBODY, self.limits, cost=self._cost)
        try:
            self._session = self._dialling.result()
            hostkeys.check(target, HostKey.of(self._session.get_remote_server_key().asbytes()), NOBODY)
            self.log_in()
            return self._open(eager=False)
        except BaseException:
            self._dialling.abandon()
            raise

    def speak(self) -> None:
        """Let leave what was held back to go out in one piece."""
        self._session.speak()

    def lost(self) -> ProvisionerError:
        return explain.lost(self._session.wire.died)

    def close(self) -> None:
        """End the connection; never waits, never raises.

        Straight away: no channel is closed first and no reader is joined, which would take a round trip and up to
        0.1 s. The server sees the end of the stream, and everything sent before still arrives.
        """
        self._session.close()
        self._dialling.abandon()

    def __enter__(self) -> SSHTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _with_pin(target: Target, key: HostKey) -> Target:
    return replace(target, pins=(key.line,), pinned_in="this connection")
