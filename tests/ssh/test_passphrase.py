"""While somebody types a passphrase: what goes on meanwhile, and what does not begin before."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from provisioner.errors import ConnectError
from provisioner.transport import ssh
from provisioner.transport.hostkeys import HostKeyQuestion, Trust
from tests.ssh.conftest import QUICK, ask, splice
from tests.support.sshd import Sshd, free_port, keygen

OK = b"echo ok; exit\n"


@pytest.fixture
def locked(server: Sshd, tmp_path: Path) -> Path:
    key = keygen(tmp_path / "locked", "ed25519", "secret")
    server.authorize(key)
    return key


@pytest.fixture
def asked() -> threading.Event:
    return threading.Event()


class Later:
    """A socket from which nothing comes before the event."""

    def __init__(self, socket: socket.socket, event: threading.Event) -> None:
        self._socket, self._event = socket, event

    def recv(self, size: int) -> bytes:
        return self._socket.recv(size) if self._event.wait(QUICK.exchange) else b""

    def __getattr__(self, name: str) -> object:
        return getattr(self._socket, name)


@pytest.fixture
def slow(server: Sshd, asked: threading.Event) -> Iterator[int]:
    """The port of a peer that says what it can, and hears our half of the keys when somebody was asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            ours, _ = listener.accept()
            with ours, socket.create_connection(("127.0.0.1", server.port)) as theirs:
                theirs.sendall(ours.makefile("rb", buffering=0).readline())
                splice(theirs, cast(socket.socket, Later(ours, asked)))

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_keys_are_exchanged_while_it_is_typed(server: Sshd, slow: int, locked: Path, asked: threading.Event) -> None:
    def typed(path: Path) -> str:
        asked.set()
        return "secret"

    assert ask(server.target(port=slow, identity=locked), OK, ask_passphrase=typed) == b"ok\n"


def test_who_cannot_be_reached_asks_for_none(server: Sshd, locked: Path) -> None:
    questions: list[Path] = []
    with pytest.raises(ConnectError, match="refuses"):
        ssh.connect(server.target(port=free_port(), identity=locked), limits=QUICK, ask_passphrase=questions.append)
    assert not questions


def test_a_host_key_that_is_new_comes_first(server: Sshd, locked: Path) -> None:
    order: list[str] = []

    def same(question: HostKeyQuestion) -> bool:
        order.append("host key")
        return True

    def typed(path: Path) -> str:
        order.append("passphrase")
        return "secret"

    target = replace(server.target(identity=locked), pins=())
    ssh.connect(target, trust=Trust(ask=same), limits=QUICK, ask_passphrase=typed).close()
    assert order == ["host key", "passphrase"]


def test_who_is_long_in_typing_it_is_let_in_all_the_same(
    start: Callable[..., Sshd], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """We hang up before sshd does."""
    server, key = start(), keygen(tmp_path / "key", "ed25519", "secret")
    server.authorize(key)
    monkeypatch.setattr(ssh, "HURRY", 0.1)

    def typed(path: Path) -> str:
        deadline = time.monotonic() + 30
        while "Connection closed by" not in server.log and "Connection reset by" not in server.log:
            assert time.monotonic() < deadline, server.log
            time.sleep(0.01)
        return "secret"

    assert ask(server.target(identity=key), OK, ask_passphrase=typed) == b"ok\n"
    assert "Timeout before authentication" not in server.log
