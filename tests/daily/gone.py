"""Programs on the stand-in phone that are looked for by their command lines."""

from __future__ import annotations

import time

from provisioner.rehearsal import StandInPhone


def at_work(phone: StandInPhone, line: str) -> bool:
    return bool(phone.inside(f"{phone.environment['PREFIX']}/bin/pgrep", "-f", line).stdout)


def stop(phone: StandInPhone, line: str) -> None:
    """End it; it must be there."""
    assert at_work(phone, line), f"{line} was ended"
    phone.inside(f"{phone.environment['PREFIX']}/bin/pkill", "-f", line)


def wait_until_gone(phone: StandInPhone, line: str) -> None:
    deadline = time.monotonic() + 30
    while at_work(phone, line):
        assert time.monotonic() < deadline, f"{line} is still at work"
        time.sleep(0.1)
