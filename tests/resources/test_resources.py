"""Every resource by its cases, and the laws that hold for all of them.

A case is a file ``cases/KIND/what_it_shows.json``::

    {"resource": {"symlink": {...}},            as in a playbook
     "before":   {"~/x": "text", "~/y": {"link": "x"}},     how the phone is found
     "expect":   {"action": "update", "fields": {"target": ["a", "b"]}, "reason": "...", "refused": "..."},
     "after":    {"~/x": "text", "~/gone": null},           what is there after the apply
     "undone":   {"~/x": ...},                  after an undo, if it is not as before
     "failed":   "what the run says"}           if the apply is meant to fail

The probe, the plan and the run are the real ones, with a real sh, in a folder of this machine.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from provisioner.declare import declare
from provisioner.model import Action, Digest, EventKind, Field, Secret, Text, Unknown, Value
from provisioner.playbook.entries import read
from provisioner.resources.base import Declared
from provisioner.undo import FINAL
from tests.support.temp_phone import TempPhone

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*/*.json"))


def case_id(path: Path) -> str:
    return f"{path.parent.name}: {path.stem.replace('_', ' ')}"


def declared_by(case: dict[str, Any], folder: Path) -> tuple[Declared, ...]:
    entries = case["resource"] if isinstance(case["resource"], list) else [case["resource"]]
    return declare(read(json.dumps(entries), folder / "playbook.yml", {}, case.get("vars", {})))


def plain(value: Value) -> Any:
    match value:
        case Text():
            return value.text
        case Digest():
            return f"sha256 {value.sha256[:12]}"
        case Unknown() | Secret():
            return str(value)
        case _:
            return value


def as_pair(field: Field) -> list[Any]:
    return [plain(field.before), plain(field.after)]


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    return TempPhone(tmp_path / "phone")


def is_undone(phone: TempPhone, case: dict[str, Any], before: dict[str, str], applied: dict[str, str]) -> None:
    """The law of undo: what a run did is taken back to bytes, mode and links, and an undo of that brings it again."""
    changes, after = phone.undo()
    assert not [change for change in changes if change.action is Action.REFUSE], changes
    assert all(change.action is Action.NONE for change in after), after
    if "undone" in case:
        check_files(phone, case["undone"])
    else:
        assert without_said(phone.tree()) == without_said(before)
    _, after = phone.undo()
    assert all(change.action is Action.NONE for change in after), after
    assert without_said(phone.tree()) == without_said(applied)


def without_said(tree: dict[str, str]) -> dict[str, str]:
    """Without what programs leave that are told of a change: a case's own command, and what runs services."""
    return {name: what for name, what in tree.items() if name != "home/told" and "/supervise/" not in name}


@pytest.mark.parametrize("path", CASES, ids=case_id)
def test_case(path: Path, phone: TempPhone, tmp_path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    phone.put(case.get("before", {}))
    declared = declared_by(case, tmp_path)

    tree = phone.tree()
    changes = phone.plan(declared)
    assert phone.tree() == tree, "a plan changed the phone"
    check_plan(case["expect"], changes[-1])

    if changes[-1].action is Action.REFUSE:
        return
    events, after = phone.apply(declared, changes)
    said = "\n".join(event.text for event in events if event.kind in (EventKind.OUTPUT, EventKind.FAILED))
    if "failed" in case:
        assert any(event.kind is EventKind.FAILED for event in events)
        assert case["failed"] in said
        check_files(phone, case.get("after", case.get("before", {})))
        return
    assert not [event for event in events if event.kind is EventKind.FAILED], said
    check_files(phone, case.get("after", {}))
    assert all(change.action is Action.NONE for change in after), "the fresh reading still shows a change"

    applied = phone.tree()
    again = phone.plan(declared)
    assert not [change for change in again if change.pending], "the second plan is not empty"
    assert phone.tree() == applied
    if changes[-1].id.kind not in FINAL:
        is_undone(phone, case, tree, applied)


def check_plan(expect: dict[str, Any], change: Any) -> None:
    assert change.action.value == expect["action"], change
    if "fields" in expect:
        assert {field.name: as_pair(field) for field in change.fields} == expect["fields"]
    for name in ("reason", "refused"):
        if name in expect:
            assert expect[name] in change.reason
    for note in expect.get("notes", []):
        assert any(note in each for each in change.notes)


def check_files(phone: TempPhone, files: dict[str, Any]) -> None:
    for name, wanted in files.items():
        path = phone.path(name)
        if wanted is None:
            assert not path.exists() and not path.is_symlink(), name
            continue
        entry = {"text": wanted} if isinstance(wanted, str) else wanted
        if "link" in entry:
            link = entry["link"].replace("$PREFIX", str(phone.prefix)).replace("~", str(phone.home))
            assert path.is_symlink() and str(path.readlink()) == link, name
        if "text" in entry:
            assert path.read_bytes() == entry["text"].encode(), name
        if "base64" in entry:
            assert path.read_bytes() == base64.b64decode(entry["base64"]), name
        if "folder" in entry:
            assert path.is_dir() and not path.is_symlink(), name
        if "mode" in entry:
            assert f"{path.stat().st_mode & 0o7777:o}" == entry["mode"], name
