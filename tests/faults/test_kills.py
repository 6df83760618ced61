"""A few cells of the matrix of signal 9 (all of them: ``make test-faults``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.builds import HalfBuild
from tests.faults.kills import Kill
from tests.faults.kit import Kit

CELLS = (
    Kill("dpkg --unpack", "before", "package:golang"),
    Kill("runner", "inside", "package:golang"),
    Kill("all", "inside", "block:~/.vimrc#vim"),
    Kill("sshd session", "before", "git_repo:~/.oh-my-zsh"),
    Kill("tail", "before", "package:golang"),
)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_next_run_puts_all_right(kit: Kit, cell: Kill, tmp_path: Path) -> None:
    assert cell.try_it(kit, tmp_path), "there was nothing to kill"


def test_the_next_run_goes_on_with_half_a_build(tmp_path: Path) -> None:
    """All of the run at once: the playbook ``full``, with Vim's own source (acceptance)."""
    assert HalfBuild("compiler", 50).try_it(None, tmp_path), "there was nothing to kill"
