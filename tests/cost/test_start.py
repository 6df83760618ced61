"""What starting loads: who only asks for help or checks a playbook does not wait for ssh, colours and threads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.ready_phone import observed

ALWAYS = {"paramiko", "fabric", "rich", "asyncio", "cryptography"}


@pytest.mark.parametrize("words", [["--help"], ["plan", "--help"], ["--version"]], ids=" ".join)
def test_help_loads_nothing_of_what_it_describes(words: list[str]) -> None:
    ended = observed(words)
    assert ended.code == 0
    assert not (ALWAYS | {"jinja2", "yaml", "invoke"}) & ended.modules


def test_lint_knows_no_ssh(tmp_path: Path) -> None:
    ended = observed(["lint", "go-dev"])
    assert ended.code == 0, ended.said
    assert not (ALWAYS | {"invoke"}) & ended.modules


def test_lint_of_a_playbook_without_templates_loads_no_jinja2(tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yml"
    playbook.write_text("- packages: [git]\n- directory: {path: ~/go}\n- file: {path: ~/x, content: plain}\n")
    ended = observed(["lint", str(playbook)])
    assert ended.code == 0, ended.said
    assert "jinja2" not in ended.modules
