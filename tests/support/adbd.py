"""The phone's side of adb, for a real adb server on this computer: what ``adb_server.Phone`` is, by the wire protocol.

Only what the client of ours asks for: ports, commands, ways back; no keys, no files. The protocol is the one that adb
speaks over TCP: a head of six numbers, then the bytes; every packet of a stream is answered before the next.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import adb_server
from tests.support.adb_server import Phone

CNXN, OPEN, OKAY, CLSE, WRTE = (
    int.from_bytes(word, "little") for word in (b"CNXN", b"OPEN", b"OKAY", b"CLSE", b"WRTE")
)
VERSION, LARGEST = 0x01000001, 1 << 18
ADB = shutil.which("adb")


@dataclass
class Stream:
    """One conversation inside the connection; ``other`` is the server's number for it."""

    sock: socket.socket
    other: int = 0
    heard: threading.Event = field(default_factory=threading.Event)


class Device:
    """One connection from the adb server."""

    def __init__(self, server: socket.socket, phone: Phone) -> None:
        self.server = server
        self.phone = phone
        self.streams: dict[int, Stream] = {}
        self.numbers = itertools.count(1)
        self.sending = threading.Lock()

    def serve(self) -> None:
        while True:
            command, one, two, size, _, _ = struct.unpack("<6I", adb_server._exactly(self.server, 24))
            body = adb_server._exactly(self.server, size)
            stream = self.streams.get(two)
            if command == CNXN:
                self.send(CNXN, VERSION, LARGEST, b"device::ro.product.model=Pixel 7;features=shell_v2,cmd")
            elif command == OPEN:
                self.open(one, body.rstrip(b"\0").decode())
            elif stream is None:
                continue
            elif command == WRTE:
                with contextlib.suppress(OSError):
                    stream.sock.sendall(body)
                self.send(OKAY, two, one)
            elif command == OKAY:
                stream.other = one
                stream.heard.set()
            elif command == CLSE:
                self.streams.pop(two)
                stream.heard.set()
                with contextlib.suppress(OSError):
                    stream.sock.shutdown(socket.SHUT_RDWR)

    def open(self, other: int, service: str) -> None:
        self.phone.asked.append(service)
        if service.startswith("tcp:"):
            try:
                sock = socket.create_connection(("127.0.0.1", self.phone.ports.get(int(service[4:]), 1)))
            except OSError:
                self.send(CLSE, 0, other)
                return
            self.begin(Stream(sock, other))
            return
        sock, ours = socket.socketpair()
        self.begin(Stream(sock, other))
        threading.Thread(target=self.answer, args=(ours, service), daemon=True).start()

    def answer(self, sock: socket.socket, service: str) -> None:
        with sock, contextlib.suppress(OSError, EOFError):
            if service.startswith("shell,v2,raw:"):
                adb_server._run(sock, self.phone, service.removeprefix("shell,v2,raw:"))
            elif service.startswith("reverse:forward:"):
                remote, _, local = service.removeprefix("reverse:forward:").removeprefix("norebind:").partition(";")
                listener = socket.create_server(("127.0.0.1", int(remote.removeprefix("tcp:"))))
                port = listener.getsockname()[1]
                self.phone.ways_back[port] = listener
                adb_server._accept(listener, lambda peer: self.lead_back(peer, local))
                sock.sendall(b"OKAY" + (adb_server._lengthy(str(port)) if remote == "tcp:0" else b""))
            elif service.startswith("reverse:killforward:tcp:"):
                listener_or_none = self.phone.ways_back.pop(int(service.rpartition(":")[2]), None)
                sock.sendall(b"OKAY" if listener_or_none else b"FAIL" + adb_server._lengthy("listener not found"))
                if listener_or_none is not None:
                    adb_server._shut(listener_or_none)

    def lead_back(self, peer: socket.socket, service: str) -> None:
        number = next(self.numbers)
        stream = self.streams[number] = Stream(peer)
        self.send(OPEN, number, 0, service.encode() + b"\0")
        if stream.heard.wait(10):
            self.pump(number, stream)

    def begin(self, stream: Stream) -> None:
        number = next(self.numbers)
        self.streams[number] = stream
        self.send(OKAY, number, stream.other)
        threading.Thread(target=self.pump, args=(number, stream), daemon=True).start()

    def pump(self, number: int, stream: Stream) -> None:
        with contextlib.suppress(OSError):
            while data := stream.sock.recv(1 << 14):
                stream.heard.clear()
                self.send(WRTE, number, stream.other, data)
                stream.heard.wait(10)
            self.send(CLSE, number, stream.other)

    def send(self, command: int, one: int, two: int, body: bytes = b"") -> None:
        head = struct.pack("<6I", command, one, two, len(body), sum(body) & 0xFFFFFFFF, command ^ 0xFFFFFFFF)
        with self.sending:
            self.server.sendall(head + body)


@contextmanager
def real_server(phone: Phone, folder: Path) -> Iterator[dict[str, str]]:
    """A real adb server that has the phone; its environment. ``phone.serial`` becomes what the server calls it."""
    assert ADB is not None
    listener = socket.create_server(("127.0.0.1", 0))
    phone.serial = f"127.0.0.1:{listener.getsockname()[1]}"
    adb_server._accept(listener, lambda peer: Device(peer, phone).serve())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "HOME": str(folder), "ANDROID_ADB_SERVER_PORT": port, "ADB_MDNS": "0"}

    def adb(*words: str) -> None:
        subprocess.run([ADB or "adb", *words], env=environment, check=True, capture_output=True, timeout=60)

    adb("start-server")
    try:
        adb("connect", phone.serial)
        adb("-s", phone.serial, "wait-for-device")
        yield {"ANDROID_ADB_SERVER_PORT": port}
    finally:
        adb("kill-server")
        adb_server._shut(listener)
