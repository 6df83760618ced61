"""The phone of the story, and the program as people type it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioner.app import Options
from provisioner.commands.ask import Nobody
from provisioner.rehearsal import Options as StandIn
from provisioner.rehearsal import StandInPhone

HOME = "/data/data/com.termux/files/home"


@dataclass(frozen=True)
class Phone:
    """A phone under test; ``config`` is a folder for an inventory of its own."""

    place: str
    identity: Path
    config: Path

    def ssh(self, script: str, *, check: bool = True) -> str:
        """What a script prints on the phone, by OpenSSH's own client."""
        host, _, port = self.place.rpartition(":")
        options = ["IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"]
        words = [word for option in options for word in ("-o", option)]
        command = ["ssh", "-F", "none", "-p", port, "-i", str(self.identity), *words, f"termux@{host}"]
        shell = "/data/data/com.termux/files/usr/bin/sh -s"
        done = subprocess.run([*command, shell], input=script, capture_output=True, text=True, timeout=600)
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *words: str, expect: int = 0) -> str:
        """What the program prints (both streams), after its exit code was ``expect``."""
        command = [sys.executable, "-m", "provisioner", *words, "-H", self.place, "-i", str(self.identity)]
        env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(self.config), "NO_COLOR": "1", "COLUMNS": "100"}
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=env,
            timeout=900,
        )
        assert done.returncode == expect, f"exit code {done.returncode}, not {expect}:\n{done.stdout}"
        return done.stdout

    def tree(self) -> str:
        """A line for each path below home, prefix and apt's cache: type, mode, time of change, digest."""
        places = "$HOME $PREFIX /data/data/com.termux/cache"
        return self.ssh(
            f"find {places} -printf '%p %y %m %s %T@ %l\\n' | grep -v '/var/log/' | sort\n"
            f"find {places} -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum\n"
        )

    def options(self) -> Options:
        return Options(host=self.place, identity=self.identity)

    nobody = Nobody()


@pytest.fixture(scope="session")
def phone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """A phone that has met this laptop: its host key is pinned."""
    config = tmp_path_factory.mktemp("config")
    place = request.config.getoption("--phone")
    if place:
        yield met(Phone(place, request.config.getoption("--identity"), config))
        return
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with StandInPhone.start(tmp_path_factory.mktemp("phone"), options=StandIn(storage="grant")) as standin:
        yield met(Phone(f"{standin.address}:{standin.port}", standin.identity, config))


def met(phone: Phone) -> Phone:
    host, _, port = phone.place.rpartition(":")
    scan = subprocess.run(["ssh-keyscan", "-p", port, host], capture_output=True, text=True, check=True).stdout
    key = next(line for line in scan.splitlines() if "ssh-ed25519" in line)
    shown = subprocess.run(["ssh-keygen", "-lf", "-"], input=key, capture_output=True, text=True, check=True).stdout
    os.environ["HELLO_TERMUX_CONFIG_DIR"] = str(phone.config)
    phone.run("plan", "minimal", "--host-key", shown.split()[1], expect=2)
    return phone
