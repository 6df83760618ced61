"""How a file comes to hold its text: all texts synced by one program before the first step, one rename for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.declare import declare
from provisioner.model import Action, EventKind
from provisioner.playbook.entries import read
from tests.support.temp_phone import HOST_PATH, TempPhone

SPY = """#!/bin/sh
printf '%s' "${{0##*/}}" >>"{log}"
printf '\\t%s' "$@" >>"{log}"
echo >>"{log}"
PATH={path} exec "${{0##*/}}" "$@"
"""
WATCHED = ("mv", "dd", "sync", "chmod", "cp", "ln", "find", "sha256sum", "date", "cat", "mkdir")


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    return TempPhone(tmp_path / "phone")


def apply(phone: TempPhone, *entries: dict[str, Any], spied: tuple[str, ...] = WATCHED) -> list[list[str]]:
    """Apply a playbook until nothing is left to do; the programs that its steps started, with their words."""
    declared = declare(read(json.dumps(entries), phone.root / "playbook.yml", {}, {}))
    changes = phone.plan(declared)
    log = phone.root / "log"
    for name in spied:
        spy = phone.prefix / "bin" / name
        spy.write_text(SPY.format(log=log, path=HOST_PATH))
        spy.chmod(0o755)
    events, after = phone.apply(declared, changes)
    assert not [event for event in events if event.kind is EventKind.FAILED], events
    assert all(change.action is Action.NONE for change in after), after
    calls = [line.split("\t") for line in log.read_text().splitlines()]
    own = [call for call in calls if "new." in " ".join(call) or str(phone.home) + "/here" in " ".join(call)]
    return [call for call in own if call[0] not in ("tar", "find", "sha256sum") or "files0-from" in " ".join(call)]


def file(path: str, content: str, **more: str) -> dict[str, Any]:
    return {"file": {"path": path, "content": content, **more}}


def test_a_hundred_files_are_synced_by_one_program_and_renamed_by_one_each(phone: TempPhone) -> None:
    calls = apply(phone, *(file(f"~/here/{n}", f"text {n}\n") for n in range(100)))
    assert [call[0] for call in calls].count("sync") == 1
    assert [call[0] for call in calls].count("mv") == 100
    assert {call[0] for call in calls} == {"sync", "mv", "mkdir"}
    assert (phone.home / "here/7").read_text() == "text 7\n"
    assert f"{(phone.home / 'here/7').stat().st_mode & 0o777:o}" == "644"


@pytest.mark.parametrize("mode", ["600", "640", "444", "0664"])
def test_a_mode_of_a_plain_file_needs_no_program(mode: str, phone: TempPhone) -> None:
    calls = apply(phone, file("~/here/x", "x\n", mode=mode))
    assert "chmod" not in {call[0] for call in calls}
    assert (phone.home / "here/x").stat().st_mode & 0o7777 == int(mode, 8)


@pytest.mark.parametrize("mode", ["755", "700", "4755"])
def test_a_program_gets_its_mode_too(mode: str, phone: TempPhone) -> None:
    apply(phone, file("~/here/x", "x\n", mode=mode))
    assert (phone.home / "here/x").stat().st_mode & 0o7777 == int(mode, 8)


@pytest.mark.parametrize("mode", [0o600, 0o751])
def test_the_mode_of_what_stood_there_stays(mode: int, phone: TempPhone) -> None:
    old = phone.home / "here"
    old.write_text("old\n")
    old.chmod(mode)
    apply(phone, file("~/here", "x\n"))
    assert (old.read_text(), old.stat().st_mode & 0o7777) == ("x\n", mode)


def test_what_lies_behind_a_link_to_elsewhere_is_renamed_there_and_not_copied(phone: TempPhone, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    (phone.home / "here").symlink_to(card)
    calls = apply(phone, file("~/here/x", "x\n"))
    moved = next(call for call in calls if call[0] == "mv")
    assert Path(moved[-2]).parent == Path(moved[-1]).parent == phone.home / "here"
    assert [path.name for path in card.iterdir()] == ["x"] and (card / "x").read_text() == "x\n"


def test_nothing_that_was_made_ready_is_left(phone: TempPhone) -> None:
    (phone.home / "here").mkdir()
    (phone.home / "here").chmod(0o755)
    apply(phone, file("~/here/x", "x\n"), file("~/other", "o\n"))
    assert not list((phone.home / ".local/state/hello-termux/runs").glob("*/new.*"))


def test_what_could_not_be_synced_is_written_by_its_own_step(phone: TempPhone) -> None:
    """As where there are more files than one command line holds."""
    sync = phone.prefix / "bin/sync"
    sync.write_text("#!/bin/sh\nexit 1\n")
    sync.chmod(0o755)
    calls = apply(phone, file("~/here/x", "x\n"), file("~/here/y", "y\n"), spied=("dd", "mv"))
    assert [call[0] for call in calls].count("dd") == 2
    assert [(phone.home / "here" / name).read_text() for name in "xy"] == ["x\n", "y\n"]
    assert not list((phone.home / ".local/state/hello-termux/runs").glob("*/new.*"))
