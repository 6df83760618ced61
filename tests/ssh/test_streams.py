"""Bytes arrive as they were sent, in both directions at once, and a dead peer is noticed."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable

import pytest

from provisioner.errors import ConnectError, ConnectionLost
from provisioner.transport import ssh
from provisioner.transport.ssh_shell import SSHShell
from provisioner.transport.target import Limits
from tests.ssh.conftest import QUICK, everything
from tests.support import odd_peers
from tests.support.delay_proxy import DelayProxy
from tests.support.sshd import Sshd

MEGA = 1 << 20


def begin(shell: SSHShell, line: bytes) -> None:
    """Run a line whose programs read what is sent next; sh itself must not have it in its buffer."""
    shell.send(b"echo ready; " + line + b"\n")
    assert shell.receive(10) == b"ready\n"


def test_every_byte_comes_back_as_it_went(server: Sshd) -> None:
    data = bytes(range(256)) * 300 + b"\r\n\x04\x1c~.\xff\x00"
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        begin(shell, b"head -c %d; exit" % len(data))
        shell.send(data)
        assert everything(shell) == data


def test_twenty_megabytes_there_and_back_on_one_thread(server: Sshd) -> None:
    data = os.urandom(MEGA) * 20
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        begin(shell, b"exec cat")
        shell.send(data)  # cat answers all the while, and nobody listens
        got = bytearray()
        while len(got) < len(data):
            got += shell.receive(30)
        assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest()


def test_much_output(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"head -c 60000000 /dev/zero; exit\n")
        assert len(everything(shell)) == 60_000_000


def test_twenty_megabytes_through_a_tunnel(server: Sshd) -> None:
    data = os.urandom(MEGA) * 20

    def echo(sock: socket.socket) -> None:
        while part := sock.recv(1 << 16):
            sock.sendall(part)

    with odd_peers.peer(echo) as port, ssh.connect(server.target(), limits=QUICK) as transport:
        tunnel = transport.tunnel(port)
        tunnel.settimeout(30)
        sender = threading.Thread(target=tunnel.sendall, args=(data,), daemon=True)
        sender.start()
        got = bytearray()
        while len(got) < len(data):
            part = tunnel.recv(1 << 16)
            assert part
            got += part
        sender.join(10)
        assert got == data
        tunnel.close()


def test_a_timeout_of_receive_does_not_cut_a_send_short(server: Sshd) -> None:
    data = os.urandom(MEGA) * 8
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        begin(shell, b"sleep 1; head -c %d | cksum; exit" % len(data))
        sender = threading.Thread(target=shell.send, args=(data,), daemon=True)
        sender.start()
        for _ in range(4):
            with pytest.raises(TimeoutError):
                shell.receive(0.1)
        sender.join(20)
        assert everything(shell).split()[1] == b"%d" % len(data)


def test_nothing_listens_behind_the_tunnel(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        with pytest.raises(ConnectError, match=r"nothing listens on 127\.0\.0\.1:1 of"):
            transport.tunnel(1)
        shell = transport.shell()
        shell.send(b"echo still here; exit\n")
        assert everything(shell) == b"still here\n"


class TestDeadPeer:
    """The wire is there, and nobody at its other end: with the usual limits known within 15 s."""

    def test_the_usual_limits_keep_the_promise(self) -> None:
        usual = Limits()
        assert usual.dead + 1 <= 15, "up to a second goes by until the clock is looked at"
        assert usual.dead - usual.ping >= 2 * usual.ping, "it was asked more than once"

    def test_while_we_wait_for_output(self, server: Sshd) -> None:
        with DelayProxy(server.port) as proxy, ssh.connect(server.target(port=proxy.port), limits=QUICK) as transport:
            shell = transport.shell()
            shell.send(b"echo up; cat\n")
            assert shell.receive(5) == b"up\n"
            proxy.hush()
            started = time.monotonic()
            with pytest.raises(ConnectionLost, match="has not answered for"):
                shell.receive(30)
            assert QUICK.dead - 0.1 < time.monotonic() - started < QUICK.dead + 3
            with pytest.raises(ConnectionLost):
                shell.send(b"x")

    def test_while_we_send(self, server: Sshd) -> None:
        with DelayProxy(server.port) as proxy, ssh.connect(server.target(port=proxy.port), limits=QUICK) as transport:
            shell = transport.shell()
            begin(shell, b"exec cat >/dev/null")
            proxy.hush()
            started = time.monotonic()
            with pytest.raises(ConnectionLost):
                for _ in range(100):
                    shell.send(b"x" * MEGA)
            assert time.monotonic() - started < 10

    def test_a_frozen_daemon_behind_a_living_kernel(self, start: Callable[..., Sshd]) -> None:
        import signal

        server = start()
        with ssh.connect(server.target(), limits=QUICK) as transport:
            shell = transport.shell()
            shell.send(b"echo $PPID; cat\n")
            daemon = int(shell.receive(5))
            os.kill(daemon, signal.SIGSTOP)
            try:
                with pytest.raises(ConnectionLost):
                    for _ in range(64):
                        shell.send(b"x" * MEGA)  # TCP's buffer fills up, and then the window
            finally:
                os.kill(daemon, signal.SIGCONT)

    def test_during_the_login(self, server: Sshd) -> None:
        with DelayProxy(server.port, rtt=0.2) as proxy:
            threading.Timer(0.75, proxy.hush).start()
            started = time.monotonic()
            with pytest.raises(ConnectError):
                ssh.connect(server.target(port=proxy.port), limits=Limits(connect=2, banner=1, exchange=1, login=1))
            assert time.monotonic() - started < 6

    def test_a_peer_that_lives_is_never_given_up(self, server: Sshd) -> None:
        with (
            DelayProxy(server.port, rtt=0.4) as proxy,
            ssh.connect(server.target(port=proxy.port), limits=QUICK) as transport,
        ):
            shell = transport.shell()
            shell.send(b"sleep 4; echo awake; exit\n")
            assert everything(shell) == b"awake\n"
