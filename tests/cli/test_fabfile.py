"""docs/use-from-a-fabfile.md is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/use-from-a-fabfile.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    example = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    (tmp_path / "tasks.py").write_text(example[1])
    (tmp_path / "fabfile.py").write_text(example[1])
    return tmp_path


@pytest.mark.parametrize("program", ["invoke", "fabric"])
def test_the_commands_are_listed(program: str, folder: Path, environment: dict[str, str]) -> None:
    ended = call(program, folder, environment, "-l")
    assert ended.returncode == 0, ended.stderr
    assert "morning " in ended.stdout
    assert "phone.plan " in ended.stdout


def test_a_command_runs_and_its_exit_code_counts(folder: Path, environment: dict[str, str]) -> None:
    fine = call("invoke", folder, environment, "phone.lint", "--words", "minimal")
    assert (fine.returncode, fine.stdout) == (0, "no mistakes\n")
    wrong = call("invoke", folder, environment, "phone.lint", "--words", "nowhere")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "there is no playbook nowhere" in wrong.stderr


def test_the_host_of_fab_is_ours(folder: Path, environment: dict[str, str]) -> None:
    ended = call("fabric", folder, environment, "-H", "127.0.0.1:1", "phone.plan", "--words", "minimal")
    assert ended.returncode == 4, ended.stderr
    assert "127.0.0.1" in ended.stderr


def test_a_task_of_ones_own_calls_a_command(folder: Path, environment: dict[str, str]) -> None:
    (folder / "tasks.py").write_text(
        "from invoke import task\nfrom provisioner.commands import collection as phone\n\n\n"
        "@task\ndef check(c):\n    phone['lint'](c, 'minimal')\n    print('and on')\n"
    )
    ended = call("invoke", folder, environment, "check")
    assert ended.stdout == "no mistakes\nand on\n", ended.stderr


def call(program: str, folder: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    start = f"from {program}.main import program; program.run()"
    return subprocess.run(
        [sys.executable, "-c", start, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
