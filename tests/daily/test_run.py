"""``run``: a command's streams and its end are those of the command, whatever it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop

pytestmark = pytest.mark.usefixtures("pixel")


def test_a_program_gets_its_words_as_they_are(laptop: Laptop) -> None:
    words = ["two words", "$HOME", "*", "", "'", '"', "文件", "a\nb", "-x"]
    done = laptop.ended("run", "-H", "pixel", "--", "printf", "%s|", *words)
    assert (done.returncode, done.stdout.decode()) == (0, "".join(f"{word}|" for word in words))


def test_one_word_is_a_line_for_sh(laptop: Laptop) -> None:
    done = laptop.ended("run", "--", 'echo out; echo err >&2; printf "%s\n" 1 2 3 | tail -n 1; exit 5')
    assert (done.returncode, done.stdout, done.stderr) == (5, b"out\n3\n", b"err\n")


@pytest.mark.parametrize(("line", "code"), [("no-such-program", 127), ("kill -9 $$", 137), ("(", 2), ("}; exit 0", 2)])
def test_the_exit_code_is_the_commands(line: str, code: int, laptop: Laptop) -> None:
    assert laptop.ended("run", "--", line).returncode == code


def test_termuxs_environment_is_set_whatever_sshd_handed_on(laptop: Laptop) -> None:
    said = laptop.run("run", "--", 'echo "$PREFIX $LANG $PWD $TMPDIR"; echo ":$PATH:"')
    files = "/data/data/com.termux/files"
    assert said.startswith(f"{files}/usr en_US.UTF-8 {files}/home {files}/usr/tmp\n")
    assert f":{files}/home/.local/bin:{files}/usr/bin:{files}/home/go/bin:" in said


def test_input_and_output_are_handed_through_byte_for_byte(laptop: Laptop) -> None:
    data = os.urandom(3_000_000)
    assert laptop.ended("run", "--", "cat", input=data).stdout == data
    assert laptop.ended("run", "--", "head", "-c", "10", input=data).stdout == data[:10]
    assert laptop.ended("run", "--", "wc -c").stdout.strip() == b"0"


def test_output_comes_as_it_is_written(laptop: Laptop) -> None:
    command = [sys.executable, "-m", "provisioner", "run", "--", "echo now; cat; echo later"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=laptop.environment, cwd=laptop.home
    ) as running:
        assert running.stdout is not None and running.stdin is not None
        assert running.stdout.readline() == b"now\n"  # while the command still waits for its input
        running.stdin.close()
        assert running.stdout.read() == b"later\n"


def test_a_reader_that_goes_away_ends_it(laptop: Laptop) -> None:
    line = f"{sys.executable} -m provisioner run -- yes | head -n 1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, env=laptop.environment, cwd=laptop.home, timeout=60)
    assert (done.stdout, done.stderr) == (b"y\n", b"")


def test_ctrl_c_reaches_the_command(laptop: Laptop, phone: StandInPhone) -> None:
    line = 'trap "touch ~/was-told; exit 3" INT; echo ready; sleep 60 & wait'
    with laptop.begun("run", "--", line) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGINT)
        assert b"stopped; the command on the phone was told to stop too" in running.stderr.read()
    assert running.returncode == 130
    deadline = time.monotonic() + 20
    while not (phone.home / "was-told").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_options_of_the_command_need_two_dashes(laptop: Laptop) -> None:
    assert "goes behind --: hello-termux run --" in laptop.run("run", "ls", "-l", expect=1)
    assert "run what?" in laptop.run("run", expect=1)


def test_a_phone_out_of_reach_is_exit_code_4_and_a_strange_key_5(laptop: Laptop, pixel: StandInPhone) -> None:
    assert "refuses the connection" in laptop.run("run", "-H", "127.0.0.1:1", "--", "true", expect=4)
    text = laptop.hosts.read_text()
    laptop.hosts.write_text(text.replace(pixel.host_key, pixel.host_key[:-8] + "AAAAAAAA"))
    assert "has changed" in laptop.run("run", "--", "touch", "never", expect=5)
    assert not (pixel.home / "never").exists()
