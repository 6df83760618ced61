"""Every way not to get in has its sentence: what happened, where, what to do next."""

from __future__ import annotations

import contextlib
import errno
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

from provisioner.connecting import link
from provisioner.errors import ConnectError, ConnectionLost
from provisioner.runner import Conversation
from provisioner.shell import Device
from provisioner.transport import explain, ssh
from provisioner.transport.hostkeys import Trust
from provisioner.transport.target import Address, Limits, Target
from tests.ssh.conftest import QUICK, ask, everything
from tests.support import odd_peers
from tests.support.delay_proxy import DelayProxy
from tests.support.sshd import ME, SHELL, Sshd, free_port, keygen


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return keygen(tmp_path / "key")


def failure(key: Path, port: int, address: str = "127.0.0.1") -> ConnectError:
    target = Target(name="phone", address=address, port=port, identity=key)
    with pytest.raises(ConnectError) as caught:
        ssh.connect(target, limits=QUICK)
    assert caught.value.summary and caught.value.hint, "every failure says what to do next"
    assert "\n" not in caught.value.summary
    return caught.value


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
            _splice(sock, real)

    with odd_peers.peer(behave) as port:
        assert ask(server.target(port=port), b"echo ok; exit\n") == b"ok\n"


def test_penalised_by_the_server(key: Path) -> None:
    with odd_peers.peer(odd_peers.says_and_closes(b"Not allowed at this time\r\n")) as port:
        error = failure(key, port)
    assert "does not let this machine in for now" in error.summary
    assert "wait" in error.hint


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
            _splice(sock, real)

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


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_ipv6(server: Sshd) -> None:
    def behave(sock: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as real:
            _splice(sock, real)

    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener:
        threading.Thread(target=lambda: behave(listener.accept()[0]), daemon=True).start()
        target = server.target(address="::1", port=listener.getsockname()[1], name="::1")
        assert str(target) == f"[::1]:{target.port}"
        assert ask(target, b"echo ok; exit\n") == b"ok\n"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("phone", "phone", None),
        ("192.168.1.7:2022", "192.168.1.7", 2022),
        ("::1", "::1", None),
        ("[::1]:8022", "::1", 8022),
        ("[fe80::1]", "fe80::1", None),
        ("fe80::1%wlan0", "fe80::1%wlan0", None),
        ("[fe80::1%wlan0]:8022", "fe80::1%wlan0", 8022),
    ],
)
def test_addresses(text: str, host: str, port: int | None) -> None:
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no address"),
        ("phone:", "no port"),
        ("phone:0", "no port"),
        ("phone:65536", "no port"),
        ("phone:ssh", "no port"),
        ("phone:99999999999999999999", "no port"),
        ("phone:８０２２", "no port"),
        ("[::1", "write .ADDRESS.:PORT"),
        ("[::1]8022", "write .ADDRESS.:PORT"),
        ("[phone]:8022", "no IPv6 address"),
        ("fe80::zz:1:2", "written .ADDRESS.:PORT"),
        ("u0_a123@phone", "leave out u0_a123@"),
        ("my phone", "space"),
        ("-oProxyCommand=x", "no address"),
    ],
)
def test_bad_addresses(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Address.parse(text)


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


def _splice(one: socket.socket, two: socket.socket) -> None:
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
