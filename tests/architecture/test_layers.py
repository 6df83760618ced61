"""The layers of docs/architecture.md hold: every contract of [tool.importlinter] in pyproject.toml is kept."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


@pytest.mark.parametrize("contract", [contract["id"] for contract in CONTRACTS])
def test_contract(contract: str) -> None:
    command = [sys.executable, "-c", LINT, "--no-logo", "--no-cache", "--contract", contract]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
