"""Bytes of the laptop's into a file on the phone, over as many connections as it takes."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from provisioner.errors import ConnectionLost, ProvisionerError
from provisioner.model import Event, EventKind
from provisioner.remote_path import RemotePath
from provisioner.shell import Device, device_script, sh
from provisioner.transport.base import Shell, Transport

PIECE = 1 << 17
"""Bytes between two words on how far it has come."""
ANSWER = 60.0
"""Seconds that the phone may take to make a file, or to have written the last of it."""
CONNECTIONS = 20
"""After so many that broke the link is no link."""


def upload(
    data: bytes,
    place: RemotePath,
    transport: Transport,
    on_event: Callable[[Event], None],
    again: Callable[[ConnectionLost], Transport],
    device: Device | None = None,
) -> None:
    """Put ``data`` into the file ``place``; what is there already is taken for its beginning, and goes on being so if
    the connection is lost. Who needs to be sure compares digests afterwards.

    ``again`` gives another connection, or raises. Raises ProvisionerError if the phone cannot write it, ConnectionLost.
    """
    for _ in range(CONNECTIONS):
        try:
            _Attempt(data, place, device or Device()).make(transport, on_event)
        except ConnectionLost as error:
            transport = again(error)
        else:
            return
    raise ConnectionLost(f"{CONNECTIONS} connections broke while {place} was sent.", hint="Is the phone in reach?")


class _Attempt:
    """To send what is missing, over one connection."""

    def __init__(self, data: bytes, place: RemotePath, device: Device) -> None:
        self._data = data
        self._place = place
        self._device = device
        self._marker = secrets.token_hex(16)
        self._heard = b""

    def make(self, transport: Transport, on_event: Callable[[Event], None]) -> None:
        shell = transport.shell()
        total = len(self._data)
        try:
            call = sh("umask 077\nupload {} {} {}\n", self._place, total, self._marker)
            shell.send(f"{self._device.preamble()}{device_script('upload.sh')}{{\n{call}}}\n".encode())
            there = self._told(shell, "have")
            for at in range(there, total, PIECE):
                shell.send(self._data[at : at + PIECE])
                done = min(total, at + PIECE)
                text = f"{done / 1e6:.1f} of {total / 1e6:.1f} MB"
                on_event(Event(EventKind.PROGRESS, text=text, percent=100 * done / total))
            arrived = self._told(shell, "done")
        finally:
            shell.close()
        if arrived != total:
            raise self._failed(f"only {arrived} of {total} bytes could be written")

    def _told(self, shell: Shell, word: str) -> int:
        """The number that the phone says behind ``word``."""
        mark = f"\n{self._marker} {word} ".encode()
        while mark not in self._heard or b"\n" not in self._heard.partition(mark)[2]:
            try:
                more = shell.receive(ANSWER)
            except TimeoutError:
                raise self._failed(f"it has not said a word for {ANSWER:.0f} s") from None
            if not more:
                raise self._failed("it could not be begun")
            self._heard += more
        said, _, rest = self._heard.partition(mark)
        number, _, self._heard = rest.partition(b"\n")
        self._heard = said + self._heard
        return int(number)

    def _failed(self, what: str) -> ProvisionerError:
        said = self._heard.decode("utf-8", "replace").strip()
        text = f"{self._place} could not be sent to the phone: {what}{said and f' ({said[-200:]})'}."
        return ProvisionerError(text, hint="Is there room left on the phone?")
