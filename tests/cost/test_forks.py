"""A program takes longer to start on a phone than all that a probe asks it: so they are counted."""

from __future__ import annotations

from tests.bench.scale import on_the_phone
from tests.support.ready_phone import ReadyPhone

PROGRAMS = 7
"""find (user, clock, stamps), stat -f, find and sha256sum, tar, timeout and find (storage)."""


def test_a_probe_of_go_dev_starts_seven_programs(ready: ReadyPhone) -> None:
    assert min(on_the_phone(ready, "go-dev").forks for _ in range(3)) == PROGRAMS, "others on the phone only add to it"
