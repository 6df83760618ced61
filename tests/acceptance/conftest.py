"""The phone of the story."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from provisioner.rehearsal import Options as StandIn
from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone, met


@pytest.fixture(scope="session")
def phone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """A phone that has met this laptop: its host key is pinned."""
    config = tmp_path_factory.mktemp("config")
    place = request.config.getoption("--phone")
    if place:
        yield met(Phone(place, request.config.getoption("--identity"), config))
        return
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with StandInPhone.start(tmp_path_factory.mktemp("phone"), options=StandIn(storage="grant")) as standin:
        yield Phone.of(standin, config)
