"""``storage``: what the phone says of its links, a dialog that nobody answers, and the proof."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from provisioner.errors import PlaybookError
from provisioner.facts import Facts
from provisioner.facts.storage import DANGLING, DENIED, NO_LINK, READABLE, SILENT, StorageFact
from provisioner.model import Action, EventKind
from provisioner.resources.base import Declared
from provisioner.resources.shared_storage import SharedStorage
from provisioner.tasks.storage import Storage
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import program, proofs_of, run, task_of

SHARED, DOWNLOADS = StorageFact("shared"), StorageFact("downloads")


def storage(yaml: str) -> Storage:
    task = task_of(f"- storage: {yaml}")
    assert isinstance(task, Storage)
    return task


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    phone = TempPhone(tmp_path / "phone")
    program(phone.prefix / "bin", "termux-setup-storage", 'echo "asked, stdin: $(cat)" >>~/asked')
    return phone


# ---- what the phone says


@pytest.mark.parametrize(
    ("answer", "shared", "downloads"),
    [
        ("", None, None),
        ("there\n", NO_LINK, NO_LINK),
        ("there\nlink shared\nlink downloads\n", READABLE, READABLE),
        ("there\nlink shared\n", READABLE, NO_LINK),
        ("there\nlink shared\nfind: ‘/h/storage/shared/’: Permission denied\n", DENIED, NO_LINK),
        ("there\nlink shared\nfind: '/h/storage/shared/': No such file or directory\n", DANGLING, NO_LINK),
        ("there\nlink shared\nfind: ‘/h/storage/shared/’: I/O error\n", "I/O error", NO_LINK),
        ("there\nlink shared\nlink downloads\nsilent\n", SILENT, SILENT),
    ],
)
def test_reading_the_answer(answer: str, shared: str | None, downloads: str | None) -> None:
    assert StorageFact.parse([SHARED, DOWNLOADS], answer.encode()) == {SHARED: shared, DOWNLOADS: downloads}


def test_one_missing_link_of_a_granted_storage_is_no_reason_to_ask() -> None:
    resource = SharedStorage(("shared", "documents"))
    facts = Facts({SHARED: READABLE, StorageFact("documents"): NO_LINK})
    assert "no link for documents" in resource.refusal(facts)
    assert resource.refusal(Facts({SHARED: DENIED, StorageFact("documents"): NO_LINK})) == ""


# ---- waiting for a finger


def apply(phone: TempPhone, wait: int = 1) -> str:
    """The words of the waiting change; empty if it did not wait."""
    declared = [Declared(SharedStorage(("shared", "downloads"), wait))]
    events, _ = phone.apply(declared, phone.plan(declared))
    assert not any(event.kind is EventKind.FAILED for event in events)
    return next((event.text for event in events if event.kind is EventKind.WAITING), "")


def test_nobody_taps(phone: TempPhone) -> None:
    assert "tap Allow" in apply(phone)
    assert phone.path("~/asked").read_text() == "asked, stdin: \n"


def test_a_late_tap_counts(phone: TempPhone) -> None:
    (phone.home / "sd/Download").mkdir(parents=True)
    program(
        phone.prefix / "bin",
        "termux-setup-storage",
        "( sleep 2; mkdir ~/storage; ln -s ../sd ~/storage/shared; ln -s ../sd/Download ~/storage/downloads ) "
        ">/dev/null 2>&1 &",
    )
    assert apply(phone, wait=20) == ""
    assert list((phone.home / "sd").iterdir()) == [phone.home / "sd/Download"], "the probe file was left"


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ({"~/storage/shared": {"link": "/nowhere"}, "~/storage/downloads": {"link": "/nowhere/d"}}, "grant it again"),
        ({"~/storage/mine": "a text"}, "Move what is yours"),
        ({"~/storage": {"link": "nowhere"}}, "Move what is yours"),
    ],
)
def test_where_a_storage_folder_is_termux_is_never_asked(phone: TempPhone, before: dict[str, Any], word: str) -> None:
    phone.put(before)
    (change,) = phone.plan([Declared(SharedStorage(("shared", "downloads")))])
    assert change.action is Action.WAIT
    assert word in change.reason
    assert not phone.path("~/asked").exists()


# ---- the proof and the playbook


def test_the_proof_writes_reads_and_deletes(phone: TempPhone, tmp_path: Path) -> None:
    (proof,) = proofs_of(storage("[shared]"))
    assert run(proof, phone, tmp_path / "none")[0] == 77
    (phone.home / "sd").mkdir()
    phone.put({"~/storage/shared": {"link": "../sd"}})
    rc, text = run(proof, phone, tmp_path / "none")
    assert rc == 0 and re.fullmatch(r"a file written, read and deleted in shared; \d+ MB are free there", text)
    assert list((phone.home / "sd").iterdir()) == []
    (phone.home / "sd").rmdir()
    rc, said = run(proof, phone, tmp_path / "none")
    assert rc == 1 and "no file can be written to ~/storage/shared" in said


@pytest.mark.parametrize("yaml", ["[shard]", "{need: []}", "{wait: -1}", "{wait: 3600}", "{need: shared, wat: 3}"])
def test_mistakes(yaml: str) -> None:
    with pytest.raises(PlaybookError):
        storage(yaml)
