"""A phone under test, and the program run on it as people type it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisioner.app import open_session
from provisioner.commands.ask import Nobody
from provisioner.options import Options
from provisioner.rehearsal import StandInPhone
from provisioner.rehearsal.host import ssh_words
from provisioner.session import Session


@dataclass(frozen=True)
class Phone:
    """A phone under test; ``config`` is a folder for an inventory of its own."""

    place: str
    identity: Path
    config: Path

    def ssh(self, script: str, *, check: bool = True) -> str:
        """What a script prints on the phone, by OpenSSH's own client."""
        host, _, port = self.place.rpartition(":")
        shell = "/data/data/com.termux/files/usr/bin/sh -s"
        done = subprocess.run(
            [*ssh_words(host, port, self.identity), shell], input=script, capture_output=True, text=True, timeout=600
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """What the program runs in: this test's inventory, no colours, 100 columns."""
        return {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(self.config), "NO_COLOR": "1", "COLUMNS": "100"}

    def run(self, *words: str, expect: int | tuple[int, ...] = 0) -> str:
        """What the program prints (both streams), after its exit code was ``expect``."""
        command = [sys.executable, "-m", "provisioner", *words, "-H", self.place, "-i", str(self.identity)]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            timeout=900,
        )
        assert done.returncode in (expect if isinstance(expect, tuple) else (expect,)), (
            f"exit code {done.returncode}, not {expect}:\n{done.stdout}"
        )
        return done.stdout

    def tree(self) -> str:
        """A line for each path below home, prefix and apt's cache: type, mode, time of change, digest."""
        places = "$HOME $PREFIX /data/data/com.termux/cache"
        return self.ssh(
            f"find {places} -printf '%p %y %m %s %T@ %l\\n' | grep -v '/var/log/' | sort\n"
            f"find {places} -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum\n"
        )

    @contextmanager
    def session(
        self,
        playbook: str,
        patience: float = 60,
        *,
        timeout: float = 15,
        only: Sequence[str] = (),
        skip: Sequence[str] = (),
    ) -> Iterator[Session]:
        """The use cases themselves, for what the program does not print."""
        before = os.environ.get("HELLO_TERMUX_CONFIG_DIR")
        os.environ["HELLO_TERMUX_CONFIG_DIR"] = str(self.config)
        try:
            with open_session(
                playbook,
                Options(
                    host=self.place,
                    identity=self.identity,
                    timeout=timeout,
                    patience=patience,
                    only=tuple(only),
                    skip=tuple(skip),
                ),
                Nobody(),
            ) as session:
                yield session
        finally:
            os.environ.pop("HELLO_TERMUX_CONFIG_DIR")
            if before is not None:
                os.environ["HELLO_TERMUX_CONFIG_DIR"] = before

    def write(self, text: str, name: str = "playbook.yml") -> str:
        """A playbook of the test's own."""
        path = self.config / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    @classmethod
    def of(cls, standin: StandInPhone, config: Path, port: int = 0) -> Phone:
        """A stand-in phone that is up, and known; ``port``: of a proxy before it."""
        return met(cls(f"{standin.address}:{port or standin.port}", standin.identity, config))


def met(phone: Phone) -> Phone:
    """The phone, with its host key in an inventory of its own."""
    host, _, port = phone.place.rpartition(":")
    scan = subprocess.run(["ssh-keyscan", "-p", port, host], capture_output=True, text=True, check=True).stdout
    key = next(line for line in scan.splitlines() if " ssh-ed25519 " in line).split(" ", 1)[1]
    hosts = f'[hosts.phone]\naddress = "{host}"\nport = {port}\nhost_key = "{key}"\n'
    (phone.config / "hosts.toml").write_text(hosts)
    return phone
