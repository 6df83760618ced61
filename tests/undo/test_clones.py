"""A clone that a run moved to another version goes back to the one it had, unless the person has moved it since."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioner.declare import declare
from provisioner.errors import RunFailed
from provisioner.facts.records import RecordsFact
from provisioner.model import Action, Change, Event, EventKind
from provisioner.playbook.entries import read
from provisioner.rehearsal import StandInPhone
from provisioner.resources.base import Declared
from provisioner.runner import Conversation
from provisioner.transport.local import LocalTransport
from tests.support.program import Phone
from tests.support.temp_phone import TempPhone
from tests.undo.playbooks import write

WHO = ("-c", "user.name=n", "-c", "user.email=e", "-c", "init.defaultBranch=main")


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *WHO, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "file").write_text(text)
    git(folder, "add", "file")
    git(folder, "commit", "-q", "-m", text)
    return git(folder, "rev-parse", "HEAD")


@dataclass
class Cloned:
    """A phone, and an upstream with the tags v1 and v2 and the branch main, whose last commit is later."""

    phone: TempPhone
    upstream: Path
    tmp: Path

    @property
    def clone(self) -> Path:
        return self.phone.home / "clone"

    @property
    def stands(self) -> tuple[str, str, str]:
        """What is in the file, the branch (HEAD: none), and where the clone comes from."""
        branch = git(self.clone, "rev-parse", "--abbrev-ref", "HEAD")
        return (self.clone / "file").read_text(), branch, git(self.clone, "config", "remote.origin.url")

    def declared(self, version: str, **more: object) -> tuple[Declared, ...]:
        entry = {"path": "~/clone", "url": [f"file://{self.upstream}"], "version": version, **more}
        return declare(read(json.dumps([{"git_repo": entry}]), self.tmp / "playbook.yml", {}, {}))

    def plan(self, version: str, **more: object) -> Change:
        return self.phone.plan(self.declared(version, **more))[0]

    def at(self, version: str, **more: object) -> list[Event]:
        """An apply of a playbook that wants this version."""
        declared = self.declared(version, **more)
        return self.phone.apply(declared, self.phone.plan(declared))[0]

    def undone(self, run: str = "") -> Change:
        """An undo; the change that it planned."""
        [change], _ = self.phone.undo(run)
        return change

    @contextmanager
    def checkout_does(self, this: str) -> Iterator[None]:
        """Instead of git's own checkout of a commit."""
        program = self.phone.prefix / "bin/git"
        script = f'case "$*" in *"checkout -q --detach"*) {this} ;; esac'
        program.write_text(f'#!/bin/sh\n{script}\nexec /usr/bin/git "$@"\n')
        program.chmod(0o755)
        yield
        program.unlink()

    def runs(self) -> list[str]:
        with LocalTransport(self.phone.prefix, self.phone.home) as transport:
            records = Conversation(self.phone.device, transport.shell()).ask([RecordsFact()])[RecordsFact()]
        return [record.id for record in records]


@pytest.fixture
def cloned(tmp_path: Path) -> Cloned:
    upstream = tmp_path / "upstream"
    upstream.mkdir()
    git(upstream, "init", "-q")
    for version in ("v1", "v2", "later"):
        commit(upstream, version)
        if version != "later":
            git(upstream, "tag", version)
    git(upstream, "config", "uploadpack.allowAnySHA1InWant", "true")
    return Cloned(TempPhone(tmp_path / "phone"), upstream, tmp_path)


def failures(events: list[Event]) -> str:
    assert any(event.kind is EventKind.FAILED for event in events)
    return "\n".join(event.text for event in events)


def test_a_tag_comes_back_and_the_playbook_of_then_has_nothing_to_do(cloned: Cloned) -> None:
    cloned.at("v1")
    before = cloned.stands
    cloned.at("v2")
    change = cloned.undone()
    assert [str(field.after)[:3] for field in change.fields] == ["v1 "]
    assert cloned.stands == before
    assert cloned.plan("v1").action is Action.NONE
    cloned.undone()
    assert cloned.stands[0] == "v2"
    assert cloned.plan("v2").action is Action.NONE


