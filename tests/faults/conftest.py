"""Phones saved at the steps that the quick trials begin with."""

from __future__ import annotations

import os

import pytest

from tests.faults.kit import Kit

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
