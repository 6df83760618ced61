"""From a target to a session whose host key is known, in the background."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from provisioner.errors import HostKeyError
from provisioner.transport import explain
from provisioner.transport.base import Cost
from provisioner.transport.hostkeys import NOBODY, Trust, algorithms
from provisioner.transport.lean_paramiko import prepare
from provisioner.transport.target import Limits, Target
from provisioner.transport.wire import Stream, Wire, open_socket

if TYPE_CHECKING:
    from provisioner.transport.session import Session
    from provisioner.transport.ssh import SSHTransport


class Dialling:
    """A connection under way, up to the point where the host key is known. Nothing has been asked or told yet.

    Start it early and parse the playbook meanwhile: TCP, both version lines and the key exchange take three round
    trips, and the import of paramiko as long again; here both happen at once.
    """

    def __init__(
        self, target: Target, trust: Trust, limits: Limits, stream: Stream | None = None, cost: Cost | None = None
    ) -> None:
        self.target = target
        self.limits = limits
        self.cost = cost or Cost()
        self.hops: list[SSHTransport] = []
        """The connections to the hosts on the way; to be closed after ours."""
        self._types = algorithms(target, trust)
        self._stream = stream
        self._wire: Wire | None = None
        self._session: Session | None = None
        self._error: BaseException | None = None
        self.abandoned = False
        self._greeted, self._done = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name=f"dial {target.place}", daemon=True).start()
        load()

    def greeted(self) -> bool:
        """Wait until the phone has said a word; whether it has. What is wrong if not, ``result`` tells."""
        self._greeted.wait(self._patience)
        return self._error is None and self._greeted.is_set()

    def result(self) -> Session:
        """The session, with its host key still to be judged. Raises ConnectError, HostKeyError."""
        if not self._done.wait(self._patience):
            self.abandon()
            raise explain.timed_out(self.target, self._patience)
        if self._error is not None:
            raise self._error
        return cast("Session", self._session)

    @property
    def _patience(self) -> float:
        limits = self.limits
        return (limits.connect + limits.banner + limits.exchange) * (1 + 2 * len(self.target.jump)) + 1

    def abandon(self) -> None:
        """Hang up; never waits, never raises."""
        self.abandoned = True
        if self._wire is not None:
            self._wire.close()
        for hop in self.hops:
            hop.close()

    def _run(self) -> None:
        try:
            self._session = self._dial()
        except BaseException as error:  # raised again by ``result``, on the caller's thread
            self._error = error
            self.abandon()
        finally:
            self._greeted.set()
            self._done.set()
            if self.abandoned:
                self.abandon()

    def _dial(self) -> Session:
        stream = self._stream or (self._travel() if self.target.jump else _way(self.target, self.limits))
        self._wire = Wire(stream, self.limits, self.cost)
        self.cost.connections += 1
        version = self._wire.greet(self.target)
        self._greeted.set()
        load()
        from provisioner.transport.session import Session

        session = Session(self._wire, version, self._types)
        session.start_client(event=session.handshake)
        finished = session.handshake.wait(self.limits.exchange)
        if finished and session.is_active():
            return session
        error = session.get_exception() if finished else None
        raise explain.exchange_failed(self.target, error, finished, version)

    def _travel(self) -> Stream:
        """Log in to the hosts on the way, one through the other, and reach out to the target from the last."""
        from provisioner.transport.ssh import connect

        for hop in self.target.jump:
            stream = cast(Stream, self.hops[-1].tunnel(hop.port, hop.address)) if self.hops else None
            dialling = Dialling(hop, NOBODY, self.limits, stream)
            try:
                transport = connect(hop, limits=self.limits, dialling=dialling)
            except HostKeyError as error:
                hint = f"it is the ProxyJump of {self.target.name}: log in to it once with ssh, and accept its key"
                raise HostKeyError(error.summary, error.fingerprint, hint=hint) from None
            self.hops.append(transport)
        return cast(Stream, self.hops[-1].tunnel(self.target.port, self.target.address))


def dial(target: Target, *, trust: Trust = NOBODY, limits: Limits | None = None) -> Dialling:
    """Begin to connect, in the background. Hand the result to ``ssh.connect``, with the same target and trust."""
    return Dialling(target, trust, limits or Limits())


def load() -> None:
    """Import paramiko, before anything that is not needed to begin the key exchange: that is a round trip in which the
    rest can be done. On a thread of its own it would share the interpreter with the rest, and both would come late
    (40 ms at a round trip of 20 ms, nothing at 60)."""
    prepare()
    import provisioner.transport.session  # noqa: F401


def _way(target: Target, limits: Limits) -> Stream:
    if target.cable:
        from provisioner.transport.adb import Adb

        return cast(Stream, Adb.of().open_port(target.cable, target.port))
    return cast(Stream, open_socket(target, limits))
