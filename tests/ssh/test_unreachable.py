"""Every way not to get in has its sentence: what happened, where, what to do next."""

from __future__ import annotations

import errno
import socket
import threading
import time
from pathlib import Path

import pytest

from provisioner.errors import ConnectError, ConnectionLost
from provisioner.transport import explain, ssh
from provisioner.transport.target import Limits, Target
from tests.ssh.conftest import QUICK, ask, failure, splice
from tests.support import odd_peers
from tests.support.delay_proxy import DelayProxy
from tests.support.sshd import Sshd, free_port


def test_refused(key: Path) -> None:
    error = failure(key, free_port())
    assert "phone (127.0.0.1:" in error.summary and "refuses the connection" in error.summary
    assert "sshd" in error.hint


def test_refused_on_port_22_names_the_right_port(key: Path) -> None:
    error = explain.unreachable(Target("p", "10.0.0.1", 22), ConnectionRefusedError(), 1)
    assert "8022" in error.hint


def test_unknown_name(key: Path) -> None:
    error = failure(key, 8022, "no-such-phone.invalid")
    assert "no-such-phone.invalid" in error.summary


def test_a_link_local_address_without_a_network(key: Path) -> None:
    error = explain.unreachable(Target("fe80::1", "fe80::1"), OSError(errno.EINVAL, "Invalid argument"), 1)
    assert "in one network only" in error.summary and "-H fe80::1%wlan0" in error.hint


def test_a_network_that_this_computer_does_not_have(key: Path) -> None:
    error = failure(key, 8022, "fe80::1%nosuch")
    assert "this computer has no network nosuch" in error.summary and "lo" in error.hint


def test_name_that_no_resolver_takes(key: Path) -> None:
    assert "known by the name" in failure(key, 8022, "a" * 70 + ".local").summary


def test_no_answer_to_tcp(key: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        crowd = []
        for _ in range(4):  # a full backlog: further handshakes are dropped, as a firewall does
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
            crowd.append(sock)
        limits = Limits(connect=0.5)
        started = time.monotonic()
        with pytest.raises(ConnectError, match=r"no connection within 0\.5 s") as caught:
            ssh.connect(Target("phone", "127.0.0.1", port, identity=key), limits=limits)
        assert time.monotonic() - started < 3
        assert "-H usb:NAME" in caught.value.hint
        for sock in crowd:
            sock.close()


def test_no_way_there(key: Path) -> None:
    for number in ("EHOSTUNREACH", "ENETUNREACH"):
        error = explain.unreachable(Target("p", "10.0.0.1"), OSError(getattr(errno, number), "No route to host"), 1)
        assert "no way to p (10.0.0.1:8022)" in error.summary


def test_a_dozing_phone_says_nothing(key: Path) -> None:
    with odd_peers.peer(odd_peers.silent) as port:
        started = time.monotonic()
        error = failure(key, port)
        assert time.monotonic() - started < 4
    assert "says nothing for 1 s" in error.summary
    assert "termux-wake-lock" in error.hint


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", '"HTTP/1.1 400 Bad Request"'),
        (b"220 mail ESMTP\r\n", '"220 mail ESMTP"'),
        (b"\x1b[31mred\x07\xff\\\n", '"\\x1b[31mred\\x07\\xff\\x5c"'),
        (b"\x16\x03\x01" + b"\0" * 400, '"\\x16\\x03\\x01'),
        (b"x" * 9000, '"xxxx'),
    ],
)
def test_not_ssh_is_quoted_harmlessly(key: Path, said: bytes, quoted: str) -> None:
    for behaviour in (odd_peers.says(said), odd_peers.says_and_closes(said)):
        with odd_peers.peer(behaviour) as port:
            error = failure(key, port)
        assert "is no SSH server" in error.summary and quoted in error.summary
        assert all(32 <= ord(c) < 127 for c in error.summary)
        assert len(error.summary) < 400


def test_endless_lines_before_a_banner_end(key: Path) -> None:
    with odd_peers.peer(odd_peers.says(b"hello\r\n" * 100_000)) as port:
        assert "is no SSH server" in failure(key, port).summary


def test_lines_before_the_banner_are_allowed(server: Sshd) -> None:
    def behave(sock: socket.socket) -> None:
        sock.sendall(b"welcome\r\nto this host\r\n")
        with socket.create_connection(("127.0.0.1", server.port)) as real:
            splice(sock, real)

    with odd_peers.peer(behave) as port:
        assert ask(server.target(port=port), b"echo ok; exit\n") == b"ok\n"


def test_penalised_by_the_server(key: Path) -> None:
    with odd_peers.peer(odd_peers.says_and_closes(b"Not allowed at this time\r\n")) as port:
        error = failure(key, port)
    assert "does not let this machine in for now" in error.summary
    assert "wait" in error.hint


@pytest.mark.parametrize("behaviour", [odd_peers.resets, odd_peers.says_and_closes(b"")])
def test_closed_without_a_word(key: Path, behaviour: odd_peers.Behaviour) -> None:
    with odd_peers.peer(behaviour) as port:
        assert "closes it without a word" in failure(key, port).summary


def test_closed_in_the_key_exchange(key: Path) -> None:
    with odd_peers.peer(odd_peers.says_and_closes(b"SSH-2.0-OpenSSH_10.0\r\n")) as port:
        error = failure(key, port)
    assert "closes the connection during the key exchange" in error.summary
    assert "sshd.pid" in error.hint


def test_silent_in_the_key_exchange(key: Path) -> None:
    limits = Limits(connect=1, banner=1, exchange=0.5)
    with (
        odd_peers.peer(odd_peers.says(b"SSH-2.0-OpenSSH_10.0\r\n")) as port,
        pytest.raises(ConnectError, match="and then nothing more"),
    ):
        ssh.connect(Target("phone", "127.0.0.1", port, identity=key), limits=limits)


def test_nonsense_in_the_key_exchange(key: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with odd_peers.peer(odd_peers.says(b"SSH-2.0-x\x1b[2J\r\n" + b"\x7f" * 4000)) as port:
        error = failure_without_hint(key, port)
    assert "\x1b" not in error.summary
    assert capfd.readouterr() == ("", ""), "paramiko must not write between our lines"


def failure_without_hint(key: Path, port: int) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        ssh.connect(Target("phone", "127.0.0.1", port, identity=key), limits=QUICK)
    return caught.value


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6(server: Sshd) -> None:
    def behave(sock: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as real:
            splice(sock, real)

    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener:
        threading.Thread(target=lambda: behave(listener.accept()[0]), daemon=True).start()
        target = server.target(address="::1", port=listener.getsockname()[1], name="::1")
        assert str(target) == f"[::1]:{target.port}"
        assert ask(target, b"echo ok; exit\n") == b"ok\n"


def test_a_reset_in_the_middle_is_a_lost_connection(server: Sshd) -> None:
    with DelayProxy(server.port) as proxy:
        transport = ssh.connect(server.target(port=proxy.port), limits=QUICK)
        shell = transport.shell()
        shell.send(b"echo up; cat\n")
        assert shell.receive(5) == b"up\n"
        proxy.cut()
        with pytest.raises(ConnectionLost):
            shell.receive(5)
        transport.close()
