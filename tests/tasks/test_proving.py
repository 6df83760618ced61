"""Proofs run on a phone of files: what each status comes from, what is passed over, stopped, explained and cleaned."""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioner.model import Event, ProofResult, ProofStatus
from provisioner.proving import Proving, explained
from provisioner.runner import Conversation
from provisioner.tasks.base import Look, Proof
from provisioner.transport.local import LocalTransport
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import left, start_script


def proof(name: str, script: str, *, timeout: int = 20, after: str = "") -> Proof:
    return Proof(name, "x", script, shows="", how="", timeout=timeout, after=after)


def results(phone: TempPhone, *proofs: Proof | Look) -> dict[str, ProofResult]:
    events: list[Event] = []
    with LocalTransport(phone.prefix, phone.home) as transport:
        conversation = Conversation(phone.device, transport.shell())
        proving = Proving(proofs, conversation, transport, "aarch64")
        found = {result.name: result for result in proving.results(events.append)}
    assert [event.text for event in events] == [f"x: {each.name}" for each in proofs if isinstance(each, Proof)]
    return found


def ended(pid: str) -> bool:
    """Whether a process has ended, or does within 20 s."""
    for _ in range(400):
        seen = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True)
        if not seen.stdout.strip("Z\n"):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    return TempPhone(tmp_path / "phone")


def test_every_status_has_its_cause(phone: TempPhone) -> None:
    found = results(
        phone,
        proof("ok", "echo fine"),
        proof("failed", "echo why; false; echo never reached"),
        proof("silent", "exit 3"),
        proof("skipped", "echo 'not on this phone'; exit 77"),
        proof("waiting", "echo tap; exit 75"),
        proof("not parsed", "if"),
        Look("eyes", "x", "look there"),
    )
    told = {name: (result.status.value, result.text) for name, result in found.items()}
    assert told == {
        "ok": ("ok", "fine"),
        "failed": ("failed", "why"),
        "silent": ("failed", "it ended with exit status 3 and says nothing"),
        "skipped": ("skipped", "not on this phone"),
        "waiting": ("waiting", "tap"),
        "not parsed": ("failed", told["not parsed"][1]),
        "eyes": ("look", "look there"),
    }


def test_what_makes_no_sense_without_another_is_passed_over(phone: TempPhone) -> None:
    found = results(
        phone,
        proof("go", "exit 1"),
        proof("build", "echo built", after="go"),
        proof("test", "echo tested", after="build"),
        proof("vim", "echo fine"),
        proof("plugin", "echo fine", after="vim"),
    )
    assert [each.status.value for each in found.values()] == ["failed", "skipped", "skipped", "ok", "ok"]
    assert found["test"].text == "needs 'build'"


def test_one_that_hangs_is_stopped_with_all_that_it_started(phone: TempPhone) -> None:
    begin = time.monotonic()
    hangs = 'echo half; sleep 300 & echo $! >"$HOME/pid"; wait'
    found = results(phone, proof("hangs", hangs, timeout=1), proof("next", "echo fine"))
    assert time.monotonic() - begin < 60
    assert found["hangs"].status is ProofStatus.FAILED
    assert found["hangs"].text == "stopped: not done in 1 s; it said: half"
    assert found["next"].status is ProofStatus.OK
    pid = (phone.home / "pid").read_text().strip()
    assert ended(pid), "what it started is still there"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_what_went_into_a_session_of_its_own_does_not_outlive_its_proof(phone: TempPhone) -> None:
    daemon = 'setsid sh -c \'echo $$ >"$HOME/pid"; while :; do mkdir -p "$d/x/y"; sleep 0.01; done\' >/dev/null 2>&1 &'
    until = 'until [ -s "$HOME/pid" ]; do sleep 0.05; done'
    before = phone.tree()
    found = results(phone, proof("daemon", f"{daemon}\n{until}\necho started"), proof("next", "echo fine"))
    assert [each.text for each in found.values()] == ["started", "fine"]
    assert ended((phone.home / "pid").read_text().strip())
    (phone.home / "pid").unlink()
    assert phone.tree() == before


def test_nothing_is_left_whatever_a_proof_does(phone: TempPhone) -> None:
    before = phone.tree()
    found = results(
        phone,
        proof("files", "echo 1 >file; mkdir -p a/b; echo 2 >a/b/c; chmod 555 a a/b; pwd"),
        proof("empty", "ls -A"),
        proof("stopped", "echo 1 >file; sleep 300", timeout=1),
    )
    assert "/.cache/hello-termux/proofs-" in found["files"].text and found["files"].status is ProofStatus.OK
    assert found["empty"].text == ""
    assert phone.tree() == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_when_nobody_listens_any_more_it_ends_and_cleans_up(phone: TempPhone) -> None:
    script = start_script([proof("slow", "sleep 1"), proof("next", 'echo 1 >"$HOME/went-on"')], phone.device, "")
    process = subprocess.Popen(
        [str(phone.prefix / "bin/sh"), "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout and process.stdout.readline() == b"@out\n"
    assert left(phone)
    process.stdout.close()
    process.wait(timeout=60)
    assert not left(phone)
    assert not (phone.home / "went-on").exists()


def test_a_phone_that_nothing_can_be_written_to_is_told(phone: TempPhone) -> None:
    (phone.home / ".cache").write_text("no folder")
    found = results(phone, proof("one", "echo fine"), proof("two", "echo fine"))
    assert [each.status for each in found.values()] == [ProofStatus.FAILED, ProofStatus.FAILED]
    assert "is there room left on the phone?" in found["one"].text


def test_what_an_earlier_one_left_goes_when_it_is_old(phone: TempPhone) -> None:
    for name, age in (("proofs-1", 3600), ("proofs-2", 60)):
        folder = phone.home / ".cache/hello-termux" / name
        folder.mkdir(parents=True)
        subprocess.run(["touch", "-d", f"{age} seconds ago", folder], check=True)
    results(phone, proof("ok", "echo fine"))
    assert [Path(name).name for name in left(phone)] == ["hello-termux", "proofs-2"]


def test_a_program_that_does_not_fit_is_explained() -> None:
    from tests.unit.test_elf import GLIBC, made

    def token(kind: str, loader: str, data: bytes) -> str:
        return f"it fails: {{{kind} {loader} {base64.b64encode(data).decode()}}}"

    assert "linked for glibc" in explained(token("why", "missing", made(loader=GLIBC)), "aarch64")
    assert "it is for aarch64, dynamic (glibc)" in explained(token("why", "here", made(loader=GLIBC)), "aarch64")
    assert "for x86_64" in explained(token("why", "here", made(machine=62)), "aarch64")
    assert explained(token("elf", "here", made()), "aarch64") == "it fails: dynamic (bionic)"
    assert explained(token("elf", "here", b"#!/bin/sh\n"), "aarch64") == "it fails: a script for /bin/sh"
