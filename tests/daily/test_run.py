"""``run``: a command's streams and its end are those of the command, whatever it is."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop
from tests.daily.gone import stop, wait_until_gone
from tests.support.delay_proxy import DelayProxy
from tests.support.terminal import Terminal

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


def test_a_full_disk_ends_it(laptop: Laptop) -> None:
    line = f"exec {sys.executable} -m provisioner run -- yes >/dev/full"
    done = subprocess.run(["sh", "-c", line], capture_output=True, env=laptop.environment, cwd=laptop.home, timeout=60)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"the output cannot be written: No space left" in done.stderr


def test_ctrl_c_reaches_the_command_and_its_exit_code_is_still_ours(laptop: Laptop) -> None:
    line = 'trap "echo told; exit 3" INT; echo ready; sleep 60 & wait'
    with laptop.begun("run", "--", line) as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGINT)
        assert running.stdout.read() == b"told\n"
    assert running.returncode == 3


def test_a_command_that_ctrl_c_ends_is_130(laptop: Laptop) -> None:
    with laptop.begun("run", "--", "echo ready; exec sleep 60") as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGINT)
    assert running.returncode == 130


def test_a_command_that_heeds_no_ctrl_c_is_told_to_end_by_the_second_and_killed_by_the_third(laptop: Laptop) -> None:
    line = "trap 'echo no' INT TERM; echo ready; while :; do sleep 0.1; done"
    with laptop.begun("run", "--", line) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.readline() == b"ready\n"
        for _ in range(2):
            running.send_signal(signal.SIGINT)
            assert running.stdout.readline() == b"no\n"
        running.send_signal(signal.SIGINT)
        assert b"told to end (TERM)" in running.stderr.read()
    assert running.returncode == 137


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_a_silent_command_ends_when_the_laptop_is_gone(
    number: signal.Signals, laptop: Laptop, phone: StandInPhone
) -> None:
    with laptop.begun("run", "--", "sleep 4321 & echo ready; sleep 4322") as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        running.send_signal(number)
    assert running.returncode == (-9 if number is signal.SIGKILL else 128 + number)
    wait_until_gone(phone, "sleep 432")


def test_nohup_goes_on_without_the_laptop(laptop: Laptop, phone: StandInPhone) -> None:
    with laptop.begun("run", "--", "exec nohup sh -c 'echo ready; exec sleep 4325'") as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        running.kill()
    wait_until_gone(phone, "tail -f")
    time.sleep(1)  # the hang-up comes at once then
    stop(phone, "sleep 4325")


def test_a_silent_command_ends_with_the_link(laptop: Laptop, phone: StandInPhone) -> None:
    with DelayProxy(phone.port) as wire:
        laptop.hosts.write_text(laptop.hosts.read_text().replace(f"port = {phone.port}", f"port = {wire.port}"))
        with laptop.begun("run", "--", "echo ready; sleep 4323") as running:
            assert running.stdout is not None and running.stdout.readline() == b"ready\n"
            wire.cut()
            assert running.stderr is not None
            assert b"connection" in running.stderr.read()
        assert running.returncode == 4
    wait_until_gone(phone, "sleep 4323")


def test_nothing_of_ours_stays_behind(laptop: Laptop, phone: StandInPhone) -> None:
    assert laptop.run("run", "--", "sleep 4324 >/dev/null 2>&1 & echo begun") == "begun\n"
    wait_until_gone(phone, "tail -f")
    stop(phone, "sleep 4324")


def test_what_is_typed_is_its_input(laptop: Laptop) -> None:
    at = Terminal(["run", "--", 'read -r line; echo "got $line"; cat; echo end'], laptop.home, laptop.environment)
    at.type("one\r")
    at.expect("got one")
    at.type("two\r")
    at.expect("two\r\ntwo\r\n")
    at.type("\x04")
    at.expect("end")
    assert at.ended() == 0


def test_in_the_background_of_a_terminal_it_reads_nothing_and_is_not_stopped(laptop: Laptop) -> None:
    shell, terminal = pty.fork()
    if shell == 0:
        command = [sys.executable, "-m", "provisioner", "run", "--", "cat; exit 5"]
        job = subprocess.Popen(command, env=laptop.environment, cwd=laptop.home, process_group=0)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(job.pid, os.WUNTRACED)[1]))
    assert os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]) == 5
    os.close(terminal)


def test_options_of_the_command_need_two_dashes(laptop: Laptop) -> None:
    assert "goes behind --: hello-termux run --" in laptop.run("run", "ls", "-l", expect=1)
    assert "run what?" in laptop.run("run", expect=1)


def test_a_phone_out_of_reach_is_exit_code_4_and_a_strange_key_5(laptop: Laptop, pixel: StandInPhone) -> None:
    assert "refuses the connection" in laptop.run("run", "-H", "127.0.0.1:1", "--", "true", expect=4)
    text = laptop.hosts.read_text()
    laptop.hosts.write_text(text.replace(pixel.host_key, pixel.host_key[:-8] + "AAAAAAAA"))
    assert "has changed" in laptop.run("run", "--", "touch", "never", expect=5)
    assert not (pixel.home / "never").exists()
