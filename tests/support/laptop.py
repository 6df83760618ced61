"""A laptop in the same Wi-Fi as a stand-in phone: a network of its own, a wire between the two, and the real program.

Nothing of it is in the host's network: the phone's network is a namespace, the laptop's another, both made by the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone

LAPTOP, PHONE = "192.168.77.2", "192.168.77.53"
BASH = "/data/data/com.termux/files/usr/bin/bash"


@dataclass
class Laptop:
    """``folder`` holds its configuration; ``pid`` is a process in its network."""

    phone: StandInPhone
    folder: Path
    pid: int
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def hosts(self) -> str:
        """The inventory, as it is written."""
        path = self.config / "hosts.toml"
        return path.read_text() if path.exists() else ""

    def words(self, *argv: str) -> list[str]:
        """A command of the host's, in the laptop's network."""
        into = ["nsenter", "--preserve-credentials", "-t"]
        return [*into, str(self.phone.world), "-U", *into, str(self.pid), "-n", *argv]

    def command(self, *argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.words(*argv), capture_output=True, text=True, check=check, timeout=60)

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """The program, left running; its outputs in one."""
        env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(self.config), "NO_COLOR": "1", "COLUMNS": "200",
               "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **variables}  # fmt: skip
        process = subprocess.Popen(
            self.words(sys.executable, "-u", "-m", "provisioner", *words),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *words: str, expect: int = 0, **variables: str) -> str:
        """What the program prints, after its exit code was ``expect``."""
        return ended(self.start(*words, **variables), expect)

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()


def ended(process: subprocess.Popen[str], expect: int = 0) -> str:
    """All that it prints until it ends with that exit code."""
    said, _ = process.communicate(timeout=120)
    assert process.returncode == expect, f"exit code {process.returncode}, not {expect}:\n{said}"
    return said


def line_of(process: subprocess.Popen[str]) -> str:
    """The line for the phone, read from what ``pair`` prints."""
    assert process.stdout
    for said in process.stdout:
        if said.lstrip().startswith("curl "):
            return said.rstrip("\n")
    raise AssertionError("pair ended without a line")


def paste(phone: StandInPhone, line: str, variables: Mapping[str, str] | None = None) -> str:
    """What Termux shows after the line was pasted into it (both streams)."""
    into = "".join(f"export {name}={value}\n" for name, value in (variables or {}).items())
    done = phone.inside(BASH, "-c", f"{into}exec 2>&1\n{line}")
    return done.stdout + done.stderr


@contextmanager
def laptop(phone: StandInPhone, folder: Path) -> Iterator[Laptop]:
    """A wire from the phone's network to a new one, and an address at either end."""
    if not shutil.which("ip"):
        pytest.skip("needs ip (apt install iproute2)")
    into = ["nsenter", "--preserve-credentials", "-t", str(phone.world), "-U", "-n"]
    network = subprocess.Popen([*into, "unshare", "--net", "sleep", "600"], stdin=subprocess.DEVNULL)
    made = Laptop(phone, folder, network.pid)
    try:
        _wait_for_network(made)
        wire = ["link", "add", "wlan0", "type", "veth", "peer", "name", "wlp2s0", "netns", str(network.pid)]
        subprocess.run([*into, "ip", *wire], check=True)
        for side, device, address in (([*into], "wlan0", PHONE), (made.words(), "wlp2s0", LAPTOP)):
            subprocess.run([*side, "ip", "address", "add", f"{address}/24", "dev", device], check=True)
            for name in ("lo", device):
                subprocess.run([*side, "ip", "link", "set", name, "up"], check=True)
        made.command("ip", "route", "add", "default", "via", PHONE)
        yield made
    finally:
        made.close()
        subprocess.run([*into, "ip", "link", "delete", "wlan0"], check=False)
        network.kill()
        network.wait()


def _wait_for_network(made: Laptop) -> None:
    """Until ``unshare`` has gone into a network of its own."""
    theirs = os.readlink(f"/proc/{made.phone.world}/ns/net")  # noqa: PTH115 - the link's target is no path
    deadline = time.monotonic() + 10
    while os.readlink(f"/proc/{made.pid}/ns/net") in (theirs, os.readlink("/proc/self/ns/net")):  # noqa: PTH115
        assert time.monotonic() < deadline
        time.sleep(0.01)
