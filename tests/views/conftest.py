"""Plans, events and results that never happened, and screens that write into memory."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from provisioner.views.screen import Screen

GOLDEN = Path(__file__).parent / "golden"

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For property tests: a busy machine is no failure."""


class Memory(Screen):
    """A screen whose text can be looked at."""

    def __init__(self, *, encoding: str = "utf-8", color: bool = False, width: int = 80) -> None:
        self.bytes = io.BytesIO()
        stream = io.TextIOWrapper(self.bytes, encoding=encoding, newline="", write_through=True)
        super().__init__(stream, color=color, width=width)

    @property
    def text(self) -> str:
        return self.bytes.getvalue().decode(self.encoding)


@pytest.fixture
def is_golden() -> Callable[[str, str], bool]:
    """Whether a text is that of a file; ``HELLO_TERMUX_UPDATE_GOLDEN=1`` writes the file: look at the diff then."""

    def check(name: str, text: str) -> bool:
        golden = GOLDEN / name
        if os.environ.get("HELLO_TERMUX_UPDATE_GOLDEN"):
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text(encoding="utf-8")
        return True

    return check
