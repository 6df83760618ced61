"""A phone on the cable: a way back to this computer, and two ways to have Termux run something.

Nothing is switched on in the phone by it; what adb opens is closed again. The phone never listens for adb itself
(``adb tcpip``), not for a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from provisioner.errors import ConnectError, UsageError
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import PREFIX
from provisioner.shell import Device, sh
from provisioner.transport.adb import Adb, AdbDevice, Finished

APP = "com.termux"
PATIENCE = 3600.0
"""Seconds for the script: the first upgrade over a slow line."""

INSTALL = (
    "install it from F-Droid (https://f-droid.org/packages/com.termux/) or GitHub\n"
    "(https://github.com/termux/termux-app/releases), not from Google Play, and open it once"
)


@dataclass(frozen=True, slots=True)
class Cable:
    """One phone that adb sees. Everything here raises ConnectError when it does not answer."""

    adb: Adb
    device: AdbDevice

    @classmethod
    def find(cls, adb: Adb) -> Cable:
        """The phone that is plugged in; one with Termux on it. Raises ConnectError, UsageError."""
        found = cls(adb, adb.pick())
        if not found._said(f"pm path {APP}").startswith("package:"):
            raise UsageError(f"Termux is not installed on the phone {found.device}", hint=INSTALL)
        return found

    def lets_in(self) -> bool:
        """Whether commands can run as Termux: only its GitHub builds are made so."""
        return self.adb.shell(self.device.serial, f"run-as {APP} /system/bin/id").status == 0

    @contextmanager
    def way_back(self, port: int) -> Iterator[int]:
        """A port of the phone's own loopback that leads to ``port`` of ours, while the block lasts."""
        opened = self.adb.reverse(self.device.serial, 0, port)
        try:
            yield opened
        finally:
            with suppress(ConnectError):  # pulled out: then the way is gone, too
                self.adb.remove_reverse(self.device.serial, opened)

    def run(self, text: str) -> Errand:
        """Run a script as Termux, its text on standard input, in the background."""
        return Errand(self, sh("run-as {} {} -s", APP, f"{PREFIX}/bin/sh"), (Device().preamble() + text).encode())

    def type(self, line: str) -> None:
        """Open Termux on the phone's screen, type a line into it, and press Enter."""
        self._said(f"am start -n {APP}/.app.TermuxActivity")
        self._said(sh("input text {}", line.replace(" ", "%s")))
        self._said("input keyevent 66")

    def _said(self, command: str) -> str:
        return self.adb.shell(self.device.serial, command).out.decode("utf-8", "replace")


class Errand:
    """A script that runs on the phone, in the background of ours."""

    def __init__(self, cable: Cable, command: str, data: bytes) -> None:
        self._ended: Finished | ConnectError | None = None
        threading.Thread(target=self._run, args=(cable, command, data), name="adb", daemon=True).start()

    def _run(self, cable: Cable, command: str, data: bytes) -> None:
        try:
            self._ended = cable.adb.shell(cable.device.serial, command, data, PATIENCE)
        except ConnectError as error:
            self._ended = error

    def check(self) -> None:
        """Raise ConnectError, with what it has said last, if it has failed."""
        if isinstance(self._ended, ConnectError):
            raise self._ended
        if self._ended is not None and self._ended.status:
            said = (self._ended.out + self._ended.err).decode("utf-8", "replace").strip().splitlines()
            raise ConnectError("the phone could not be made ready", hint="\n".join(said[-8:]), kind="pairing_script")
