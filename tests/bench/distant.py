"""The same figures on a phone that is there: ``make bench PHONE=ADDRESS:PORT IDENTITY=KEY``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from provisioner.rehearsal import StandInPhone
from provisioner.rehearsal.host import ssh_words
from tests.bench import clock, counted
from tests.bench.table import Figure
from tests.bench.timing import medians
from tests.support.delay_proxy import DelayProxy
from tests.support.ready_phone import ReadyPhone

PREFIX = "/data/data/com.termux/files/usr"


@dataclass(frozen=True, slots=True)
class DistantPhone:
    """What the clock asks of a phone; the stand-in has it too. ``port`` is on loopback, and leads there."""

    port: int
    identity: Path
    host_key: str

    @property
    def ssh(self) -> list[str]:
        return ssh_words("127.0.0.1", self.port, self.identity)

    def inside(self, *argv: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """``sh -c SCRIPT`` on the phone."""
        script = input if input is not None else argv[-1]
        command = [*self.ssh, f"{PREFIX}/bin/sh -s"]
        return subprocess.run(command, input=script, capture_output=True, text=True, check=True)


@contextmanager
def distant_phone(place: str, identity: Path, folder: Path) -> Iterator[ReadyPhone]:
    """The phone at ``place``, as go-dev wants it. Its host key is taken for the one that it shows now."""
    address, _, port = place.rpartition(":")
    with DelayProxy(int(port), address=address) as front:
        scan = ["ssh-keyscan", "-t", "ed25519", "-p", str(front.port), "127.0.0.1"]
        shown = subprocess.run(scan, capture_output=True, text=True, check=True).stdout
        phone = DistantPhone(front.port, identity, shown.split(" ", 1)[1].strip())
        ready = ReadyPhone(cast(StandInPhone, phone), folder)
        print(f"The phone at {place} has the host key {ready.fingerprint}.", file=sys.stderr)
        with ready.session() as session:
            plan = session.plan()
            result = session.apply(plan, lambda event: None) if plan.pending else None
            print(f"Its server is {session.transport.server}.", file=sys.stderr)
        assert result is None or not result.after.pending, [each for each in result.outcomes if each.message]
        yield ready


def measure(ready: ReadyPhone, *, disposable: bool) -> Iterator[Figure]:
    """Everything that leaves the phone as it is; on a ``disposable`` one also the first apply, before which the files
    that go-dev has made are removed."""
    for ms in clock.JUDGED:
        with clock.way(ready, ms) as port:
            yield from clock.figures(clock.Point(ms, medians(clock.runs(ready, port))))
    with ready.session() as session:
        session.plan()
        yield from counted.counted("plan of go-dev, nothing to do", session.cost, counted.NOTHING_TO_DO)
    if disposable:
        yield from counted.first_apply(ready)
