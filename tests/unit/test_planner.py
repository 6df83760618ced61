"""What becomes a change, what is done together, and what a selection takes along."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.declare import declare
from provisioner.errors import PlanStale, PlaybookError
from provisioner.facts import Fact, Facts
from provisioner.facts.host import Host, HostFact
from provisioner.facts.packages import PackageFact, PackageState, UpgradeFact, UpgradeState
from provisioner.facts.paths import PathFact
from provisioner.model import Action, Plan, ResourceId
from provisioner.outcomes import require_same
from provisioner.planner import arrange, make_changes, remarks, select
from provisioner.playbook.entries import read
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared, Verdict


def declared(text: str) -> tuple[Declared, ...]:
    return declare(read(text, Path("playbook.yml"), {}, {}))


def names(work: object) -> list[list[str]]:
    return [[str(change.id) for change in item.changes] for item in work]  # type: ignore[attr-defined]


def missing(*packages: str) -> Facts:
    return Facts({PackageFact(name): None for name in packages})


def test_packages_are_one_transaction() -> None:
    items = declared("- packages: [git, vim]\n- directory: ~/a\n- packages: [zsh]\n")
    facts = missing("git", "vim", "zsh") | Facts({PathFact(RemotePath.parse("~/a")): None})
    work = arrange(Plan(make_changes(items, facts)), items, facts)
    assert names(work) == [["package:git", "package:vim", "package:zsh"], ["directory:~/a"]]


def test_no_package_is_moved_across_an_upgrade() -> None:
    items = declared("- packages: [git]\n- upgrade: full\n- packages: [zsh]\n")
    facts = missing("git", "zsh") | Facts({UpgradeFact(): UpgradeState(None)})
    work = arrange(Plan(make_changes(items, facts)), items, facts)
    assert names(work) == [["package:git"], ["apt_upgrade:all"], ["package:zsh"]]


def test_a_converged_upgrade_is_no_barrier() -> None:
    items = declared("- packages: [git]\n- upgrade: full\n- packages: [zsh]\n")
    facts = missing("git", "zsh") | Facts({UpgradeFact(): UpgradeState(())})
    assert names(arrange(Plan(make_changes(items, facts)), items, facts)) == [["package:git", "package:zsh"]]


def test_what_two_tasks_want_is_declared_once() -> None:
    items = declared("- packages: [git]\n- packages: [git, vim]\n")
    assert [str(item.id) for item in items] == ["package:git", "package:vim"]


def test_wanting_two_things_of_one_file_is_a_mistake() -> None:
    with pytest.raises(PlaybookError, match=r"file:~/a is wanted differently at playbook\.yml:1:3"):
        declared("- file: {path: ~/a, content: x}\n- file: {path: ~/a, content: y}\n")


CONTRADICTIONS = {
    "- file: {path: ~/a, content: x}\n- directory: ~/a": "~/a makes ~/a a directory; file:~/a at playbook.yml:1",
    "- symlink: {path: ~/a, target: b}\n- git_repo: {path: ~/a, url: [x]}": "makes ~/a a directory; symlink:~/a at",
    "- vim: {}\n- file: {path: ~/.vimrc, content: x}": "makes ~/.vimrc a file of the playbook's own; block:~/.vimrc#",
    "- file: {path: ~/.zshrc, content: x}\n- shell: {login: zsh}": "makes ~/.zshrc a file of yours with a block in it",
    "- golang: default\n- symlink: {path: ~/.profile, target: x}": "makes ~/.profile a link; block:~/.profile#path",
}


@pytest.mark.parametrize("text", CONTRADICTIONS)
def test_two_that_would_undo_each_other_at_one_path_are_a_mistake(text: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        declared(text)
    (found,) = caught.value.mistakes
    assert CONTRADICTIONS[text] in found.summary
    assert found.source.line == 2


BELOW = {
    "- file: {path: ~/a, content: x}\n- file: {path: ~/a/b/c, content: x}": (
        2,
        "file:~/a/b/c",
        "a file of the playbook",
    ),
    "- directory: ~/a/b\n- file: {path: ~/a, absent: true}": (1, "directory:~/a/b", "an absent file"),
    "- block: {path: ~/a, label: x, content: x}\n- git_repo: {path: ~/a/b, url: [x]}": (
        2,
        "git_repo:~/a/b",
        "of yours",
    ),
    "- vim: {}\n- symlink: {path: ~/.vimrc/x, target: y}": (2, "symlink:~/.vimrc/x", "block:~/.vimrc#"),
}


@pytest.mark.parametrize("text", BELOW)
def test_what_would_stand_below_a_file_is_a_mistake(text: str) -> None:
    line, address, made = BELOW[text]
    with pytest.raises(PlaybookError) as caught:
        declared(text)
    (found,) = caught.value.mistakes
    assert found.summary.startswith(f"{address} is below ~/")
    assert made in found.summary
    assert found.source.line == line


def test_below_a_link_a_directory_or_what_never_applies_with_it_there_may_be_more() -> None:
    declared(
        "- symlink: {path: ~/a, target: c}\n- directory: ~/b\n- file: {path: ~/a/x, content: x}\n- directory: ~/b/x"
    )
    declared("- file: {path: ~/a, content: x}\n  when: arch == 'arm'\n- directory: ~/a/b\n  when: arch != 'arm'")
    declared(
        "- file: {path: ~/ab, content: x}\n- file: {path: ~/a/b, content: x}\n- file: {path: $PREFIX/ab/x, content: x}"
    )


def test_two_may_share_a_path_that_agree_on_it_or_never_meet() -> None:
    declared("- directory: {path: ~/a, mode: 700}\n- git_repo: {path: ~/a, url: [x]}")
    declared("- file: {path: ~/a, content: x}\n  when: arch == 'arm'\n- directory: ~/a\n  when: arch != 'arm'")


@pytest.mark.parametrize("mode", ["999", "u+x", "7", "-rw", "0o644", "12345"])
@pytest.mark.parametrize("entry", ["file: {path: ~/a, content: x", "directory: {path: ~/a"])
def test_permissions_that_are_none_are_a_mistake(entry: str, mode: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        declared(f"- {entry}, mode: {mode}}}")
    (found,) = caught.value.mistakes
    assert f"{mode} are no permissions" in found.summary
    assert found.source.column == len(entry) + len("- , mode: ") + 1


@pytest.mark.parametrize("entry", ["file: {path: ~/a, content: x", "directory: {path: ~/a"])
def test_permissions_that_are_a_secret_are_a_mistake(entry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIN", "0751")  # a plan would tell them as 751
    with pytest.raises(PlaybookError) as caught:
        declared(f'- secrets: {{pin: {{env: PIN}}}}\n- {entry}, mode: "{{{{ pin }}}}"}}')
    (found,) = caught.value.mistakes
    assert found.summary == f"a secret stands in the mode of {entry.split(':')[0]}:~/a"
    assert found.source.line == 2


def test_only_takes_along_what_is_needed() -> None:
    items = declared("- mirror: tuna\n- upgrade: full\n- packages: [git]\n- directory: ~/a\n")
    chosen = [str(item.id) for item in select(items, ["packages"], [])]
    assert chosen == ["apt_source:termux", "apt_upgrade:all", "package:git"]


def test_only_takes_along_what_is_needed_wherever_it_stands() -> None:
    items = declared("- git_repo: {path: ~/a, url: [x]}\n- packages: [git]\n- mirror: tuna\n- directory: ~/b\n")
    chosen = [str(item.id) for item in select(items, ["git_repo"], [])]
    assert chosen == ["git_repo:~/a", "package:git", "apt_source:termux"]


def test_skip_goes_by_task_kind_or_address() -> None:
    items = declared("- packages: [git, vim]\n- directory: ~/a\n")
    assert [str(item.id) for item in select(items, [], ["package:git", "directory"])] == ["package:vim"]


def test_a_selection_that_names_nothing_is_refused() -> None:
    with pytest.raises(KeyError, match="vmi"):
        select(declared("- packages: [vim]\n"), ["vmi"], [])


def test_a_half_configured_package_is_to_be_repaired() -> None:
    items = declared("- packages: [git]\n")
    facts = Facts({PackageFact("git"): PackageState("half-configured", "1:2")})
    (change,) = make_changes(items, facts)
    assert change.action is Action.UPDATE
    assert change.fields[0].before == "half-configured"


def test_what_does_not_apply_here_is_said() -> None:
    (item,) = declared('- package: delve\n  when: arch == "aarch64"\n')
    facts = missing("delve") | Facts({HostFact(): Host(arch="arm")})
    assert make_changes([item], facts) == ()
    assert remarks([item], facts) == ('package:delve is left out: when: arch == "aarch64" is false (arch is arm).',)


def test_what_a_change_needs_is_by_address() -> None:
    items = declared("- mirror: tuna\n- package: git\n")
    assert items[1].requires == (ResourceId("apt_source", "termux"), ResourceId("apt_upgrade", "all"))


def test_a_plan_that_was_made_with_other_variables_says_how_it_is_applied() -> None:
    with pytest.raises(PlanStale) as caught:
        require_same(Plan((), content="a"), Plan((), content="b"))
    assert "with the same --set" in caught.value.hint


class Silent:
    """A condition that never holds, and gives no reason."""

    def facts(self) -> list[Fact[Any]]:
        return []

    def judge(self, facts: Facts) -> Verdict:
        return Verdict(False, "")


def test_what_nobody_would_miss_is_not_mentioned() -> None:
    (item,) = declared("- package: clang\n")
    assert remarks([replace(item, conditions=(Silent(),))], missing("clang")) == ()
