"""A local network of one's own: a laptop and phones, each in a network namespace, with wires and a switch between them.

Nothing of it touches the network of this computer. Phones are stand-in phones, with a real sshd; each writes down who
connected. Without the right to make namespaces (root, or user namespaces) there is none: ``Lan`` raises ``NoLan``.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.adb_server import relay

LAPTOP = "10.77.0.2"
PORT = 8022
_NEW = (
    ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-current-user", "--keep-caps", "--net"]
)


class NoLan(Exception):
    """Why there is none."""


@dataclass
class Lan:
    """Enter it with the phones' names and addresses; its processes end with the block."""

    folder: Path
    phones: dict[str, str]
    process: subprocess.Popen[str] | None = None
    told: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Lan:
        if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
            raise NoLan("unshare, nsenter or ip is not installed")
        command = [*_NEW, sys.executable, "-m", "tests.support.lan", str(self.folder), json.dumps(self.phones)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told = self._hear()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            with contextlib.suppress(OSError):
                self.process.communicate(timeout=30)

    def on_laptop(self, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """A program in the laptop's namespace: what it said, both streams together."""
        return subprocess.run(
            [*self._enter, *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
        )  # fmt: skip

    @property
    def _enter(self) -> list[str]:
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(self.told["laptop"]), "--net", *user]

    def move(self, phone: str, address: str) -> None:
        """Give a phone another address, as a router does."""
        assert self.process is not None and self.process.stdin is not None
        self.process.stdin.write(json.dumps([phone, address]) + "\n")
        self.process.stdin.flush()
        self._hear()

    def met(self, phone: str) -> list[str]:
        """Who has connected to the phone so far."""
        return (self.folder / phone / "met").read_text().split()

    def _hear(self) -> dict[str, Any]:
        assert self.process is not None and self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise NoLan(f"namespaces cannot be made here: exit code {self.process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def ip(*words: str, inside: int = 0) -> None:
    enter = ["nsenter", "--target", str(inside), "--net"] if inside else []
    subprocess.run([*enter, "ip", *words], check=True, stdout=sys.stderr)


def build(folder: Path, phones: dict[str, str]) -> None:
    """In the laptop's namespace: the switch, the wires, the phones; then do what is asked on standard input."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "wlan0", "type", "bridge", "forward_delay", "0")
    ip("addr", "add", f"{LAPTOP}/24", "dev", "wlan0")
    ip("link", "set", "wlan0", "up")
    running: dict[str, subprocess.Popen[str]] = {}
    told = {}
    try:
        for number, (name, address) in enumerate(phones.items()):
            (folder / name).mkdir(parents=True)
            command = ["unshare", "--net", sys.executable, "-m", "tests.support.lan", str(folder / name)]
            phone = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            running[name] = phone
            assert phone.stdout is not None and phone.stdout.readline() == "namespace\n"
            ip("link", "add", f"wire{number}", "type", "veth", "peer", "name", "wlan0", "netns", str(phone.pid))
            ip("link", "set", f"wire{number}", "master", "wlan0", "up")
            for words in (["link", "set", "lo", "up"], ["addr", "add", f"{address}/24", "dev", "wlan0"],
                          ["link", "set", "wlan0", "up"]):  # fmt: skip
                ip(*words, inside=phone.pid)
            assert phone.stdin is not None
            phone.stdin.write("start\n")
            phone.stdin.flush()
        for name, phone in running.items():
            assert phone.stdout is not None
            told[name] = json.loads(phone.stdout.readline())
        say({"laptop": os.getpid(), **told})
        for line in sys.stdin:
            name, address = json.loads(line)
            ip("addr", "flush", "dev", "wlan0", "scope", "global", inside=running[name].pid)
            ip("addr", "add", f"{address}/24", "dev", "wlan0", inside=running[name].pid)
            ip("neigh", "flush", "dev", "wlan0")  # an address is announced when it is taken; here nobody waits for that
            say({})
    finally:
        for phone in running.values():
            with contextlib.suppress(OSError):
                phone.communicate(timeout=20)


def be_phone(folder: Path) -> None:
    """In a phone's namespace: a stand-in phone, and its port 8022 for the whole network."""
    from provisioner.rehearsal import StandInPhone

    print("namespace", flush=True)
    sys.stdin.readline()
    met = folder / "met"
    met.touch()
    with StandInPhone.start(folder / "phone") as phone:
        listener = socket.create_server(("0.0.0.0", PORT))

        def serve(peer: socket.socket) -> None:
            with peer, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", phone.port)) as inner:
                relay(peer, inner)

        def accept() -> None:
            while True:
                peer, (address, _) = listener.accept()
                with met.open("a") as file:
                    file.write(f"{address}\n")
                threading.Thread(target=serve, args=(peer,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        say({"host_key": phone.host_key, "identity": str(phone.identity), "home": str(phone.home)})
        sys.stdin.read()


def say(document: dict[str, Any]) -> None:
    print(json.dumps(document), flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        build(Path(sys.argv[1]), json.loads(sys.argv[2]))
    else:
        be_phone(Path(sys.argv[1]))
