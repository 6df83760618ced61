"""SSH through the cable: the phone's own port by way of the adb server, and the pinned key says which phone it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from provisioner.errors import ConnectError
from provisioner.lean_dataclass import replace
from provisioner.transport.adb import Adb
from provisioner.transport.target import Target


def by_cable(target: Target, adb: Adb | None = None) -> Target:
    """The same phone, reached through the cable. Raises ConnectError when adb sees none that can be used.

    With several plugged in it is the one with the pinned host key; each is called once.
    """
    from provisioner.transport.sighting import shows_pin

    adb = adb or Adb.of()
    through = replace(target, jump=(), alias="")
    ready = [each for each in adb.devices() if each.ready]
    if len(ready) > 1 and not adb.serial and target.pins:
        for device in ready:
            candidate = replace(through, cable=device.serial)
            if shows_pin(candidate):
                return candidate
    return replace(through, cable=adb.pick().serial)


@contextmanager
def led_here(target: Target) -> Iterator[Target]:
    """The phone at a port of this computer while the block lasts, for programs that cannot speak to adb themselves."""
    if not target.cable:
        yield target
        return
    adb = Adb.of()
    local = adb.forward(target.cable, target.port)
    try:
        yield replace(target, address="127.0.0.1", port=local, cable="")
    finally:
        with suppress(ConnectError):  # pulled out: then the way is gone, too
            adb.remove_forward(target.cable, local)
