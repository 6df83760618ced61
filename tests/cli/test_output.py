"""Where the words of the program cannot go: a full disk, a reader that has gone, a stream that is closed; and Ctrl-C
before there is a program."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")
ANSWERS = ["--help", "lint minimal", "lint minimal --json", "show", "hosts", "hosts --json", "completion bash"]


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def laptop(request: pytest.FixtureRequest, environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "PYTHONUNBUFFERED": request.param}


def ended(words: str, laptop: dict[str, str], redirection: str) -> subprocess.CompletedProcess[str]:
    line = f'exec "$0" -m provisioner {words} {redirection}'
    return subprocess.run(["sh", "-c", line, sys.executable], env=laptop, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("words", ANSWERS)
def test_a_full_disk_is_told_in_a_sentence(words: str, laptop: dict[str, str]) -> None:
    full = ended(words, laptop, ">/dev/full")
    told = "hello-termux: the output cannot be written: No space left on device\n"
    assert (full.returncode, full.stderr) == (1, told)


@pytest.mark.parametrize("words", ANSWERS)
def test_a_reader_that_has_gone_ends_it_as_any_program_quietly(words: str, laptop: dict[str, str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "provisioner", *words.split()]
    gone = subprocess.run(command, env=laptop, stdout=writes, stderr=subprocess.PIPE, timeout=60)
    os.close(writes)
    assert (gone.returncode, gone.stderr) == (128 + signal.SIGPIPE, b"")


def test_an_error_that_nobody_can_read_keeps_its_exit_code(laptop: dict[str, str]) -> None:
    assert ended("lint nowhere", laptop, "2>/dev/full").returncode == 1
    assert ended("lint nowhere --json", laptop, ">/dev/full 2>&1").returncode == 1
    assert ended("plan -H 127.0.0.1:1", laptop, "2>/dev/full").returncode == 4
    reads, writes = os.pipe()
    os.close(reads)
    words = [sys.executable, "-m", "provisioner", "plan", "-H", "127.0.0.1:1"]
    gone = subprocess.run(words, env=laptop, stdout=subprocess.PIPE, stderr=writes, timeout=60)
    os.close(writes)
    assert (gone.returncode, gone.stdout) == (4, b"")


def test_a_closed_output_is_told_before_anything_is_done(laptop: dict[str, str]) -> None:
    closed = ended("lint minimal", laptop, ">&-")
    assert closed.returncode == 1
    assert closed.stderr == "hello-termux: standard output is closed; >/dev/null is for what nobody shall see\n"


def test_the_other_streams_may_be_closed(laptop: dict[str, str]) -> None:
    closed = ended("lint minimal", laptop, "<&- 2>&-")
    assert (closed.returncode, closed.stderr) == (0, "") and closed.stdout == "no mistakes\n"


PRESSED = """
import os, signal, sys

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["PRESSED_AT"]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Presses())
"""


@pytest.mark.parametrize("module", ["cli", "commands.edge", "commands.lint", "playbook", "views.plain"])
def test_ctrl_c_while_the_program_is_being_loaded_is_silent(
    module: str, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(PRESSED)
    top = str(Path(__file__).parents[2])
    changes = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{top}", "PRESSED_AT": f"provisioner.{module}"}
    pressed = subprocess.run(
        [sys.executable, "-m", "provisioner", "lint", "minimal"],
        env={**environment, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert pressed.returncode in (-signal.SIGINT, 130), pressed  # both are 130 to a shell
    assert (pressed.stdout, pressed.stderr.strip()) in (("", ""), ("", "hello-termux: stopped"))


WAYS_IN = {"module": ["-m", "provisioner"], "script": ["-c", "from provisioner.__main__ import program; program()"]}


def started(way: str, environment: dict[str, str]) -> subprocess.Popen[str]:
    """``lint`` under way; Python tells on its standard error of each module that it has loaded."""
    return subprocess.Popen(
        [sys.executable, "-X", "importtime", *WAYS_IN[way], "lint", "minimal"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.parametrize("way", WAYS_IN)
def test_ctrl_c_at_any_moment_after_our_first_line_leaves_no_traceback(way: str, environment: dict[str, str]) -> None:
    """Before that line, in Python's own start, it is Python that answers: no program can change how."""
    told = started(way, environment).communicate(timeout=60)[1].splitlines()
    first = 1 + next(number for number, line in enumerate(told) if line.split("|")[-1].strip() == "provisioner")
    assert len(told) - first > 20
    for moment in range(first, len(told), 4):
        with started(way, environment) as pressed:
            assert pressed.stderr and pressed.stdout
            for _ in range(moment + 1):
                pressed.stderr.readline()
            pressed.send_signal(signal.SIGINT)
            said = [line for line in pressed.stderr.read().splitlines() if line and not line.startswith("import time:")]
            answer = pressed.stdout.read()
        assert pressed.returncode in (-signal.SIGINT, 130, 0), (moment, said)
        assert said in ([], ["hello-termux: stopped"]), moment
        assert answer in ("", "no mistakes\n"), moment


def test_what_is_told_is_folded_at_words_and_what_is_to_be_copied_is_not(environment: dict[str, str]) -> None:
    told = "from provisioner.commands.ask import say; say('not ' * 6 + 'folded/inside'); say('    ' + 'copy ' * 6)"
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", told]
    subprocess.run(command, env={**environment, "COLUMNS": "30"}, stderr=theirs, check=True, timeout=60)
    shown = os.read(ours, 4096).decode()
    os.close(ours)
    os.close(theirs)
    assert shown == "not not not not not not\r\nfolded/inside\r\n    " + "copy " * 6 + "\r\n"
