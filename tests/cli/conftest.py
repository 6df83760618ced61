"""Runs the program as a person does: a process of its own, in an empty folder, with nobody's configuration."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own; no colours are asked for or forbidden."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "PYTHONPATH")}
    home = str(tmp_path / "home")
    return {**kept, "HOME": home, "HELLO_TERMUX_CONFIG_DIR": f"{home}/config", "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    """``run("plan", "--json")``: what the program said and how it ended."""

    def run(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "provisioner", *words],
            cwd=tmp_path,
            env={**environment, **changes},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run
