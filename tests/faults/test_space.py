"""The phone's disk is full: at any write of ours what stood there stays, and nothing that was not done looks done."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.rehearsal.host import RehearsalError
from tests.faults.space import PLACES, Full, cramped, leave


@pytest.mark.parametrize("name", ["our own records", "home"])
def test_from_no_room_to_enough(tmp_path: Path, name: str) -> None:
    """A run that cannot keep its journal has not succeeded, a file that cannot be written stays; each says why."""
    place, text = PLACES[name]
    try:
        with cramped(tmp_path, place) as (phone, standin):
            playbook = phone.write(text)
            enough = [Full(name, n).in_a_phone(phone, standin, place, playbook) for n in (0, 2, 4, 6, 9, 40)]
    except RehearsalError as error:
        pytest.skip(f"no small file system can be had here: {error}")
    assert not enough[0] and enough[-1]


@pytest.mark.parametrize("name", ["fetched packages", "dpkg's records"])
def test_packages_find_no_room(tmp_path: Path, name: str) -> None:
    place, text = PLACES[name]
    try:
        with cramped(tmp_path, place) as (phone, standin):
            playbook = phone.write(text)
            leave(standin, place, 1)
            shown = " ".join(phone.run("apply", playbook, "--yes", expect=1).split())
            assert "no room left" in shown or "No space left" in shown, shown
            leave(standin, place, None)
            phone.run("apply", playbook, "--yes")
            assert "installed" in phone.ssh("dpkg-query -W -f '${db:Status-Status}' tmux")
    except RehearsalError as error:
        pytest.skip(f"no small file system can be had here: {error}")
