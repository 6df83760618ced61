"""An sshd that is there and does not let us in, or not do what we want: why, and what to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.errors import ConnectError
from provisioner.transport import ssh
from provisioner.transport.target import Target
from tests.ssh.conftest import QUICK, ask
from tests.support.sshd import Sshd, keygen


def test_no_common_cipher(start: Callable[..., Sshd]) -> None:
    server = start("Ciphers chacha20-poly1305@openssh.com")
    with pytest.raises(ConnectError, match="no common cipher"):
        ssh.connect(server.target(), limits=QUICK)


@pytest.mark.parametrize(
    "setting",
    [
        "KexAlgorithms curve25519-sha256@libssh.org",
        "KexAlgorithms diffie-hellman-group14-sha256",
        "KexAlgorithms diffie-hellman-group16-sha512",
        "KexAlgorithms ecdh-sha2-nistp521",
        "Ciphers aes256-ctr\nMACs hmac-sha2-512-etm@openssh.com",
        "Ciphers aes256-gcm@openssh.com",
        "Ciphers aes128-ctr\nMACs hmac-sha1",
    ],
)
def test_strict_and_old_servers_are_met(start: Callable[..., Sshd], setting: str) -> None:
    assert ask(start(setting).target(), b"echo ok; exit\n") == b"ok\n"


def test_permission_denied(server: Sshd, tmp_path: Path) -> None:
    other = keygen(tmp_path / "other")
    with pytest.raises(ConnectError) as caught:
        ssh.connect(server.target(identity=other), limits=QUICK, opening=b"echo secret\n")
    assert "Permission denied (publickey)" in caught.value.summary
    assert "authorized_keys" in caught.value.hint


def test_one_key_is_offered_and_no_other(server: Sshd, tmp_path: Path) -> None:
    before = server.log.count("Failed publickey") + server.log.count("Failed none")
    with pytest.raises(ConnectError):
        ssh.connect(server.target(identity=keygen(tmp_path / "other")), limits=QUICK)
    time.sleep(0.2)
    assert server.log.count("Failed publickey") + server.log.count("Failed none") - before <= 1


def test_server_without_public_keys(start: Callable[..., Sshd]) -> None:
    server = start("PubkeyAuthentication no\nPasswordAuthentication yes")
    with pytest.raises(ConnectError, match="takes no keys, only: password"):
        ssh.connect(server.target(), limits=QUICK)


def test_too_many_failures_at_once(start: Callable[..., Sshd], tmp_path: Path) -> None:
    server = start("MaxAuthTries 1")
    with pytest.raises(ConnectError):
        ssh.connect(server.target(identity=keygen(tmp_path / "other")), limits=QUICK)


def test_no_session_allowed(start: Callable[..., Sshd]) -> None:
    server = start("MaxSessions 0")
    for opening in (b"", b"echo x; exit\n"):
        with ssh.connect(server.target(), limits=QUICK, opening=opening) as transport:
            shell = transport.shell()
            with pytest.raises(ConnectError, match="opens no session"):
                shell.receive(5)


def test_forwarding_not_allowed(start: Callable[..., Sshd]) -> None:
    server = start("AllowTcpForwarding no")
    with (
        ssh.connect(server.target(), limits=QUICK) as transport,
        pytest.raises(ConnectError, match="forwards no ports"),
    ):
        transport.tunnel(server.port)


def test_a_wrong_user_name_is_never_needed(server: Sshd) -> None:
    assert Target("p", "10.0.0.1").user == "termux"
    with pytest.raises(ConnectError, match="Permission denied"):  # an ordinary sshd does care
        ssh.connect(server.target(user="nobody-here"), limits=QUICK)
