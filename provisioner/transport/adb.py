"""Phones on the cable, by way of the adb server that runs on this computer: which there are, their ports, commands.

It speaks the server's own protocol (a request is four hexadecimal digits of length and a text; the answer is OKAY or
FAIL), so no adb program is started, and nothing on the phone is switched on by it. Standard library only.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Mapping

from provisioner.errors import ConnectError
from provisioner.lean_dataclass import dataclass, field
from provisioner.transport.adb_wire import PORT, exactly, harmless, nonsense, okay, put, send, size, text

_LINE = re.compile(r"(\S+)\s+(.*?)(?:\s+(?:usb|product|model|device|transport_id):.*)?$")
_MODEL = re.compile(r"\smodel:(\S+)")
_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = range(5)
_PIECE = 1 << 15

GET_ADB = "adb comes with Android's platform-tools (apt install adb, brew install android-platform-tools)"


@dataclass(frozen=True, slots=True)
class AdbDevice:
    """One phone as the adb server lists it. ``state`` is ``device`` when it can be used."""

    serial: str
    state: str
    model: str = ""

    @property
    def ready(self) -> bool:
        return self.state == "device"

    def __str__(self) -> str:
        return f"{self.serial} ({self.model.replace('_', ' ')})" if self.model else self.serial


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command on the phone ended; a signal counts as 128 and its number, as in sh."""

    status: int
    out: bytes
    err: bytes


@dataclass(frozen=True, slots=True)
class Adb:
    """The adb server. Every wait is limited: ``timeout`` seconds for one answer."""

    address: str = "127.0.0.1"
    port: int = PORT
    timeout: float = 5.0
    serial: str = field(default="")
    """The phone that the person has chosen with ANDROID_SERIAL, if any."""

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Adb:
        """The server that adb itself would use: ADB_SERVER_SOCKET, ANDROID_ADB_SERVER_ADDRESS and _PORT."""
        address = environment.get("ANDROID_ADB_SERVER_ADDRESS") or "127.0.0.1"
        port = environment.get("ANDROID_ADB_SERVER_PORT", "")
        kind, _, place = environment.get("ADB_SERVER_SOCKET", "").partition(":")
        if kind == "tcp" and place:
            address, _, port = place.rpartition(":")
        number = int(port) if port.isascii() and port.isdigit() and 0 < int(port[:9]) < 65536 else PORT
        return cls(address or "127.0.0.1", number, serial=environment.get("ANDROID_SERIAL", ""))

    def devices(self) -> tuple[AdbDevice, ...]:
        """What is plugged in, in whatever state. Raises ConnectError when no server answers."""
        with self._ask("host:devices-l") as sock:
            listing = text(sock)
        return tuple(_device(line) for line in listing.splitlines() if line.strip())

    def pick(self, serial: str = "") -> AdbDevice:
        """The one phone that is meant: by its serial, by ANDROID_SERIAL, or because it is the only one.

        Raises ConnectError, with what to do, if there is none, it has not been allowed, or there are several.
        """
        found = self.devices()
        wanted = serial or self.serial
        if wanted:
            chosen = next((each for each in found if each.serial == wanted), None)
            if chosen is None:
                raise _no_such(wanted, found)
            return _usable(chosen)
        if not found:
            raise ConnectError(
                "adb sees no phone",
                hint="plug it in with a cable that carries data, and switch on USB debugging in its developer options",
                kind="adb_no_device",
            )
        ready = [each for each in found if each.ready]
        if len(ready) > 1:
            raise ConnectError(
                f"adb sees several phones: {', '.join(map(str, ready))}",
                hint=f"leave one plugged in, or choose: ANDROID_SERIAL={ready[0].serial}",
                kind="adb_several",
            )
        return _usable(ready[0] if ready else found[0])

    def open_port(self, serial: str, port: int) -> socket.socket:
        """A byte stream to ``port`` on the phone, which nothing else on this computer can use and which leaves nothing
        behind. Raises ConnectError when nothing listens there."""
        sock = self._device(serial)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as for every connection of ours
            send(sock, f"tcp:{port}")
            okay(sock, f"nothing listens on port {port} of {serial}", "port_closed")
        except BaseException:
            sock.close()
            raise
        return sock

    def forward(self, serial: str, port: int, local: int = 0) -> int:
        """Lead a port of this computer to ``port`` on the phone until ``remove_forward``; 0 takes a free one.

        Returns the local port. Raises ConnectError, also when ``local`` leads elsewhere already.
        """
        with self._ask(f"host-serial:{serial}:forward:norebind:tcp:{local};tcp:{port}") as sock:
            return self._bound(sock, local)

    def remove_forward(self, serial: str, local: int) -> None:
        """Take ``forward`` back. Raises ConnectError if there is none."""
        with self._ask(f"host-serial:{serial}:killforward:tcp:{local}") as sock:
            okay(sock, f"adb does not forward port {local}")

    def reverse(self, serial: str, port: int, local: int) -> int:
        """Lead ``port`` of the phone (0: a free one) to ``local`` of this computer until ``remove_reverse``.

        Returns the phone's port. Raises ConnectError.
        """
        with self._device(serial) as sock:
            send(sock, f"reverse:forward:norebind:tcp:{port};tcp:{local}")
            okay(sock, f"{serial} opens no way back to this computer")
            return self._bound(sock, port)

    def remove_reverse(self, serial: str, port: int) -> None:
        """Take ``reverse`` back. Raises ConnectError if there is none."""
        with self._device(serial) as sock:
            send(sock, f"reverse:killforward:tcp:{port}")
            okay(sock, f"{serial} opens no way back to this computer")
            okay(sock, f"adb leads nothing to port {port}")

    def shell(self, serial: str, command: str, data: bytes = b"", timeout: float = 30.0) -> Finished:
        """Run ``command`` by the phone's own sh as adb's user, with ``data`` (some kB) on its standard input.

        ``timeout`` seconds bound the whole. Raises ConnectError, ValueError for a NUL in the command.
        """
        if "\0" in command:
            raise ValueError("a NUL character cannot be given to a program")
        deadline = time.monotonic() + timeout
        with self._device(serial) as sock:
            send(sock, f"shell,v2,raw:{command}")
            okay(sock, f"{serial} runs no commands for adb")
            packets = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
            put(sock, b"".join(_packet(_STDIN, piece) for piece in packets) + _packet(_CLOSE_STDIN, b""))
            return _finish(sock, deadline, serial)

    def _ask(self, request: str) -> socket.socket:
        """Connect, ask, and hear OKAY. The answer is still to be read."""
        sock = self._connect()
        try:
            send(sock, request)
            okay(sock, "the adb server refuses")
        except BaseException:
            sock.close()
            raise
        return sock

    def _device(self, serial: str) -> socket.socket:
        return self._ask(f"host:transport:{serial}")

    def _connect(self) -> socket.socket:
        try:
            return socket.create_connection((self.address, self.port), self.timeout)
        except OSError as error:
            raise ConnectError(
                f"no adb server answers on {self.address}:{self.port}: {error.strerror or error}",
                hint=f"start it: adb start-server. {GET_ADB}",
                kind="adb_no_server",
            ) from None

    def _bound(self, sock: socket.socket, asked: int) -> int:
        """The second OKAY tells that the way is open; the port follows if adb was to choose it."""
        okay(sock, "adb cannot open that way")
        said = text(sock) if asked == 0 else str(asked)
        if not said.isdigit():
            raise nonsense(said.encode())
        return int(said)


