"""A phone as the app installs it, and a laptop in the same Wi-Fi."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.support.laptop import Laptop, laptop

Meet = Callable[..., Laptop]


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    """Starts a phone without openssh, and a laptop that has never met it."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with ExitStack() as stack:

        def started(**options: object) -> Laptop:
            given = {"openssh": False, "storage": "grant", **options}
            phone = stack.enter_context(StandInPhone.start(tmp_path / "phone", options=Options(**given)))  # type: ignore[arg-type]
            return stack.enter_context(laptop(phone, tmp_path / "laptop"))

        yield started
