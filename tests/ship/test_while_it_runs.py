"""A program that was shipped, while it runs: its input, its ports, its end and ours."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from provisioner.rehearsal import StandInPhone
from tests.ship.conftest import PROGRAM, Write, flat
from tests.ship.programs import ASKING, SERVING, WAITING
from tests.support.delay_proxy import DelayProxy
from tests.support.program import Phone
from tests.support.terminal import Terminal


@contextmanager
def running(phone: Phone, *words: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """``ship`` as somebody runs it who may press Ctrl-C."""
    where = ["-H", phone.place, "-i", str(phone.identity)]
    command = [sys.executable, "-m", "provisioner", *where, "ship", *words]
    env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(phone.config)}
    out, err = subprocess.PIPE, subprocess.PIPE
    with subprocess.Popen(command, stdin=stdin, stdout=out, stderr=err, text=True, env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_runs_there_gets_arguments_and_gives_output_and_exit_code(go: Path, write: Write, phone: Phone) -> None:
    write(PROGRAM)
    with running(phone, "./cmd/hello", "--run", "a", "b c", "--", "--run") as process:
        assert process.communicate(timeout=300)[0] == "你好 phone 3 [a b c --run]\n"
    assert process.returncode == 3


def test_ctrl_c_ends_it_there_too(go: Path, write: Write, phone: Phone) -> None:
    write({"wait.go": WAITING})
    with running(phone, "wait.go", "--run", "--stage", "laptop") as process:
        assert process.stdout and process.stdout.readline() == "waiting\n"
        assert phone.ssh("pgrep -x wait")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert phone.ssh("pgrep -x wait", check=False) == ""


def test_a_program_that_asks_hears_the_answers(go: Path, write: Write, phone: Phone) -> None:
    write({"ask.go": ASKING})
    with running(phone, "ask.go", "--run", "--", "-v", "two words", stdin=subprocess.PIPE) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == "who are you?\n"
        for name in ("韩梅梅", "Li Lei"):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"hello {name}\n"
        process.stdin.close()
        assert process.stdout.read() == "bye [-v two words]\n"
    assert process.returncode == 7


def test_a_program_that_draws_gets_a_terminal(go: Path, write: Write, phone: Phone) -> None:
    folder = write({"ask.go": ASKING})
    words = ["ship", "ask.go", "-t", "-H", phone.place, "-i", str(phone.identity), "--", "-v"]
    with closing(Terminal(words, folder, phone.environment)) as at:
        at.expect("who are you?")
        at.type("Li Lei\r")
        at.expect("Li Lei\r\nhello Li Lei")
        at.type("\x04")
        at.expect("bye [-v]")
        assert at.ended() == 7


def test_a_terminal_is_for_a_person(phone: Phone) -> None:
    assert "that needs a terminal here" in phone.run("ship", "-t", expect=1)
    assert "contradict each other" in phone.run("ship", "-t", "--json", expect=1)


def test_a_program_that_handles_ctrl_c_ends_in_its_own_way(go: Path, write: Write, phone: Phone) -> None:
    write({"ask.go": ASKING})
    with running(phone, "ask.go", "--run", stdin=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == "who are you?\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"
    assert process.returncode == 3


def test_a_laptop_that_is_gone_leaves_nothing_running(
    go: Path, write: Write, phone: Phone, standin: StandInPhone
) -> None:
    write({"wait.go": WAITING})
    with running(phone, "wait.go", "--run", "--stage", "laptop") as process:
        assert process.stdout and process.stdout.readline() == "waiting\n"
        process.kill()
        process.wait(30)
    assert ends(standin)


def test_a_port_of_this_computer_leads_to_the_programs(go: Path, write: Write, phone: Phone) -> None:
    write({"serve.go": SERVING})
    with running(phone, "serve.go", "--forward", "0:1111", "--stage", "laptop") as process:
        assert process.stdout and process.stdout.readline() == "serving\n"
        assert process.stderr
        line = next(line for line in process.stderr if "leads to its port 1111" in line)
        port = int(line.split("http://127.0.0.1:")[1].split()[0])
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as visit:
                visit.sendall(b"GET / HTTP/1.0\r\n\r\n")
                assert visit.makefile().read().endswith("Welcome to this website!")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


def test_a_program_ends_with_the_connection(go: Path, write: Write, standin: StandInPhone, tmp_path: Path) -> None:
    write({"wait.go": WAITING})
    config = tmp_path / "config"
    config.mkdir()
    with DelayProxy(standin.port) as wire:
        phone = Phone.of(standin, config, port=wire.port)
        with running(phone, "wait.go", "--run", "--stage", "laptop") as process:
            assert process.stdout and process.stdout.readline() == "waiting\n"
            wire.cut()
            assert process.wait(30) == 4
            assert process.stderr and "ends on the phone" in flat(process.stderr.read())
    assert ends(standin)


def ends(standin: StandInPhone) -> bool:
    """Whether the program that waits is gone soon."""
    prefix = standin.environment["PREFIX"]
    deadline = time.monotonic() + 20
    while standin.inside(f"{prefix}/bin/pgrep", "-x", "wait").stdout and time.monotonic() < deadline:
        time.sleep(0.1)
    return time.monotonic() < deadline
