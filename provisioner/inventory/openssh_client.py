"""What OpenSSH's own client must be told to reach a phone as we do: our key, the pinned host key, nothing else."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from provisioner.lean_dataclass import dataclass
from provisioner.transport.target import Target

SILENCE = (15, 4)
"""Seconds between two questions to a silent phone, and how many: a shell at rest may outlive a short doze."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The client's words for one phone, in the order in which they are written."""

    target: Target
    known_hosts: Path
    jump: str = ""
    """ProxyJump, where the user's own configuration would not say it by itself."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        target = self.target
        yield "HostName", target.address.replace("%", "%%")
        yield "Port", str(target.port)
        yield "User", target.user
        if target.identity is not None:
            yield "IdentityFile", quoted(target.identity)
            yield "IdentitiesOnly", "yes"  # an agent with many keys is never gone through
        if self.jump:
            yield "ProxyJump", self.jump
        yield "HostKeyAlias", alias(target.name)
        yield "UserKnownHostsFile", quoted(self.known_hosts)
        yield "StrictHostKeyChecking", "yes"
        yield "UpdateHostKeys", "no"
        yield "ServerAliveInterval", str(SILENCE[0])
        yield "ServerAliveCountMax", str(SILENCE[1])


def alias(name: str) -> str:
    """The name that a phone's host key has in files of ours: of the phone, whatever its address is."""
    return f"hello-termux.{name}"


def known_hosts(name: str, pins: Iterable[str]) -> str:
    """The lines of a known_hosts file for one phone."""
    return "".join(f"{alias(name)} {pin}\n" for pin in pins)


def quoted(path: Path) -> str:
    """A path as ssh's configuration wants it; it knows forward slashes on Windows too."""
    text = path.expanduser().as_posix().replace("%", "%%")
    return f'"{text}"' if " " in text else text


def program() -> str | None:
    """OpenSSH's client, if there is one."""
    return shutil.which("ssh")


def hand_over(ssh: str, target: Target) -> int:
    """Run the client at this terminal until its person is done; its exit status, which is the remote shell's or 255.

    ``target.pins`` are the only host keys that it takes.
    """
    with tempfile.TemporaryDirectory(prefix="hello-termux-") as folder:
        known = Path(folder) / "known_hosts"
        known.write_text(known_hosts(target.name, target.pins), "ascii")
        options = [word for key, value in Settings(target, known) for word in ("-o", f"{key}={value}")]
        return subprocess.call([ssh, *options, "--", target.alias or target.address])
