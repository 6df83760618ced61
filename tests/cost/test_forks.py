"""A program takes longer to start on a phone than all that a probe asks it: so they are counted."""

from __future__ import annotations

from tests.bench.clock import program
from tests.bench.scale import on_the_phone
from tests.support.ready_phone import ReadyPhone

STATE = ".local/state/hello-termux"
PROGRAMS = 7
"""find (user, clock, stamps), stat -f, find and sha256sum, tar, timeout and find (storage)."""


def test_a_probe_of_go_dev_starts_seven_programs(ready: ReadyPhone) -> None:
    assert min(on_the_phone(ready, "go-dev").forks for _ in range(3)) == PROGRAMS, "others on the phone only add to it"


def test_an_apply_with_nothing_to_do_notes_that_packages_have_moved(ready: ReadyPhone) -> None:
    def noted() -> dict[str, bytes]:
        return {memo.name: memo.read_bytes() for memo in (ready.phone.home / STATE / "memo").iterdir()}

    before = noted()
    ready.phone.inside("sh", "-c", 'touch "$PREFIX/var/lib/dpkg/status"')
    program(ready, ready.phone.port, "plan", "go-dev")
    assert noted() == before, "a plan writes nothing"
    for _ in range(2):  # the first finds them moved
        assert "No changes." in program(ready, ready.phone.port, "apply", "go-dev", "--yes")
        assert {name for name, text in noted().items() if text != before[name]} == before.keys()