def test_a_branch_comes_back_as_one(cloned: Cloned) -> None:
    cloned.at("")
    before = cloned.stands
    assert before[:2] == ("later", "main")
    cloned.at("v1")
    assert cloned.stands[:2] == ("v1", "HEAD")
    cloned.undone()
    assert cloned.stands == before
    cloned.undone()
    assert cloned.stands[:2] == ("v1", "HEAD")


def test_where_it_comes_from_and_its_settings_come_back_but_not_over_those_of_the_person(cloned: Cloned) -> None:
    cloned.at("v1", config={"our.one": "1", "our.two": "1"})
    before = cloned.stands
    elsewhere = cloned.tmp / "elsewhere"
    shutil.copytree(cloned.upstream, elsewhere)
    cloned.at("v2", url=[f"file://{elsewhere}"], config={"our.one": "2", "our.two": "2", "our.three": "2"})
    assert cloned.stands[2] == f"file://{elsewhere}"
    git(cloned.clone, "config", "our.two", "mine")
    cloned.undone()
    assert cloned.stands == before
    assert git(cloned.clone, "config", "--get-regexp", "^our").splitlines() == ["our.one 1", "our.two mine"]


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        (lambda clone: commit(clone, "mine"), "changed since the run"),
        (lambda clone: (clone / "file").write_text("mine"), "changes of yours in it (file)"),
        (lambda clone: git(clone, "checkout", "-q", "-b", "mine"), "changed since the run"),
        (lambda clone: git(clone, "branch", "-f", "main", "HEAD"), "its branch main has moved"),
        (lambda clone: shutil.rmtree(clone / ".git"), "no whole clone any more"),
    ],
    ids=["a commit", "a changed file", "a branch", "the old branch elsewhere", "no clone any more"],
)
def test_what_the_person_did_since_stays(cloned: Cloned, theirs: object, why: str) -> None:
    cloned.at("")
    cloned.at("v1")
    assert callable(theirs)
    theirs(cloned.clone)
    file = (cloned.clone / "file").read_text()
    change = cloned.undone()
    assert change.action is Action.REFUSE and why in change.reason
    assert (cloned.clone / "file").read_text() == file


def test_commits_of_the_person_that_no_branch_holds_outlive_the_move(cloned: Cloned) -> None:
    cloned.at("v1")
    mine = commit(cloned.clone, "mine")
    cloned.at("v2")
    git(cloned.clone, "reflog", "expire", "--expire=all", "--all")
    git(cloned.clone, "gc", "-q", "--prune=now")
    cloned.undone()
    assert git(cloned.clone, "rev-parse", "HEAD") == mine
    assert cloned.stands[0] == "mine"


def test_a_version_that_git_threw_away_is_fetched_again(cloned: Cloned) -> None:
    cloned.at("v1")
    cloned.at("v2")
    [name] = git(cloned.clone, "for-each-ref", "--format=%(refname)", "refs/hello-termux/").splitlines()
    git(cloned.clone, "update-ref", "-d", name)
    git(cloned.clone, "reflog", "expire", "--expire=all", "--all")
    git(cloned.clone, "gc", "-q", "--prune=now")
    away = cloned.upstream.rename(cloned.tmp / "away")
    cloned.undone()
    assert cloned.stands[0] == "v2"
    away.rename(cloned.upstream)
    cloned.undone(cloned.runs()[1])
    assert cloned.stands[:2] == ("v1", "HEAD")


def test_an_earlier_run_waits_for_the_later_and_then_takes_the_clone_away(cloned: Cloned) -> None:
    cloned.at("v1")
    cloned.at("v2")
    first, second = cloned.runs()
    change = cloned.undone(first)
    assert change.action is Action.REFUSE and f"by {second}: undo that first" in change.reason
    cloned.undone(second)
    cloned.undone(first)
    assert not cloned.clone.exists()


