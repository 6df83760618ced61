"""A converged phone, made once."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.support.ready_phone import ReadyPhone, ready_phone


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadyPhone]:
    """A phone that is as go-dev wants it; tests leave it so."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with ready_phone(tmp_path_factory.mktemp("ready")) as phone:
        yield phone
