"""Which phone the tests speak to: the stand-in, or with ``--phone HOST:PORT --identity KEY`` one that is there."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("phone")
    group.addoption("--phone", metavar="HOST:PORT", help="a phone to test on, instead of the stand-in")
    group.addoption("--identity", type=Path, metavar="KEY", help="the private key that opens it")


def pytest_configure() -> None:
    """A shell starts what runs in the background with Ctrl-C ignored, nohup with a hang-up ignored, and programs would
    hand that on to programs."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    """A started stand-in phone, the same for all tests that look and do not touch."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with StandInPhone.start(tmp_path_factory.mktemp("standin")) as phone:
        yield phone
