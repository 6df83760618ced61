"""A few cells of the matrix of broken wires (all of them: ``make test-faults``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kit import Kit
from tests.faults.wires import Strike

CELLS = (
    Strike("reset", "before", "block:~/.vimrc#vim", "after 5 s"),
    Strike("reset", "after", "login_shell:zsh", "never"),
    Strike("half-open", "inside", "git_repo:~/.oh-my-zsh", "at once"),
    Strike("1 byte at a time", "inside", "package:golang", "never"),
)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_the_run_goes_on_and_is_heard_whole(kit: Kit, cell: Strike, tmp_path: Path) -> None:
    cell.try_it(kit, tmp_path)
