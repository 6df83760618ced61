"""An sshd that penalises is left alone: its every guest who comes too early adds to the wait (termux.md 4.4)."""

from __future__ import annotations

import socket

import pytest

from provisioner.connecting import link
from provisioner.errors import ConnectionLost
from provisioner.runner import Conversation
from provisioner.shell import Device
from provisioner.transport import ssh
from provisioner.transport.target import Target
from tests.ssh.conftest import QUICK, splice
from tests.support import odd_peers
from tests.support.sshd import Sshd


class Clock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def monotonic(self) -> float:
        return sum(self.slept)


def test_a_server_that_penalises_is_left_alone_for_15_seconds_and_more(
    server: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[int] = []

    def behave(sock: socket.socket) -> None:
        met.append(len(met))
        if len(met) < 4:
            sock.sendall(b"Not allowed at this time\r\n")
            return
        with socket.create_connection(("127.0.0.1", server.port)) as real:
            splice(sock, real)

    clock, said = Clock(), list[str]()
    monkeypatch.setattr(link, "time", clock)
    with odd_peers.peer(behave) as port:
        line = _link(server, server.target(port=port), patience=600)
        line.again(ConnectionLost("the connection broke"), "m", lambda event: said.append(event.text))
        line.close()
    assert clock.slept == [15, 15, 15], "sshd counts every try of its penalised guests"
    assert said == [
        "The connection broke. The run on the phone goes on; connecting again.",
        "Connected again after 45 s.",
    ]


def test_a_server_that_goes_on_penalising_is_given_up_with_what_to_do(
    server: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(link, "time", clock)
    with odd_peers.peer(odd_peers.says_and_closes(b"Not allowed at this time\r\n")) as port:
        line = _link(server, server.target(port=port), patience=40)
        with pytest.raises(ConnectionLost) as given_up:
            line.again(ConnectionLost("the connection broke"), "m", lambda event: None)
    assert clock.slept == [15, 15, 10]
    assert "could not be reached again within 40 s" in given_up.value.summary
    assert "does not let this machine in for now: its sshd saw too many failed logins" in given_up.value.summary
    assert "hello-termux attach" in given_up.value.hint


def _link(server: Sshd, then: Target, patience: float) -> link.Link:
    """A line to the server that is made anew at ``then``."""
    first = ssh.connect(server.target(), limits=QUICK)
    conversation = Conversation(Device(), first.shell(), "m")
    return link.Link(first, conversation, lambda: ssh.connect(then, limits=QUICK), patience)
