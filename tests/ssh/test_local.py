"""The local transport keeps the same promises as a phone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from provisioner.errors import ConnectError, ConnectionLost
from provisioner.transport.base import Transport
from provisioner.transport.local import LocalShell, LocalTransport


@pytest.fixture
def local(tmp_path: Path) -> LocalTransport:
    for folder in ("usr/tmp", "home"):
        (tmp_path / folder).mkdir(parents=True)
    return LocalTransport(tmp_path / "usr", tmp_path / "home", env={"EXTRA": "x"})


def everything(shell: LocalShell) -> bytes:
    said = b""
    while data := shell.receive(20):
        said += data
    return said


def test_environment_and_both_outputs(local: LocalTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_MINE", "1")
    transport: Transport = local
    with local:
        shell = local.shell()
        shell.send(b'echo "$PREFIX $HOME $EXTRA [$SECRET_OF_MINE]"; pwd >&2; exit\n')
        expected = f"{tmp_path}/usr {tmp_path}/home x []\n{tmp_path}/home\n"
        assert everything(shell) == expected.encode()
        assert shell.receive(1) == b""
    assert (transport.cost.execs, transport.cost.turns) == (1, 1)


def test_turns_and_bytes(local: LocalTransport) -> None:
    with local:
        shell = local.shell()
        shell.send(b"echo a\n")
        shell.send(b"\n")
        assert shell.receive(5) == b"a\n"
        shell.send(b"exit\n")
        assert everything(shell) == b""
        assert (local.cost.turns, local.cost.sent, local.cost.received) == (2, 13, 2)


def test_timeout_and_much_data_on_one_thread(local: LocalTransport) -> None:
    with local:
        shell = local.shell()
        shell.send(b"sleep 0.3; exec cat\n")
        with pytest.raises(TimeoutError):
            shell.receive(0.05)
        time.sleep(0.5)
        data = os.urandom(1 << 20) * 20
        shell.send(data)
        got = b""
        while len(got) < len(data):
            got += shell.receive(5)
        assert got == data


def test_sending_to_an_ended_shell(local: LocalTransport) -> None:
    with local:
        shell = local.shell()
        shell.send(b"echo bye; exit\n")
        time.sleep(0.2)
        shell.send(b"x" * 1_000_000)
        assert everything(shell) == b"bye\n"


def test_close_ends_the_shell_and_not_what_left_its_session(local: LocalTransport, tmp_path: Path) -> None:
    shell = local.shell()
    shell.send(b"setsid sh -c 'sleep 0.5; echo 1 >../home/done' </dev/null >/dev/null 2>&1 & sleep 60 & cat\n")
    time.sleep(0.2)
    started = time.monotonic()
    local.close()
    local.close()
    assert time.monotonic() - started < 2
    for call in (lambda: shell.send(b"x"), lambda: shell.receive(1)):
        with pytest.raises(ConnectionLost):
            call()
    deadline = time.monotonic() + 5
    while not (tmp_path / "home" / "done").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "home" / "done").exists()


def test_no_sh_and_no_port(tmp_path: Path) -> None:
    transport = LocalTransport(tmp_path, tmp_path, sh="/nowhere/sh")
    with pytest.raises(ConnectError, match="cannot be started"):
        transport.shell()
    with pytest.raises(ConnectError, match="nothing listens"):
        transport.prove_login(1)
    transport.prove_login()
