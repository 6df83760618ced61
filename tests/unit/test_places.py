"""What no file, link, clone or command can be, whatever is on the phone: a mistake of the playbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.errors import PlaybookError
from provisioner.playbook.entries import load, read

NOWHERE = "is a folder that Termux, or what runs there, lives in"
WRONG = {
    "- file: {path: ~, content: x}": (16, f"file: ~ {NOWHERE}"),
    "- symlink: {path: $PREFIX/bin, target: x}": (19, f"symlink: $PREFIX/bin {NOWHERE}"),
    "- git_repo: {path: ~/.local/state, url: [x]}": (20, f"git_repo: ~/.local/state {NOWHERE}"),
    "- block: {path: $PREFIX, label: x, content: x}": (17, f"block: $PREFIX {NOWHERE}"),
    "- symlink: {path: ~/a, target: ''}": (32, "symlink: a link needs a target"),
    "- symlink: {path: ~/a, target: ~/b}": (
        32,
        "symlink: a link does not know ~: write /data/data/com.termux/files/home/b",
    ),
    "- symlink: {path: ~/a, target: $PREFIX/bin/b}": (
        32,
        "symlink: a link does not know $PREFIX: write /data/data/com.termux/files/usr/bin/b",
    ),
    "- symlink: {path: ~/c/a, target: a}": (34, "symlink: this link would lead to itself"),
    "- command: {name: a, run: b, creates: ~/c, timeout: -1}": (53, "command: timeout is a number of seconds above 0"),
}


@pytest.mark.parametrize("text", WRONG)
def test_it_is_a_mistake(text: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        read(text, Path("playbook.yml"), {}, {})
    (found,) = caught.value.mistakes
    column, summary = WRONG[text]
    assert (found.source.column, found.summary.partition(": name")[0]) == (column, summary)


def test_the_home_may_have_permissions_of_its_own() -> None:
    for text in ("- directory: ~", "- directory: {path: ~, mode: 700}"):
        (entry,) = read(text, Path("playbook.yml"), {}, {}).entries
        assert str(entry.value.path) == "~"


def test_a_secret_of_a_file_is_without_what_an_editor_adds(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xef\xbb\xbfhunter2\r\n")
    (tmp_path / "p.yml").write_text("- secrets: {key: {file: key}}\n- file: {path: ~/k, content: '{{ key }}'}\n")
    assert load(tmp_path / "p.yml").secrets == ("hunter2",)
