"""What somebody edits by hand on the phone is told from a playbook that has moved on, and is theirs to decide on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone
from tests.support.terminal import Terminal
from tests.undo.playbooks import block, file, write


@pytest.fixture
def edited(phone: Phone, standin: StandInPhone) -> str:
    """A playbook of two files and a block; one of the files and the block's inside were edited on the phone."""
    old = [file("~/mine", "1\n"), file("~/other", "1\n"), block("~/rc", "x", "one")]
    for name in ("mine", "other", "rc"):
        (standin.home / name).unlink(missing_ok=True)
    phone.run("apply", write(phone, *old), "--yes")
    (standin.home / "mine").write_text("by hand\n")
    rc = standin.home / "rc"
    rc.write_text(rc.read_text().replace("one", "by hand"))
    return write(phone, file("~/mine", "2\n"), file("~/other", "2\n"), block("~/rc", "x", "two"))


def texts(standin: StandInPhone) -> tuple[str, str, str]:
    return tuple((standin.home / name).read_text() for name in ("mine", "other", "rc"))  # type: ignore[return-value]


def test_an_edited_item_waits_and_the_others_go_on(phone: Phone, standin: StandInPhone, edited: str) -> None:
    shown = phone.run("plan", edited, expect=2)
    assert shown.count("waits for you") == 3 and "--take-playbook replaces it" in " ".join(
        shown.split()
    )  # and the legend
    shown = phone.run("apply", edited, "--yes", expect=6)
    assert "Waiting for you: 0 created, 1 changed" in shown
    mine, other, rc = texts(standin)
    assert (mine, other) == ("by hand\n", "2\n") and "by hand" in rc
    phone.run("apply", edited, "--yes", expect=6)


def test_keep_edits_leaves_them(phone: Phone, standin: StandInPhone, edited: str) -> None:
    shown = phone.run("apply", edited, "--yes", "--keep-edits")
    assert "file:~/mine stays as you edited it." in shown
    assert texts(standin)[0] == "by hand\n" and "by hand" in texts(standin)[2]
    assert "Plan: 0 to create, 0 to change" in phone.run("plan", edited, expect=6)


def test_take_playbook_replaces_them_and_undo_brings_them_back(
    phone: Phone, standin: StandInPhone, edited: str
) -> None:
    before = texts(standin)
    phone.run("apply", edited, "--yes", "--take-playbook")
    assert texts(standin)[:2] == ("2\n", "2\n") and "\ntwo\n" in texts(standin)[2]
    phone.run("undo", "--yes")
    assert texts(standin) == before
    phone.run("apply", edited, "--yes", expect=6)  # what the undo brought back is still an edit of theirs
    assert "contradict" in phone.run("apply", edited, "--keep-edits", "--take-playbook", expect=1)


def test_a_person_is_asked_about_each(phone: Phone, standin: StandInPhone, edited: str) -> None:
    words = ["apply", edited, "-H", phone.place, "-i", str(phone.identity)]
    terminal = Terminal(words, phone.config, phone.environment)
    terminal.expect("You have edited file:~/mine")
    terminal.type("what\n")
    terminal.expect("show the difference (d)?")
    terminal.type("d\n")
    assert "-by hand" in terminal.expect("+2")
    terminal.type("k\n")
    terminal.expect("You have edited block:~/rc#x")
    terminal.type("t\n")
    terminal.expect("Apply these 2 changes")
    terminal.type("y\n")
    assert terminal.ended() == 0
    assert texts(standin)[:2] == ("by hand\n", "2\n") and "\ntwo\n" in texts(standin)[2]


def test_a_playbook_that_moves_on_meets_no_question(phone: Phone, standin: StandInPhone) -> None:
    for text in ("1\n", "2\n", "1\n"):
        phone.run("apply", write(phone, file("~/moving", text), block("~/around", "x", text)), "--yes")
        around = standin.home / "around"
        around.write_text(f"{text}{around.read_text()}")  # outside of the block everybody may write
    assert (standin.home / "moving").read_text() == "1\n"


def test_what_was_never_ours_is_replaced_as_ever_and_what_an_undo_brought_back_too(
    phone: Phone, standin: StandInPhone
) -> None:
    (standin.home / "found").write_text("here before\n")
    playbook = write(phone, file("~/found", "ours\n"))
    phone.run("apply", playbook, "--yes")
    phone.run("undo", "--yes")
    assert (standin.home / "found").read_text() == "here before\n"
    phone.run("apply", playbook, "--yes")
    assert (standin.home / "found").read_text() == "ours\n"


