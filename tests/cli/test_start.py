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


LEAN = """
import sys
from provisioner.commands.lean import import_invoke
import_invoke()
import provisioner.commands.program
print("asyncio" in sys.modules, "unittest.mock" in sys.modules, "invoke.vendor.yaml.reader" in sys.modules)
import invoke, unittest.mock, io
print(isinstance(invoke.MockContext(run=invoke.Result("x")).run, unittest.mock.Mock))
print(invoke.config.yaml.safe_load(io.StringIO("a: [1]")), sys.meta_path)
"""


def test_invoke_is_loaded_without_mock_and_yaml_which_still_work() -> None:
    ended = subprocess.run([sys.executable, "-c", LEAN], capture_output=True, text=True, check=True)
    first, second, third = ended.stdout.splitlines()
    assert first == "False False False"
    assert second == "True"
    assert third.startswith("{'a': [1]}")
    assert "_LazyYaml" not in third


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
