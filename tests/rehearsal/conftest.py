"""Which phone a test of this folder speaks to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from provisioner.rehearsal.host import ssh_words

from .reached import Reached, reach


@pytest.fixture
def ssh(request: pytest.FixtureRequest) -> Reached:
    """The phone of ``--phone``, else the stand-in; for tests that leave it as it was."""
    place: str | None = request.config.getoption("--phone")
    if place is None:
        return reach(request.getfixturevalue("standin"))
    host, _, port = place.rpartition(":")
    return Reached(ssh_words(host, port, request.config.getoption("--identity")))


@pytest.fixture
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reached]:
    """A phone in its first minute, for tests that change it; with ``--phone`` that one, which must be a fresh one."""
    if request.config.getoption("--phone"):
        yield request.getfixturevalue("ssh")
        return
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with StandInPhone.start(tmp_path) as phone:
        yield reach(phone)
