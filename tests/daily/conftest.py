"""A stand-in phone that this laptop was paired with, and the program as its person runs it every day."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone

COMMENT = "hello-termux laptop 2026-01-02"


@dataclass
class Laptop:
    """A home of its own, with an inventory of its own; commands run in it by name, as people type them."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def hosts(self) -> Path:
        return self.home / "config/hosts.toml"

    def run(self, *words: str, expect: int = 0, input: bytes = b"", **changes: str) -> str:
        """What the program prints (both streams), after its exit code was ``expect``."""
        done = self.ended(*words, input=input, **changes)
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == expect, f"exit code {done.returncode}, not {expect}:\n{said}"
        return said

    def ended(self, *words: str, input: bytes = b"", **changes: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "provisioner", *words]
        return subprocess.run(
            command, input=input, capture_output=True, cwd=self.home, env={**self.environment, **changes}, timeout=120
        )

    def begun(self, *words: str) -> subprocess.Popen[bytes]:
        """The program at work, to be interrupted: Ctrl-C means something to it, wherever the tests run."""
        return subprocess.Popen(
            [sys.executable, "-m", "provisioner", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.home,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )


def laptop_in(home: Path) -> Laptop:
    """A laptop that knows no phone yet."""
    (home / "config").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if name not in ("SSH_AUTH_SOCK", "COLUMNS")}
    root = str(Path(__file__).parents[2])
    ours = {"HOME": str(home), "HELLO_TERMUX_CONFIG_DIR": str(home / "config"), "NO_COLOR": "1", "PYTHONPATH": root}
    return Laptop(home, {**kept, **ours, "PYTHONIOENCODING": "utf-8"})


def know(laptop: Laptop, name: str, standin: StandInPhone, **more: str) -> None:
    """Write the phone into the inventory, as ``pair`` does."""
    values = {"address": standin.address, "identity": str(standin.identity), "host_key": standin.host_key, **more}
    lines = [f'{key} = "{value}"' for key, value in values.items()]
    with laptop.hosts.open("a") as file:
        file.write("\n".join([f"[hosts.{name}]", *lines, f"port = {standin.port}", "", ""]))


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return laptop_in(tmp_path / "laptop")


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    """A stand-in phone that the tests of one file may change; each puts back what it did."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with StandInPhone.start(tmp_path_factory.mktemp("phone")) as standin:
        yield standin


@pytest.fixture
def pixel(laptop: Laptop, phone: StandInPhone) -> StandInPhone:
    """The phone, known to the laptop as ``pixel``."""
    know(laptop, "pixel", phone)
    return phone
