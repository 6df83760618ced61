"""What starting costs, and what it does not read."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run

HEAVY = {"paramiko", "fabric", "jinja2", "rich", "asyncio", "invoke", "cryptography", "yaml", "dataclasses"}

LOADED = """
import sys
from provisioner.cli import main
try:
    main(["hello-termux", *sys.argv[1:]])
except SystemExit:
    pass
sys.stderr.write("\\n" + " ".join(sys.modules))
"""


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], ["--version"], ["completion", "bash"]])
def test_a_quick_answer_loads_nothing_heavy(words: list[str]) -> None:
    ended = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ended.stderr.split("\n")[-1].split())


AS_INVOKES = """
import sys
from provisioner.commands.program import HelloTermux
HelloTermux().run(["hello-termux", *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    "words", [["lint", "minimal"], ["lint", "nowhere"], ["plan", "--help"], ["--host", "x", "show", "-x"]], ids=" ".join
)
def test_the_program_of_invoke_says_and_ends_the_same(run: Run, environment: dict[str, str], words: list[str]) -> None:
    command = [sys.executable, "-c", AS_INVOKES, *words]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    ours = run(*words)
    assert (ended.returncode, ended.stdout, ended.stderr) == (ours.returncode, ours.stdout, ours.stderr)


@pytest.mark.parametrize("words", [["--help"], ["completion", ":words", "--", "pl"]], ids=" ".join)
def test_start_up_is_at_most_six_times_that_of_python(words: list[str]) -> None:
    """The best of some tries, each beside one of Python's own, so that a busy machine slows both."""
    program, python = [sys.executable, "-m", "provisioner", *words], [sys.executable, "-c", "pass"]
    ratios = [_seconds(program) / _seconds(python) for _ in range(9)]
    assert min(statistics.median(ratios), *sorted(ratios)[1:2]) <= 6


def _seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begin


def test_no_configuration_of_invoke_is_read(run: Run, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "home"):
        folder.mkdir(exist_ok=True)
        for name in ("invoke.yaml", ".invoke.yaml", "invoke.json", "fabric.yml"):
            (folder / name).write_text("raise SystemExit('read')\n: : :\n")
    ended = run("hosts", INVOKE_RUNTIME_CONFIG=str(tmp_path / "invoke.yaml"), INVOKE_TASKS_DEDUPE="[", INVOKE_DEBUG="")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "No phone is known yet" in ended.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a POSIX system")
def test_a_reader_that_goes_away_is_no_error(environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m provisioner --help | head -1"
    ended = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
