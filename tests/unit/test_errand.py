"""What Ctrl-C becomes, by the server that would have to hand it on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from provisioner.errand import Errand, run
from provisioner.transport import streams


@dataclass
class Pressed:
    """The wire, on which nothing comes while Ctrl-C is pressed ``times``."""

    times: int
    signals: list[str] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        assert data.endswith(b"program_end $?\n}\n")

    def end_input(self) -> None: ...

    def listen_aside(self, err: object) -> threading.Thread:
        aside = threading.Thread()
        aside.start()
        return aside

    def receive(self) -> bytes:
        self.times -= 1
        if self.times >= 0:
            raise KeyboardInterrupt
        return b""

    def status(self, killed: int) -> int:
        return 3

    def signal(self, name: str) -> None:
        self.signals.append(name)

    def close(self) -> None: ...


@dataclass
class Server:
    server: str


@pytest.mark.parametrize(
    ("server", "times", "signals", "ends"),
    [
        ("SSH-2.0-OpenSSH_10.5", 1, ["INT"], False),
        ("SSH-2.0-OpenSSH_10.5", 3, ["INT", "TERM", "KILL"], False),
        ("SSH-2.0-OpenSSH_10.5", 4, ["INT", "TERM", "KILL"], True),
        ("SSH-2.0-dropbear_2025.88", 1, [], True),
    ],
)
def test_ctrl_c_is_handed_on_by_a_server_that_can_and_ends_us_else(
    server: str, times: int, signals: list[str], ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, heard = Pressed(times), list[str]()
    monkeypatch.setattr(streams, "start", lambda transport: wire)
    transport: Any = Server(server)

    def pressed() -> int:
        return run(transport, Errand("true"), print, print, on_signal=heard.append)

    if ends:
        with pytest.raises(KeyboardInterrupt):
            pressed()
    else:
        assert pressed() == 3
    assert wire.signals == heard == signals