@pytest.mark.parametrize(
    "theirs",
    [
        lambda clone: (clone / "new").write_text("mine"),
        lambda clone: (clone / "file").write_text("vx"),  # as long as it was
        lambda clone: git(clone, "branch", "mine", git(clone, "commit-tree", "-m", "x", "HEAD^{tree}")),
    ],
    ids=["a new file", "a changed file", "a branch"],
)
def test_a_new_clone_is_not_taken_away_with_something_of_the_persons_in_it(cloned: Cloned, theirs: object) -> None:
    cloned.at("v1")
    assert callable(theirs)
    theirs(cloned.clone)
    change = cloned.undone()
    assert change.action is Action.REFUSE and "changed since the run" in change.reason
    assert cloned.clone.exists()


def test_a_move_that_git_refuses_leaves_a_whole_clone(cloned: Cloned) -> None:
    cloned.at("v1")
    (cloned.upstream / "untracked").write_text("theirs")
    git(cloned.upstream, "add", "untracked")
    commit(cloned.upstream, "v3")
    git(cloned.upstream, "tag", "v3")
    (cloned.clone / "untracked").write_text("mine")
    assert "untracked" in failures(cloned.at("v3"))
    assert cloned.plan("v1").action is Action.NONE
    assert (cloned.clone / "untracked").read_text() == "mine"
    assert cloned.undone().action is Action.NONE


def test_a_move_that_was_killed_in_the_middle_is_no_change_of_the_persons(cloned: Cloned) -> None:
    cloned.at("v1")
    with cloned.checkout_does('echo half >"$2/file"; kill -9 0'), pytest.raises(RunFailed):
        cloned.at("v2")
    change = cloned.plan("v2")
    assert next((field.name, field.before) for field in change.fields) == ("clone", "not a whole clone")
    cloned.at("v2")
    assert cloned.stands[:2] == ("v2", "HEAD")
    assert cloned.plan("v2").action is Action.NONE
    assert cloned.undone().pending
    assert cloned.stands[0] == "half\n", "what stood there is there again, whatever it was"
    assert cloned.undone().pending
    assert cloned.stands[:2] == ("v2", "HEAD")


def test_a_git_that_was_killed_before_it_changed_a_file_has_left_its_lock(cloned: Cloned) -> None:
    cloned.at("v1")
    with cloned.checkout_does(': >"$2/.git/index.lock"; kill -9 $$'):
        failures(cloned.at("v2"))
    cloned.at("v2")
    assert cloned.stands[:2] == ("v2", "HEAD")


def test_a_git_of_the_persons_that_is_at_work_is_left_alone(cloned: Cloned) -> None:
    cloned.at("v1")
    lock = cloned.clone / ".git/index.lock"
    lock.touch()
    assert "git is at work in" in failures(cloned.at("v2"))
    lock.unlink()
    assert cloned.plan("v1").action is Action.NONE
    cloned.at("v2")
    assert cloned.stands[0] == "v2"


def test_what_was_held_for_runs_that_are_forgotten_is_let_go(cloned: Cloned) -> None:
    cloned.at("v1")
    cloned.at("v2")
    shutil.rmtree(cloned.phone.home / ".local/state/hello-termux/runs" / cloned.runs()[1])
    cloned.at("v1")
    names = git(cloned.clone, "for-each-ref", "--format=%(refname)", "refs/hello-termux/").splitlines()
    assert names == [f"refs/hello-termux/{cloned.runs()[-1]}"]


def test_the_program_shows_the_way_back_and_goes_it(phone: Phone, standin: StandInPhone) -> None:
    clone = {"path": "~/plugin", "url": ["https://github.com/fatih/vim-go.git"]}
    phone.run("apply", write(phone, {"packages": ["git"]}, {"git_repo": {**clone, "version": "v1.29"}}), "--yes")
    before = git(standin.home / "plugin", "rev-parse", "HEAD")
    phone.run("apply", write(phone, {"git_repo": {**clone, "version": "v1.28"}}), "--yes")
    assert git(standin.home / "plugin", "rev-parse", "HEAD") != before
    shown = phone.run("undo", "--yes")
    assert f"→ v1.29 ({before[:12]})" in shown
    assert git(standin.home / "plugin", "rev-parse", "HEAD") == before
