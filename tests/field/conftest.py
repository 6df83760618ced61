"""Phones in trouble: the stand-in, with little patience so that no test waits long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.support.program import Phone

Start = Callable[..., tuple[StandInPhone, Phone]]


def flat(shown: str) -> str:
    """A screen without the line ends and gutters that its width made."""
    return " ".join(shown.replace("│", " ").split())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a fresh phone, as its options say, that this laptop has met."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with ExitStack() as stack:

        def started(**options: object) -> tuple[StandInPhone, Phone]:
            variables = {"HELLO_TERMUX_PATIENCE": "1"}
            given = Options(variables=variables, **options)  # type: ignore[arg-type]
            standin = stack.enter_context(StandInPhone.start(tmp_path / "phone", options=given))
            config = tmp_path / "config"
            config.mkdir()
            return standin, Phone.of(standin, config)

        yield started


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    """A phone that the tests of a module share; its packages are of today."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    options = Options(aged=(), variables={"HELLO_TERMUX_PATIENCE": "1"})
    with StandInPhone.start(tmp_path_factory.mktemp("phone"), options=options) as phone:
        yield phone


@pytest.fixture(scope="module")
def phone(standin: StandInPhone, tmp_path_factory: pytest.TempPathFactory) -> Phone:
    return Phone.of(standin, tmp_path_factory.mktemp("config"))
