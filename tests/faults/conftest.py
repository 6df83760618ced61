"""Phones saved at the steps that the quick trials begin with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.faults.kit import Kit
from tests.support.delay_proxy import DelayProxy
from tests.support.program import Phone

QUICK = (
    "package:golang",
    "git_repo:~/.oh-my-zsh",
    "login_shell:zsh",
    "block:~/.vimrc#vim",
    "termux_properties:keyboard",
)
"""Steps of a few kinds: apt's, git's, a link, a block in a file of the user's, a file of the user's own."""


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    top = tmp_path_factory.getbasetemp()
    return Kit.shared((top.parent if os.environ.get("PYTEST_XDIST_WORKER") else top) / "kit", QUICK)


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    """A phone of the module's own: what is done to its wire is done to nobody else's."""
    with StandInPhone.start(tmp_path_factory.mktemp("phone")) as phone:
        yield phone


@pytest.fixture
def wire(standin: StandInPhone) -> Iterator[DelayProxy]:
    with DelayProxy(standin.port) as proxy:
        yield proxy


@pytest.fixture
def phone(standin: StandInPhone, wire: DelayProxy, tmp_path: Path) -> Phone:
    return Phone.of(standin, tmp_path, port=wire.port)
