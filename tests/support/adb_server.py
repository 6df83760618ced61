"""A stand-in for the adb server, at the level of its protocol: ports lead to real listeners, commands really run.

Its phones are made up: which serial, in what state, which local port plays each of the phone's, which environment its
shell has. ``tests/ssh/test_adb.py`` asks it and a real adb server the same.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

STDIN, STDOUT, STDERR, EXIT, CLOSE_STDIN = range(5)


@dataclass
class Phone:
    """A phone on the cable. ``ports``: the phone's port → the one of this computer that plays it."""

    serial: str
    state: str = "device"
    model: str = "Pixel_7"
    ports: Mapping[int, int] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None
    shell: tuple[str, ...] = ("sh",)
    """What runs commands: ``(*shell, "-c", COMMAND)``."""
    asked: list[str] = field(default_factory=list)
    """Every request that reached the phone itself, in order."""
    ways_back: dict[int, socket.socket] = field(default_factory=dict)

    @property
    def line(self) -> str:
        more = f" product:panther model:{self.model} device:panther" if self.state == "device" else ""
        return f"{self.serial:<22} {self.state} usb:1-4{more} transport_id:1\n"


@dataclass
class AdbServer:
    """A running server; add phones to ``phones`` and take them away as a cable would."""

    port: int
    phones: list[Phone]
    forwards: dict[int, tuple[Phone, int, socket.socket]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What leads adb's clients here."""
        return {"ANDROID_ADB_SERVER_PORT": str(self.port)}

    def serve(self, sock: socket.socket) -> None:
        request = _text(sock)
        if request == "host:version":
            _answer(sock, "0029")
        elif request == "host:devices-l":
            _answer(sock, "".join(phone.line for phone in self.phones))
        elif request.startswith("host:transport:"):
            phone = self._find(sock, request.removeprefix("host:transport:"))
            if phone is not None:
                sock.sendall(b"OKAY")
                self._serve_phone(sock, phone, _text(sock))
        elif request.startswith("host-serial:"):
            serial, _, rest = request.removeprefix("host-serial:").partition(":")
            phone = self._find(sock, serial)
            if phone is not None:
                self._serve_ways(sock, phone, rest)
        else:
            _refuse(sock, "unknown host service")

    def _find(self, sock: socket.socket, serial: str) -> Phone | None:
        for phone in self.phones:
            if phone.serial == serial:
                if phone.state == "device":
                    return phone
                _refuse(sock, f"device {phone.state}")
                return None
        _refuse(sock, f"device '{serial}' not found")
        return None

    def _serve_ways(self, sock: socket.socket, phone: Phone, request: str) -> None:
        word, _, rest = request.partition(":")
        if word == "forward":
            local, _, remote = rest.removeprefix("norebind:").partition(";")
            wanted = int(local.removeprefix("tcp:"))
            if wanted in self.forwards:
                _refuse(sock, "cannot rebind existing socket")
                return
            listener = socket.create_server(("127.0.0.1", wanted))
            bound = listener.getsockname()[1]
            self.forwards[bound] = (phone, int(remote.removeprefix("tcp:")), listener)
            _accept(listener, lambda peer: self._lead(peer, phone, self.forwards[bound][1]))
            sock.sendall(b"OKAYOKAY" + (_lengthy(str(bound)) if wanted == 0 else b""))
        elif word == "killforward":
            found = self.forwards.pop(int(rest.removeprefix("tcp:")), None)
            if found is None:
                _refuse(sock, f"listener '{rest}' not found")
                return
            _shut(found[2])
            sock.sendall(b"OKAYOKAY")
        else:
            _refuse(sock, "unknown host service")

    def _lead(self, peer: socket.socket, phone: Phone, port: int) -> None:
        """As a forward does: the peer was taken already, and is dropped if nothing listens on the phone."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", phone.ports[port])) as inner:
            relay(peer, inner)

    def _serve_phone(self, sock: socket.socket, phone: Phone, request: str) -> None:
        phone.asked.append(request)
        if request.startswith("tcp:"):
            try:
                inner = socket.create_connection(("127.0.0.1", phone.ports.get(int(request[4:]), 1)))
            except OSError:
                _refuse(sock, "closed")
                return
            with inner:
                sock.sendall(b"OKAY")
                relay(sock, inner)
        elif request.startswith("shell,v2,raw:"):
            sock.sendall(b"OKAY")
            _run(sock, phone, request.removeprefix("shell,v2,raw:"))
        elif request.startswith("reverse:forward:"):
            _lead_back(sock, phone, request.removeprefix("reverse:forward:").removeprefix("norebind:"))
        elif request.startswith("reverse:killforward:tcp:"):
            listener = phone.ways_back.pop(int(request.rpartition(":")[2]), None)
            sock.sendall(b"OKAY" + (b"OKAY" if listener else b"FAIL" + _lengthy("listener not found")))
            if listener is not None:
                _shut(listener)
        else:
            _refuse(sock, "closed")


@contextmanager
def running(*phones: Phone) -> Iterator[AdbServer]:
    """A server on a free port of loopback, with these phones plugged in."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = AdbServer(listener.getsockname()[1], list(phones))
    _accept(listener, server.serve)
    try:
        yield server
    finally:
        _shut(listener)
        for _, _, forward in server.forwards.values():
            _shut(forward)
        for phone in server.phones:
            for way in phone.ways_back.values():
                _shut(way)


def relay(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until both sides have said all."""

    def carry(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join()


def _lead_back(sock: socket.socket, phone: Phone, ways: str) -> None:
    """The phone's loopback is this computer's here, so the phone's port is really opened."""
    remote, _, local = ways.partition(";")
    wanted, target = int(remote.removeprefix("tcp:")), int(local.removeprefix("tcp:"))
    listener = socket.create_server(("127.0.0.1", wanted))
    phone.ways_back[listener.getsockname()[1]] = listener

    def lead(peer: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", target)) as inner:
            relay(peer, inner)

    _accept(listener, lead)
    sock.sendall(b"OKAYOKAY" + (_lengthy(str(listener.getsockname()[1])) if wanted == 0 else b""))


def _run(sock: socket.socket, phone: Phone, command: str) -> None:
    process = subprocess.Popen(
        [*phone.shell, "-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=phone.environment,
    )
    data = b""
    while True:
        head = _exactly(sock, 5)
        body = _exactly(sock, int.from_bytes(head[1:], "little"))
        if head[0] == CLOSE_STDIN:
            break
        data += body
    out, err = process.communicate(data)
    for kind, said in ((STDOUT, out), (STDERR, err)):
        for start in range(0, len(said), 1 << 14):
            sock.sendall(_packet(kind, said[start : start + (1 << 14)]))
    status = process.returncode
    sock.sendall(_packet(EXIT, bytes((status if status >= 0 else 128 - status,))))


def _accept(listener: socket.socket, serve: object) -> None:
    assert callable(serve)

    def handle(peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError, EOFError):
            serve(peer)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                threading.Thread(target=handle, args=(peer,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def _shut(listener: socket.socket) -> None:
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who accepts
    listener.close()


def _text(sock: socket.socket) -> str:
    return _exactly(sock, int(_exactly(sock, 4), 16)).decode()


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _lengthy(text: str) -> bytes:
    return f"{len(text.encode()):04x}{text}".encode()


def _answer(sock: socket.socket, text: str) -> None:
    sock.sendall(b"OKAY" + _lengthy(text))


def _refuse(sock: socket.socket, why: str) -> None:
    sock.sendall(b"FAIL" + _lengthy(why))


def _packet(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(4, "little") + body
