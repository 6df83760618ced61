"""A real sshd of one's own: an ordinary process on a free loopback port, with its own keys and files."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.transport.target import Target

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
ME = pwd.getpwuid(os.getuid()).pw_name
SHELL = "/bin/sh -s"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "", *more: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", str(path), *more]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


@dataclass
class Sshd:
    """A running sshd; ``identity`` may log in."""

    folder: Path
    port: int
    identity: Path
    kind: str = "ed25519"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def host_key(self, kind: str = "ed25519") -> str:
        words = (self.folder / f"host_{kind}.pub").read_text().split()
        return " ".join(words[:2])

    def target(self, **changes: object) -> Target:
        values: dict[str, object] = {
            "name": "test",
            "address": "127.0.0.1",
            "port": self.port,
            "identity": self.identity,
            "pins": (self.host_key(self.kind),),
            "user": ME,
            "command": SHELL,
        }
        return Target(**(values | changes))  # type: ignore[arg-type]

    def authorize(self, key: Path, options: str = "") -> None:
        with (self.folder / "authorized_keys").open("a") as file:
            file.write(f"{options} {Path(f'{key}.pub').read_text()}".lstrip())

    def share_host_key(self, folder: Path, kind: str = "ed25519") -> None:
        """Let the sshd that will be started in ``folder`` have our host key."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in (f"host_{kind}", f"host_{kind}.pub"):
            shutil.copy(self.folder / name, folder / name)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def kill_sessions(self) -> None:
        """End every connection abruptly, as Android does."""
        doomed, parents = [], [self.processes[0].pid]
        for parent in parents:
            listing = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(parent)], capture_output=True, text=True)
            for line in listing.stdout.splitlines():
                number, name = line.split(None, 1)
                if name.startswith("sshd"):  # the shells below are left to find out for themselves
                    doomed.append(int(number))
                    parents.append(int(number))
        for pid in doomed:
            os.kill(pid, signal.SIGKILL)


@contextmanager
def running(folder: Path, *settings: str, host_keys: tuple[str, ...] = ("ed25519",)) -> Iterator[Sshd]:
    """Start an sshd with ``settings`` (lines of sshd_config) that lets one new key in."""
    assert SSHD is not None
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    for kind in host_keys:
        if not (folder / f"host_{kind}").exists():
            keygen(folder / f"host_{kind}", kind)
    server = Sshd(folder, free_port(), folder / "id_ed25519", host_keys[0])
    if not server.identity.exists():
        keygen(server.identity)
        server.authorize(server.identity)
    config = folder / "sshd_config"
    lines = [
        *settings,
        *(f"HostKey {folder}/host_{kind}" for kind in host_keys),
        "ListenAddress 127.0.0.1",
        f"Port {server.port}",
        "UsePAM no",
        "StrictModes no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        f"AuthorizedKeysFile {folder}/authorized_keys",
        f"PidFile {folder}/pid",
        "PrintMotd no",
        "MaxStartups 100",
        "LogLevel VERBOSE",
    ]
    config.write_text("\n".join(lines) + "\n")
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=log, stdin=subprocess.DEVNULL)
    server.processes.append(process)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait(server: Sshd, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 15
    while f"Server listening on 127.0.0.1 port {server.port}" not in server.log:
        assert process.poll() is None and time.monotonic() < deadline, server.log
        time.sleep(0.01)
