"""``rehearse`` with a stand-in phone that is made up: what is started, what is said, what is left up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from provisioner import app
from provisioner.commands.base import Given
from provisioner.commands.rehearse import rehearse
from provisioner.errors import PlaybookError, UsageError
from provisioner.rehearsal import RehearsalError, StandInPhone
from provisioner.rehearsal.alone import alone
from tests.cli import fake_phone

Done = dict[str, int]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Done:
    """How often a phone was started and stopped; none is kept, and every apply is all there is to do."""
    counts = {"started": 0, "stopped": 0, "kept": 0}
    phone = SimpleNamespace(stop=lambda: counts.update(stopped=counts["stopped"] + 1))

    def start(*_: Any, **__: Any) -> Any:
        counts["started"] += 1
        return phone

    @contextmanager
    def open_session(playbook: str | None, *_: Any) -> Iterator[fake_phone.FakeSession]:
        session = fake_phone.FakeSession("settled" if counts.get("applied") else "one")
        counts["applied"] = counts.get("planned", 0)
        counts["planned"] = 1
        yield session

    monkeypatch.setattr(StandInPhone, "default_folder", lambda: tmp_path / "rehearsal")
    monkeypatch.setattr(StandInPhone, "start", start)
    monkeypatch.setattr(StandInPhone, "running", lambda folder: phone if counts["kept"] else None)
    monkeypatch.setattr(app, "open_session", open_session)
    return counts


def given(*words: str, **more: Any) -> Given:
    return Given(words=words, **more)


def test_a_mistake_in_the_playbook_starts_no_phone(done: Done, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PlaybookError):
        rehearse(given("nosuch"))
    assert done["started"] == 0
    assert capsys.readouterr().err == ""


WRONG: dict[str, dict[str, tuple[str, ...]]] = {
    "nothing in the playbook is called vmi": {"only": ("vmi",)},
    "nothing in the playbook is called shel": {"skip": ("shel",)},
    "nothing in the playbook uses emial": {"set": ("emial=x",)},
}


@pytest.mark.parametrize("why", WRONG)
def test_a_word_that_the_playbook_does_not_know_starts_no_phone(done: Done, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        rehearse(given("minimal", **WRONG[why]))
    assert done["started"] == 0


@pytest.mark.parametrize(
    ("word", "meant"),
    [("git", "package:git"), ("~/.zshrc", "zsh_startup:~/.zshrc"), ("/home/me/.zshrc", "zsh_startup:~/.zshrc")],
)
def test_what_a_person_calls_it_is_known_by_its_address(done: Done, word: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        rehearse(given("minimal", only=(word,)))
    assert caught.value.hint == f'did you mean "{meant}"?'


@pytest.mark.parametrize("port", [99999.0, 1.5])
def test_a_port_that_is_none_starts_no_phone(done: Done, port: float) -> None:
    with pytest.raises(UsageError, match="a port is a whole number from 1 to 65535"):
        rehearse(given("minimal", port=port))
    assert done["started"] == 0


def test_a_second_rehearsal_is_told_to_wait_and_takes_nothing_from_the_first(done: Done, tmp_path: Path) -> None:
    with alone(tmp_path / "rehearsal"), pytest.raises(RehearsalError, match="another rehearsal is under way"):
        rehearse(given("minimal"))
    assert (done["started"], done["stopped"]) == (0, 0)


def test_the_story_is_told_in_commands_that_can_be_typed(
    done: Done, capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert rehearse(given("minimal", only=("shell",))) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("$")]
    assert said == [
        "$ hello-termux -H rehearsal plan --only=shell minimal",
        "$ hello-termux -H rehearsal apply --yes --only=shell minimal",
        "$ hello-termux -H rehearsal plan --only=shell minimal",
        "$ hello-termux -H rehearsal verify --only=shell minimal",
    ]
    assert (done["started"], done["stopped"]) == (1, 1)


def test_a_phone_that_was_kept_is_used_and_left_up(
    done: Done, capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done["kept"] = 1
    assert rehearse(given("minimal")) == 0
    said = capsys.readouterr().err
    assert "using the phone that was kept (--fresh: a new one)" in said
    assert "rehearsal stop" in said
    assert (done["started"], done["stopped"]) == (0, 0)


def test_a_rehearsal_for_programs_is_a_line_of_json_for_everything(
    done: Done, capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.chdir(tmp_path)
    rehearse(given("minimal", json=True))
    types = [json.loads(line)["type"] for line in capsys.readouterr().out.splitlines()]
    assert types == ["plan", "started", "finished", "result", "plan", "verify"]