def test_a_saved_plan_holds_the_decision(phone: Phone, standin: StandInPhone, edited: str) -> None:
    saved = phone.config / "edited.plan"
    phone.run("plan", edited, "--take-playbook", "--out", str(saved), expect=2)
    assert [change["edited"] for change in json.loads(saved.read_text())["changes"]] == [True, False, True]
    phone.run("apply", str(saved), "--yes", "--keep-edits", expect=1)
    phone.run("apply", str(saved), "--yes")
    assert texts(standin)[:2] == ("2\n", "2\n")


class Taken:
    """A file and a block that were written by us, then edited by hand, of names and texts that no other test has."""

    def __init__(self, phone: Phone, standin: StandInPhone, name: str) -> None:
        self._phone, self._name = phone, name
        self._file, self._rc = standin.home / name, standin.home / f"{name}-rc"
        phone.run("apply", self.playbook("1"), "--yes")
        self.edit("1", "by hand")

    def playbook(self, text: str, *more: object) -> str:
        return write(self._phone, file(f"~/{self._name}", f"{text}\n"), block(f"~/{self._name}-rc", "x", text), *more)

    def edit(self, old: str, new: str) -> None:
        self._file.write_text(f"{new}\n")
        self._rc.write_text(self._rc.read_text().replace(f"\n{old}\n", f"\n{new}\n"))

    def is_at(self, text: str) -> bool:
        return self._file.read_text() == f"{text}\n" and f"\n{text}\n" in self._rc.read_text()


def test_an_edit_that_the_playbook_has_taken_over_is_none_when_it_moves_on(phone: Phone, standin: StandInPhone) -> None:
    taken = Taken(phone, standin, "taken")
    assert "No changes" in phone.run("plan", taken.playbook("by hand"))
    phone.run("apply", taken.playbook("2"), "--yes")
    assert taken.is_at("2")
    taken.edit("2", "by hand again")
    phone.run("apply", taken.playbook("3"), "--yes", expect=6)
    assert taken.is_at("by hand again")


def test_an_edit_that_was_only_kept_is_asked_about_when_the_playbook_moves_on(
    phone: Phone, standin: StandInPhone
) -> None:
    kept = Taken(phone, standin, "only-kept")
    phone.run("apply", kept.playbook("2"), "--yes", "--keep-edits")
    phone.run("apply", kept.playbook("3"), "--yes", expect=6)
    assert kept.is_at("by hand")


@pytest.mark.parametrize("more", [(), (file("~/told-more", "more\n"),)], ids=["nothing else", "something else to do"])
def test_an_apply_tells_the_phone_what_was_taken_over_so_that_other_laptops_know(
    phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: tuple[object, ...]
) -> None:
    taken = Taken(phone, standin, f"told-{len(more)}")
    before = phone.tree()
    phone.run("plan", taken.playbook("by hand"))
    assert phone.tree() == before, "a plan writes nothing"
    with monkeypatch.context() as other:
        other.setenv("XDG_CACHE_HOME", str(tmp_path))
        phone.run("plan", taken.playbook("2"), expect=6)  # it has not seen that they agree, so it asks
    phone.run("apply", taken.playbook("by hand", *more), "--yes")
    after = phone.tree()
    phone.run("apply", taken.playbook("by hand"))
    assert phone.tree() == after, "it is told once"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    phone.run("apply", taken.playbook("2"), "--yes")
    assert taken.is_at("2")


def test_what_could_not_be_written_was_not_edited_by_hand(phone: Phone, standin: StandInPhone) -> None:
    """That we were about to write is noted before it is done; what stood there, and still does, is nobody's edit."""
    theirs = standin.home / "theirs"
    theirs.write_text("as it was\n")
    theirs.chmod(0o444)
    playbook = write(phone, file("~/theirs", "1\n"))
    assert "read-only" in phone.run("apply", playbook, "--yes", expect=1)
    theirs.chmod(0o644)
    phone.run("apply", playbook, "--yes")
    assert theirs.read_text() == "1\n"
    theirs.write_text("as it was\n")
    phone.run("apply", playbook, "--yes", expect=6)  # since then it is
    assert theirs.read_text() == "as it was\n"
