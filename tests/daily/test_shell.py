"""``shell``: a terminal on the phone, by OpenSSH's client, or by ours where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop
from tests.support.terminal import Terminal

pytestmark = [
    pytest.mark.usefixtures("pixel"),
    pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal"),
]
ANSWER = "echo size $(stty size) tty $(tty | cut -c1-8)\r"


@pytest.fixture(params=["OpenSSH", "ours"])
def environment(request: pytest.FixtureRequest, laptop: Laptop, tmp_path: Path) -> dict[str, str]:
    """With OpenSSH's client on PATH, and without."""
    (tmp_path / "empty").mkdir()
    path = laptop.environment["PATH"] if request.param == "OpenSSH" else str(tmp_path / "empty")
    return {**laptop.environment, "PATH": path}


def test_a_terminal_with_its_size_and_the_shells_exit_code(laptop: Laptop, environment: dict[str, str]) -> None:
    at = Terminal(["shell", "pixel"], laptop.home, environment)
    at.expect("$ ")
    at.type(ANSWER)
    at.expect("size 24 80 tty /dev/pts")
    at.resize(100, 30)
    at.type("sleep 0.3; " + ANSWER)
    at.expect("size 30 100")
    at.type("sh -c 'echo on$((1+1)); exec sleep 60'\r")
    at.expect("on2")
    at.type("\x03echo 中文 $((6*7))\r")
    at.expect("中文 42")
    at.type("exit 9\r")
    assert at.ended() == 9


def test_a_strange_host_key_opens_nothing(laptop: Laptop, environment: dict[str, str], pixel: StandInPhone) -> None:
    text = laptop.hosts.read_text()
    laptop.hosts.write_text(text.replace(pixel.host_key, pixel.host_key[:-8] + "AAAAAAAA"))
    at = Terminal(["shell", "pixel"], laptop.home, environment)
    assert at.ended() == 5
    assert "has changed" in at.seen and "Welcome" not in at.seen


def test_without_a_terminal_openssh_still_reads_commands_and_ours_says_what_does(
    laptop: Laptop, environment: dict[str, str]
) -> None:
    done = laptop.ended("shell", input=b"echo $((6*7)); exit 4\n", PATH=environment["PATH"])
    if environment["PATH"] == laptop.environment["PATH"]:
        assert (done.returncode, done.stdout) == (4, b"42\n")
    else:
        assert done.returncode == 1 and b"hello-termux run" in done.stderr
