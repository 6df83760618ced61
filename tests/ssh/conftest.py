"""sshd's of one's own for the tests of the transport. Everything is on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioner.errors import ConnectError
from provisioner.transport import ssh
from provisioner.transport.ssh_shell import SSHShell
from provisioner.transport.target import Limits, Target
from tests.support import sshd as support

QUICK = Limits(connect=5, banner=1, exchange=5, login=10, channel=5, ping=0.3, dead=1.2)
"""Limits for tests: what takes 15 s in the field shall not take that here."""


@pytest.fixture(scope="session", autouse=True)
def _sshd_is_there() -> None:
    if support.SSHD is None:
        pytest.skip("OpenSSH's sshd is not installed: apt-get install openssh-server")


@pytest.fixture(autouse=True)
def _no_configuration_of_mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the keys, the known hosts nor the agent of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[support.Sshd]:
    """An sshd with an ed25519 host key, for tests that leave it as it is."""
    with support.running(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., support.Sshd]]:
    """Starts an sshd with settings of the test's own."""
    with ExitStack() as stack:
        count = 0

        def begin(*settings: str, **options: object) -> support.Sshd:
            nonlocal count
            count += 1
            folder = tmp_path / f"sshd{count}"
            return stack.enter_context(support.running(folder, *settings, **options))  # type: ignore[arg-type]

        yield begin


def everything(shell: SSHShell, timeout: float = 20) -> bytes:
    """What a shell says until it ends."""
    said = bytearray()
    while data := shell.receive(timeout):
        said += data
    return bytes(said)


def ask(target: Target, script: bytes, **options: object) -> bytes:
    """Connect, run a script, and give back what it said."""
    with ssh.connect(target, limits=QUICK, **options) as transport:  # type: ignore[arg-type]
        shell = transport.shell()
        shell.send(script)
        return everything(shell)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return support.keygen(tmp_path / "key")


def failure(key: Path, port: int, address: str = "127.0.0.1") -> ConnectError:
    """Why there is no way in at ``port``; each says what to do next."""
    target = Target(name="phone", address=address, port=port, identity=key)
    with pytest.raises(ConnectError) as caught:
        ssh.connect(target, limits=QUICK)
    assert caught.value.summary and caught.value.hint, "every failure says what to do next"
    assert "\n" not in caught.value.summary
    return caught.value


def splice(one: socket.socket, two: socket.socket) -> None:
    """Hand all through, both ways, until both have ended."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    back = threading.Thread(target=copy, args=(two, one), daemon=True)
    back.start()
    copy(one, two)
    back.join(5)
