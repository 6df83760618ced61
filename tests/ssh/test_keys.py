"""One key is offered: the right one, read quickly, borrowed from the agent if it is locked."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.errors import ConnectError
from provisioner.transport import keys, ssh
from tests.ssh.conftest import QUICK, ask
from tests.support.sshd import Sshd, keygen

OK = b"echo ok; exit\n"


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("ed25519", ()),
        ("ecdsa", ("-b", "256")),
        ("ecdsa", ("-b", "384")),
        ("ecdsa", ("-b", "521")),
        ("rsa", ("-b", "2048")),
        ("rsa", ("-b", "4096")),
        ("rsa", ("-b", "2048", "-m", "PEM")),
        ("rsa", ("-b", "2048", "-m", "PKCS8")),
        ("ecdsa", ("-m", "PEM")),
    ],
)
def test_every_kind_of_key_logs_in(server: Sshd, tmp_path: Path, kind: str, options: tuple[str, ...]) -> None:
    key = keygen(tmp_path / "key", kind, "", *options)
    server.authorize(key)
    started = time.perf_counter()
    keys.open_key(keys.find(key))
    assert time.perf_counter() - started < 0.1, "rsa4096 takes half a second if its primes are tested"
    assert ask(server.target(identity=key), OK) == b"ok\n"


@pytest.mark.parametrize("options", [(), ("-m", "PEM"), ("-m", "PKCS8")])
def test_a_locked_key_asks_for_its_passphrase(server: Sshd, tmp_path: Path, options: tuple[str, ...]) -> None:
    key = keygen(tmp_path / "key", "rsa", "secret", "-b", "2048", *options)
    server.authorize(key)
    answers = iter(["wrong", "secret"])
    assert ask(server.target(identity=key), OK, ask_passphrase=lambda path: next(answers)) == b"ok\n"
    with pytest.raises(ConnectError, match="that is not the passphrase"):
        ssh.connect(server.target(identity=key), limits=QUICK, ask_passphrase=lambda path: "wrong")
    for nobody in (None, lambda path: None):
        with pytest.raises(ConnectError, match="locked with a passphrase") as caught:
            ssh.connect(server.target(identity=key), limits=QUICK, ask_passphrase=nobody)
        assert f"ssh-add {key}" in caught.value.hint


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A real ssh-agent with eight keys that nobody asked for."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 5
    while not socket.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    for number in range(8):
        add(keygen(tmp_path / f"other{number}"))
    yield
    process.terminate()
    process.wait(5)


def add(key: Path, passphrase: str = "") -> None:
    environment = {**os.environ, "SSH_ASKPASS": str(key.parent / "askpass"), "SSH_ASKPASS_REQUIRE": "force"}
    askpass = key.parent / "askpass"
    askpass.write_text(f"#!/bin/sh\necho '{passphrase}'\n")
    askpass.chmod(0o700)
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env=environment, stdin=subprocess.DEVNULL)


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_the_agent_signs_for_a_locked_key_that_it_has(server: Sshd, tmp_path: Path, kind: str) -> None:
    key = keygen(tmp_path / "key", kind, "secret")
    server.authorize(key)
    with pytest.raises(ConnectError, match="locked with a passphrase"):
        ssh.connect(server.target(identity=key), limits=QUICK)
    add(key, "secret")
    assert ask(server.target(identity=key), OK) == b"ok\n"
    assert "Too many authentication failures" not in server.log
    assert ask(server.target(identity=Path(f"{key}.pub")), OK) == b"ok\n", "its public half names it as well"


@pytest.mark.usefixtures("agent")
def test_a_full_agent_is_never_gone_through(server: Sshd, tmp_path: Path) -> None:
    assert ask(server.target(), OK) == b"ok\n"
    with pytest.raises(ConnectError, match=r"no key to log in with.* of the 8 keys in the agent none was chosen"):
        ssh.connect(server.target(identity=None), limits=QUICK)


def test_the_first_usual_key_is_taken(tmp_path: Path) -> None:
    assert keys.find(None, tmp_path) is None
    for name in ("id_rsa", "id_ecdsa", "id_ed25519"):
        keygen(tmp_path / name, name.removeprefix("id_"))
        found = keys.find(None, tmp_path)
        assert found is not None and found.path.name == name


def test_no_key_at_all(server: Sshd) -> None:
    with pytest.raises(ConnectError, match="no key to log in with") as caught:
        ssh.connect(server.target(identity=None), limits=QUICK)
    assert "ssh-keygen" in caught.value.hint


def complaint(path: Path) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        keys.open_key(keys.find(path))
    assert str(path) in caught.value.summary
    return caught.value


def test_missing(tmp_path: Path) -> None:
    assert "does not exist" in complaint(tmp_path / "none").summary


def test_directory(tmp_path: Path) -> None:
    assert "cannot be read" in complaint(tmp_path).summary


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    key.chmod(0)
    error = complaint(key)
    assert "may not be read" in error.summary and "chmod 600" in error.hint


def test_public_in_place_of_private(tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    error = complaint(Path(f"{key}.pub"))
    assert "is a public key" in error.summary and f"-i {key}" in error.hint


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\0" * 100, b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\n"])
def test_something_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    assert "is no private key" in complaint(path).summary


def test_damaged(tmp_path: Path) -> None:
    whole = keygen(tmp_path / "key").read_bytes()
    lines = whole.splitlines(keepends=True)
    for number, content in enumerate(
        [
            b"".join(lines[:-2]),
            whole.replace(lines[2], b""),
            whole.replace(lines[2], b"!!!!\n"),
            b"-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n",
            b"-----BEGIN OPENSSH PRIVATE KEY-----",
            b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        ]
    ):
        path = tmp_path / f"damaged{number}"
        path.write_bytes(content)
        assert "is damaged" in complaint(path).summary


def test_windows_line_ends_and_blank_lines_do_no_harm(server: Sshd, tmp_path: Path) -> None:
    key = keygen(tmp_path / "key")
    server.authorize(key)
    key.write_bytes(b"\r\n" + key.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert ask(server.target(identity=key), OK) == b"ok\n"


def test_putty(tmp_path: Path) -> None:
    path = tmp_path / "key.ppk"
    path.write_text("PuTTY-User-Key-File-3: ssh-ed25519\n")
    assert "puttygen" in complaint(path).hint


def test_keys_that_ssh_no_longer_knows(tmp_path: Path) -> None:
    path = tmp_path / "dsa"
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed448", "-out", str(path)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no openssl here")
    error = complaint(path)
    assert "kind that cannot be used" in error.summary


def test_the_key_is_looked_at_even_if_the_phone_is_away(tmp_path: Path) -> None:
    from provisioner.transport.target import Target
    from tests.support.sshd import free_port

    with pytest.raises(ConnectError, match="does not exist"):
        ssh.connect(Target("p", "127.0.0.1", free_port(), tmp_path / "none"), limits=QUICK)