def _usable(device: AdbDevice) -> AdbDevice:
    if device.ready:
        return device
    if device.state.startswith("unauth"):
        raise ConnectError(
            f"the phone {device} has not allowed this computer yet",
            hint="unlock it and tap Allow in its question about USB debugging",
            kind="adb_unauthorised",
        )
    if device.state.startswith("no permissions"):
        raise ConnectError(
            f"adb may not open the phone {device}: {device.state}",
            hint="on Debian and Ubuntu: apt install android-sdk-platform-tools-common, then plug the phone in again",
            kind="adb_no_permission",
        )
    raise ConnectError(
        f"the phone {device} is there, but adb calls it {device.state!r}",
        hint="unlock it, unplug it and plug it in again",
        kind="adb_offline",
    )


def _no_such(serial: str, found: tuple[AdbDevice, ...]) -> ConnectError:
    seen = f"it sees {', '.join(map(str, found))}" if found else "it sees none at all: is the cable in?"
    return ConnectError(f"adb sees no phone {serial}", hint=seen, kind="adb_no_device")


def _device(line: str) -> AdbDevice:
    match, model = _LINE.match(line), _MODEL.search(line)
    serial, state = (match[1], match[2]) if match else (line.strip(), "unknown")
    return AdbDevice(harmless(serial), harmless(state), harmless(model[1]) if model else "")


def _finish(sock: socket.socket, deadline: float, serial: str) -> Finished:
    heard = {_STDOUT: bytearray(), _STDERR: bytearray()}
    while True:
        sock.settimeout(max(0.001, deadline - time.monotonic()))
        head = exactly(sock, 5)
        body = exactly(sock, size(int.from_bytes(head[1:], "little")))
        if head[0] in heard:
            heard[head[0]] += body
        elif head[0] == _EXIT and body:
            return Finished(body[0], bytes(heard[_STDOUT]), bytes(heard[_STDERR]))


def _packet(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(4, "little") + body
