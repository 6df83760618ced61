"""A phone is kept awake for what may take long, and no longer."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    with StandInPhone.start(tmp_path_factory.mktemp("phone")) as phone:
        yield phone


@pytest.fixture(scope="module")
def phone(standin: StandInPhone, tmp_path_factory: pytest.TempPathFactory) -> Phone:
    return Phone.of(standin, tmp_path_factory.mktemp("config"))


def test_the_phone_is_kept_awake_for_the_run_and_no_longer(phone: Phone, standin: StandInPhone) -> None:
    asked = len(standin.asked_of_android())
    phone.run("apply", phone.write("- command: {name: nap, run: 'sleep 1; touch ~/nap', creates: ~/nap}\n"), "--yes")
    deadline = time.monotonic() + 10
    while len(standin.asked_of_android()) < asked + 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    said = standin.asked_of_android()[asked:]
    assert ["wake_lock" in said[0], "wake_unlock" in said[1], len(said)] == [True, True, 2]


def test_a_phone_that_cannot_be_kept_awake_is_no_reason_to_stop(phone: Phone, standin: StandInPhone) -> None:
    program = standin.prefix / "bin/termux-wake-lock"
    program.rename(program.with_name("put-aside"))
    try:
        slow = phone.write("- command: {name: sleepy, run: 'printf x >~/sleepy', creates: ~/sleepy}\n")
        shown = phone.run("apply", slow, "--yes")
    finally:
        program.with_name("put-aside").rename(program)
    assert "The phone may fall asleep" in " ".join(shown.split())
    assert (standin.home / "sleepy").read_text() == "x"


@pytest.mark.parametrize(
    ("entry", "is_asked"),
    [
        ("file: {path: ~/moment, content: x}", False),
        ("symlink: {path: ~/moment, target: there}", False),
        ("block: {path: ~/moment, label: l, content: x, then: 'true'}", True),
        ("command: {name: long, run: touch ~/moment, creates: ~/moment}", True),
    ],
)
def test_android_is_asked_to_stay_awake_for_what_may_take_long(
    entry: str, is_asked: bool, phone: Phone, standin: StandInPhone
) -> None:
    asked = standin.home / "asked"
    program = standin.prefix / "bin/termux-wake-lock"
    program.rename(program.with_name("put-aside"))
    try:
        program.write_text('#!/data/data/com.termux/files/usr/bin/sh\n: >"$HOME/asked"\n')
        program.chmod(0o755)
        phone.run("apply", phone.write(f"- {entry}\n"), "--yes")
        end = time.monotonic() + (10 if is_asked else 0.5)
        while not asked.exists() and time.monotonic() < end:
            time.sleep(0.02)
        assert asked.exists() == is_asked
    finally:
        program.with_name("put-aside").rename(program)
        asked.unlink(missing_ok=True)
        (standin.home / "moment").unlink(missing_ok=True)
