"""What ``--set`` may name: what can change something, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from provisioner.declare import declare
from provisioner.errors import UsageError
from provisioner.playbook.entries import read
from provisioner.playbook.set_names import require_used

USED = {
    "in vars": "- vars: {email: a}\n- packages: [git]",
    "in a value": "- packages: ['{{ email }}']",
    "by default": "- file: {path: ~/a, content: '{{ email | default(\"a\") }}'}",
    "in vars, by another": "- vars: {mail: '{{ email }}'}\n- packages: [git]",
    "in when": "- packages: [git]\n  when: email == 'x'",
    "in a branch": "- file: {path: ~/a, content: '{% if 1 > 2 %}{{ email }}{% endif %}'}",
    "in a template": "- file: {path: ~/a, template: uses}",
    "in what it may include": "- file: {path: ~/a, template: includes}",
    "in a template of a task": "- shell: {login: zsh, framework: oh-my-zsh}",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "uses.j2").write_text("{{ email }}\n")
    (tmp_path / "includes.j2").write_text("{% if 1 > 2 %}{% include 'uses.j2' %}{% endif %}\n")
    return tmp_path


def check(folder: Path, text: str, shown: str = "", **set_vars: str) -> None:
    playbook = read(text, folder / "playbook.yml", {"city": "Beijing"}, {**set_vars})
    declare(playbook)
    require_used(playbook, shown)


@pytest.mark.parametrize("text", USED.values(), ids=USED)
def test_what_can_change_something_is_taken(folder: Path, text: str) -> None:
    (folder / "zshrc.j2").write_text("{{ email }} {{ theme }}\n")
    check(folder, text, email="x")


REFUSED = {
    "- packages: [git]": "its variables are city",
    "- vars: {emails: a}\n- packages: ['{{ emails }}']": 'did you mean "emails"?',
    "- file: {path: ~/a, content: '{{ emial | default(1) }}'}": 'did you mean "emial"?',
    "- vars: {a: 1}\n- file: {path: ~/a, content: '{% set email = 2 %}{{ email }}'}": "its variables are a, city",
    "- file: {path: ~/email, content: email}": "its variables are city",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_can_change_nothing_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"--set email=\.\.\.: nothing in the playbook uses email") as caught:
        check(folder, text, email="x")
    assert caught.value.hint == REFUSED[text]


def test_what_a_task_hands_to_its_template_is_set_in_the_task(folder: Path) -> None:
    with pytest.raises(UsageError, match="nothing in the playbook uses theme"):
        check(folder, "- shell: {login: zsh, framework: oh-my-zsh}", "zshrc", theme="agnoster")


def test_a_variable_of_the_inventory_may_be_set_whatever_the_playbook_uses(folder: Path) -> None:
    check(folder, "- packages: [git]", city="Shanghai")


def test_what_the_phone_tells_cannot_be_set(folder: Path) -> None:
    with pytest.raises(UsageError, match="arch is told by the phone itself"):
        check(folder, "- packages: [git]\n  when: arch == 'arm'", arch="arm")


def test_a_template_that_is_shown_counts_too(folder: Path) -> None:
    check(folder, "- packages: [git]", "uses", email="x")
    with pytest.raises(UsageError, match="nothing in the playbook uses mail"):
        check(folder, "- packages: [git]", "uses", mail="x")
