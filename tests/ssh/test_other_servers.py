"""Servers that are not OpenSSH, or number their channels in a way of their own: met more slowly, if need be."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from provisioner.errors import ConnectError
from provisioner.transport import ssh
from provisioner.transport.hostkeys import Trust
from provisioner.transport.target import Target
from tests.ssh.conftest import QUICK, everything
from tests.support.sshd import ME, SHELL, free_port, keygen


class _Differently(paramiko.ServerInterface):
    """An in-process server: takes any key and runs one command, which says what it was given."""

    def __init__(self, refuse: bool) -> None:
        self.refuse = refuse

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        if not self.refuse:
            threading.Thread(target=self._run, args=(channel, command), daemon=True).start()
        return not self.refuse

    def _run(self, channel: paramiko.Channel, command: bytes) -> None:
        heard = channel.recv(1000)
        with contextlib.suppress(EOFError, OSError):  # the client may hang up first
            channel.sendall(command + b"|" + heard)
            channel.send_exit_status(0)
            channel.close()


@pytest.fixture
def differently() -> Iterator[Callable[..., int]]:
    """Starts a server that numbers its channels from 5, or refuses to run commands; gives its port."""
    listeners = []
    host_key = paramiko.ECDSAKey.generate()

    def begin(version: str, first: int = 5, refuse: bool = False) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                transport: Any = paramiko.Transport(sock)
                transport.local_version = version
                transport._channel_counter = first
                transport.add_server_key(host_key)
                transport.start_server(server=_Differently(refuse), event=threading.Event())

        threading.Thread(target=serve, daemon=True).start()
        return int(listener.getsockname()[1])

    yield begin
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize(
    ("version", "connections", "opening"),
    [
        ("SSH-2.0-OpenSSH_99", 2, b""),
        ("SSH-2.0-other", 1, b""),
        ("SSH-2.0-other", 1, b"echo hi\n"),
    ],
)
def test_a_server_with_channel_numbers_of_its_own(
    key: Path, differently: Callable[..., int], version: str, connections: int, opening: bytes
) -> None:
    target = Target("odd", "127.0.0.1", differently(version), identity=key, command=SHELL)
    with ssh.connect(target, limits=QUICK, trust=Trust(ask=lambda question: True), opening=opening) as transport:
        shell = transport.shell()
        if not opening:
            shell.send(b"echo hi\n")
        assert everything(shell) == b"/bin/sh -s|echo hi\n"
        assert transport.cost.connections == connections


@pytest.mark.parametrize("version", ["SSH-2.0-OpenSSH_99", "SSH-2.0-other"])
def test_a_server_that_runs_no_commands(key: Path, differently: Callable[..., int], version: str) -> None:
    target = Target("odd", "127.0.0.1", differently(version, 0, True), identity=key)
    with ssh.connect(target, limits=QUICK, trust=Trust(ask=lambda question: True)) as transport:
        shell = transport.shell()
        with pytest.raises(ConnectError, match="does not run commands"):
            shell.receive(5)


@pytest.mark.skipif(shutil.which("dropbear") is None, reason="apt-get install dropbear-bin")
@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
@pytest.mark.parametrize("opening", [b"", b"head -c 100000 /dev/zero | wc -c; exit\n"])
def test_dropbear(tmp_path: Path, kind: str, opening: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    key = keygen(home / ".ssh" / "id", kind)
    shutil.copy(f"{key}.pub", home / ".ssh" / "authorized_keys")
    (home / ".ssh").chmod(0o700)
    host = tmp_path / "host"
    subprocess.run(["dropbearkey", "-t", "ed25519", "-f", str(host)], check=True, capture_output=True)
    public = subprocess.run(["dropbearkey", "-y", "-f", str(host)], check=True, capture_output=True, text=True).stdout
    pin = " ".join(next(line for line in public.splitlines() if line.startswith("ssh-")).split()[:2])
    port = free_port()
    command = ["dropbear", "-F", "-E", "-s", "-r", str(host), "-p", f"127.0.0.1:{port}", "-P", str(tmp_path / "pid")]
    # Before 2024 it only takes the keys of the account's own home: ours is mounted over it, where nobody else sees it.
    mounted = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$HOME_OF_ACCOUNT" && exec "$@"', str(home)]
    environment = {"HOME_OF_ACCOUNT": pwd.getpwuid(os.getuid()).pw_dir, "PATH": os.environ["PATH"]}
    if os.getuid() != 0:
        pytest.skip("mounting a home for dropbear needs root")
    process = subprocess.Popen([*mounted, *command], stderr=subprocess.DEVNULL, env=environment)
    try:
        _wait_for(port)
        target = Target("d", "127.0.0.1", port, key, (pin,), user=ME, command=SHELL)
        with ssh.connect(target, limits=QUICK, opening=opening) as transport:
            shell = transport.shell()
            if not opening:
                shell.send(b"head -c 100000 /dev/zero | wc -c; exit\n")
            assert everything(shell).strip() == b"100000"
            assert transport.server.startswith("SSH-2.0-dropbear")
            assert (transport.cost.connections, transport.cost.execs) == (1, 1)
            assert transport.cost.turns == (3 if opening else 4), "as with OpenSSH"
    finally:
        process.terminate()
        process.wait(5)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
