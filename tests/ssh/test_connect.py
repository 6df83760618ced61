"""Connecting costs as few turns as promised, and the shell is the one that was asked for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.errors import ConnectError, ConnectionLost
from provisioner.transport import ssh
from provisioner.transport.dialling import dial
from tests.ssh.conftest import QUICK, ask, everything
from tests.support.delay_proxy import DelayProxy
from tests.support.sshd import Sshd

SCRIPT = b'echo "one $0"; echo two >&2; exit 3\n'


def test_shell_answers_with_both_outputs_and_its_status(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(SCRIPT)
        assert everything(shell) == b"one /bin/sh\ntwo\n"
        assert shell.exit_status(5) == 3
        assert shell.receive(1) == b""
        assert transport.server.startswith("SSH-2.0-OpenSSH_")
        assert transport.device == fingerprint(server)


def test_four_turns_from_the_first_byte_to_the_answer(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(SCRIPT)
        assert b"one" in everything(shell)
        cost = transport.cost
    assert (cost.connections, cost.execs) == (1, 1)
    assert cost.turns == 4
    assert cost.sent < 1700, "without a script of any length"


def test_three_turns_if_the_script_is_there_before_the_login(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK, opening=SCRIPT) as transport:
        assert b"one" in everything(transport.shell())
        assert transport.cost.turns == 3
        assert transport.cost.execs == 1


def test_asking_for_a_sign_of_life_in_a_long_silence_is_no_turn(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK, opening=b"sleep 1; echo done; exit\n") as transport:
        shell = transport.shell()
        quiet = transport.cost.sent
        assert everything(shell) == b"done\n"
        assert transport.cost.sent > quiet, "nothing was asked"
        assert transport.cost.turns == 3


def test_turns_hold_on_a_long_way(server: Sshd) -> None:
    with (
        DelayProxy(server.port, rtt=0.1) as proxy,
        ssh.connect(server.target(port=proxy.port), limits=QUICK) as transport,
    ):
        shell = transport.shell()
        shell.send(SCRIPT)
        assert b"one" in everything(shell)
        assert transport.cost.turns == 4


def test_cost_is_what_passed_on_the_socket(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        before = replace(transport.cost)
        shell.send(b"#" * 10_000 + b"\n")
        assert 10_000 < transport.cost.sent - before.sent < 10_400
        shell.send(b"head -c 50000 /dev/zero; exit\n")
        assert everything(shell).count(b"\0") == 50_000
        assert 50_000 < transport.cost.received - before.received < 53_000


def test_an_opening_longer_than_the_credit_arrives_whole(server: Sshd) -> None:
    body = b"".join(b": %06d\n" % number for number in range(20_000))
    with ssh.connect(server.target(), limits=QUICK, opening=body + b"echo done; exit\n") as transport:
        assert everything(transport.shell()) == b"done\n"


def test_exactly_the_command_is_executed(server: Sshd) -> None:
    ask(server.target(), b"exit\n")
    assert "Starting session: command" in server.log
    with pytest.raises(ConnectError, match="cannot be started"):
        ssh.connect(server.target(command="/nowhere/sh -s"), limits=QUICK, opening=b"exit 0\n").expect_end(5)


def test_several_shells_and_tunnels_live_side_by_side(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        first = transport.shell()
        first.send(b"echo $$; read x; echo got $x; exit\n")
        assert first.receive(5).strip().isdigit()
        tunnel = transport.tunnel(server.port)
        tunnel.settimeout(5)
        assert tunnel.recv(8).startswith(b"SSH-2.0-")
        second = transport.shell()
        second.send(b"echo second; exit\n")
        assert everything(second) == b"second\n"
        first.send(b"it\n")
        assert everything(first) == b"got it\n"
        assert transport.cost.execs == 2
        for _ in range(12):  # more than MaxSessions at once: each is closed before the next
            again = transport.shell()
            again.send(b"exit\n")
            assert everything(again) == b""


def test_a_shell_after_a_tunnel_does_not_guess_the_channel(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        transport.tunnel(server.port)
        shell = transport.shell()
        shell.send(SCRIPT)
        assert b"one" in everything(shell)
        assert transport.cost.connections == 1


def test_receive_waits_no_longer_than_asked_and_the_shell_goes_on(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"sleep 2; echo late; exit\n")
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            shell.receive(0.2)
        assert time.monotonic() - started < 1.5
        assert everything(shell) == b"late\n", "living peers answer pings, however long a command is silent"


def test_receive_is_prompt(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"echo ready; while read x; do echo $x; done\n")
        assert shell.receive(5) == b"ready\n"
        rounds = []
        for number in range(50):
            started = time.perf_counter()
            shell.send(b"%d\n" % number)
            assert shell.receive(5) == b"%d\n" % number
            rounds.append(time.perf_counter() - started)
        assert sorted(rounds)[25] < 0.02, "somebody polls"


def test_sending_to_an_ended_shell_is_no_error(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"echo bye; exit\n")
        time.sleep(0.3)
        shell.send(b"x" * (8 << 20))
        assert everything(shell) == b"bye\n"


def test_a_killed_daemon_is_a_lost_connection(start: Callable[..., Sshd]) -> None:
    server = start()
    with ssh.connect(server.target(), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"echo here; cat\n")
        assert shell.receive(5) == b"here\n"
        server.kill_sessions()
        with pytest.raises(ConnectionLost, match="closed the connection"):
            shell.receive(5)
        with pytest.raises(ConnectionLost):
            shell.send(b"more\n")
        with pytest.raises(ConnectionLost):
            transport.shell()
        shell.close()


def test_close_does_not_wait(server: Sshd) -> None:
    transport = ssh.connect(server.target(), limits=QUICK)
    shell = transport.shell()
    shell.send(b"cat\n")
    started = time.perf_counter()
    transport.close()
    transport.close()
    shell.close()
    assert time.perf_counter() - started < 0.09
    with pytest.raises(ConnectionLost):
        shell.receive(1)


def test_nothing_is_left_behind_after_close(server: Sshd) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0

    ask(server.target(), b"exit\n")
    time.sleep(0.2)
    before = descriptors(), threading.active_count()
    for _ in range(5):
        ask(server.target(), b"exit\n")
    deadline = time.monotonic() + 5
    while (descriptors(), threading.active_count()) > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert descriptors() <= before[0]
    assert threading.active_count() <= before[1]


def test_dialling_early_takes_the_waiting_off_the_caller(server: Sshd) -> None:
    dialling = dial(server.target(), limits=QUICK)
    dialling.result()  # the playbook is parsed meanwhile
    assert dialling.cost.turns == 2, "all but the login is done, and nothing was asked"
    with ssh.connect(server.target(), dialling=dialling, limits=QUICK, opening=b"echo hi; exit\n") as transport:
        assert everything(transport.shell()) == b"hi\n"
        assert transport.cost.turns == 3
        assert transport.cost.connections == 1


def test_prove_login(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        transport.prove_login()
        assert (transport.cost.connections, transport.cost.execs) == (2, 1)
        transport.prove_login(server.port)
        with pytest.raises(ConnectError, match=r"nothing listens on 127\.0\.0\.1:1 "):
            transport.prove_login(1)
        shell = transport.shell()
        shell.send(SCRIPT)
        assert b"one" in everything(shell), "the first connection is as it was"


def test_prove_login_needs_the_same_host_key_and_a_key_that_is_let_in(server: Sshd, start: Callable[..., Sshd]) -> None:
    canary = start("AuthorizedKeysFile none")
    with (
        ssh.connect(server.target(), limits=QUICK) as transport,
        pytest.raises(ConnectError, match="another host key"),
    ):
        transport.prove_login(canary.port)
    server.share_host_key(canary.folder.parent / "sshd2")
    strict = start("AuthorizedKeysFile none")
    with (
        ssh.connect(server.target(), limits=QUICK) as transport,
        pytest.raises(ConnectError, match="Permission denied"),
    ):
        transport.prove_login(strict.port)


def test_importing_the_transport_does_not_import_paramiko() -> None:
    code = "import sys, provisioner.transport.ssh, provisioner.inventory; print('paramiko' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_invoke_is_still_there_after_paramiko_was_loaded_without_it() -> None:
    code = """
from provisioner.transport.dialling import load
load()
import sys
assert 'invoke.tasks' not in sys.modules
import invoke
assert invoke.task
from invoke import Collection, Program
import invoke.program
import fabric, paramiko
assert sys.modules['invoke'].Program is Program
assert paramiko.config.invoke.run
print('ok')
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("ok\n", "")


def fingerprint(server: Sshd) -> str:
    command = ["ssh-keygen", "-lf", str(server.folder / "host_ed25519.pub")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[1]


def test_a_shell_that_was_not_spoken_to_holds_nothing_up(server: Sshd) -> None:
    with ssh.connect(server.target(), limits=QUICK) as transport:
        silent = transport.shell()
        tunnel = transport.tunnel(server.port)
        tunnel.settimeout(5)
        assert tunnel.recv(4) == b"SSH-"
        assert transport.shell()
        silent.send(SCRIPT)
        assert b"one" in everything(silent)
    with ssh.connect(server.target(), limits=QUICK) as transport:
        silent, other = transport.shell(), transport.shell()
        other.send(SCRIPT)
        assert b"one" in everything(other)
        time.sleep(QUICK.dead + 0.5)
        silent.send(SCRIPT)
        assert b"one" in everything(silent)
