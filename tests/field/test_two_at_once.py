"""Two laptops, or two terminals, and one phone: who is at work, since when, and who waits."""

from __future__ import annotations

import getpass
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count

import pytest

from provisioner.rehearsal import StandInPhone
from tests.field.conftest import flat
from tests.field.test_interrupts import STATE, Journal, eventually, terminal
from tests.support.program import Phone

NUMBERS = count()
QUICK = "- file: {{path: ~/quick-{0}, content: x}}\n"
ME = f"{getpass.getuser()}@{socket.gethostname()}"


@contextmanager
def at_work(standin: StandInPhone, phone: Phone) -> Iterator[Callable[[], None]]:
    """Another run is on, until it is let go, at the latest at the end of the block."""
    name, journal = f"slow-{next(NUMBERS)}", Journal(standin)
    go = standin.home / f"{name}-go"
    waits = f"until [ -e ~/{name}-go ]; do sleep 0.1; done; touch ~/{name}"
    slow = f"- command: {{name: {name}, run: '{waits}', creates: ~/{name}}}\n"
    phone.run("apply", phone.write(slow, "slow.yml"), "--yes", "--detach")
    try:
        yield go.touch
    finally:
        go.touch()
    journal.settle()
    assert (standin.home / name).exists(), "the other run was disturbed"


def quick(phone: Phone) -> str:
    return phone.write(QUICK.format(next(NUMBERS)), "quick.yml")


def test_the_second_is_told_who_is_at_work_and_since_when(standin: StandInPhone, phone: Phone) -> None:
    wanted = quick(phone)
    with at_work(standin, phone):
        said = flat(phone.run("apply", wanted, "--yes", expect=1))
        detached = flat(phone.run("apply", wanted, "--yes", "--detach", expect=1))
    told = rf"Another run is at work on the phone since \d\d:\d\d, \d+ s ago \(\d{{8}}T\d{{6}}Z-\w+, {re.escape(ME)}\)"
    assert re.search(told, said) and re.search(told, detached)
    assert "hello-termux attach" in said and "--wait 600" in said
    phone.run("plan", wanted, expect=2)


def test_the_second_waits_if_it_is_told_to_and_then_does_its_own(standin: StandInPhone, phone: Phone) -> None:
    wanted = quick(phone)
    with (
        at_work(standin, phone) as let_go,
        closing(terminal(phone, "apply", wanted, "--yes", "--wait", "60")) as screen,
    ):
        screen.wait_for(lambda: "Waiting up to 60 s for its end." in screen.seen)
        let_go()
        assert screen.ended() == 0, screen.seen
    assert "Done: 1 created" in screen.seen
    phone.run("plan", wanted)


def test_a_wait_has_an_end_and_the_first_is_not_disturbed(standin: StandInPhone, phone: Phone) -> None:
    with at_work(standin, phone):
        assert "Another run is at work" in flat(phone.run("apply", quick(phone), "--yes", "--wait", "1", expect=1))


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_at_a_terminal_the_person_chooses(standin: StandInPhone, phone: Phone, answer: str, code: int) -> None:
    wanted = quick(phone)
    with at_work(standin, phone) as let_go, closing(terminal(phone, "apply", wanted, "--yes")) as screen:
        screen.wait_for(lambda: "Watch it to its end, and go on then? [y/N]" in flat(screen.seen))
        screen.type(f"{answer}\n")
        let_go()
        assert screen.ended() == code, screen.seen
    phone.run("plan", wanted, expect=(0 if answer == "y" else 2))


def test_what_the_first_has_done_is_not_done_again(standin: StandInPhone, phone: Phone) -> None:
    name = f"same-{next(NUMBERS)}"
    wanted = phone.write(f"- command: {{name: x, run: 'sleep 2; date >>~/{name}', creates: ~/{name}}}\n", "same.yml")
    phone.run("apply", wanted, "--yes", "--detach")
    assert "No changes." in flat(phone.run("apply", wanted, "--yes", "--wait", "60"))
    assert len((standin.home / name).read_text().splitlines()) == 1


def test_a_saved_plan_is_stale_if_the_first_has_done_it(standin: StandInPhone, phone: Phone) -> None:
    name, saved = f"saved-{next(NUMBERS)}", str(phone.config / "saved.plan")
    wanted = phone.write(f"- command: {{name: x, run: 'sleep 2; touch ~/{name}', creates: ~/{name}}}\n", "saved.yml")
    phone.run("plan", wanted, "--out", saved, expect=2)
    phone.run("apply", wanted, "--yes", "--detach")
    phone.run("apply", saved, "--yes", "--wait", "60", expect=3)


def test_two_that_start_at_the_same_time_do_not_meet(standin: StandInPhone, phone: Phone) -> None:
    journal, names = Journal(standin), [f"race-{next(NUMBERS)}" for _ in range(2)]
    line = "- command: {{name: {0}, run: 'mkdir ~/race && sleep 1 && rmdir ~/race && touch ~/{0}', creates: ~/{0}}}\n"
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "provisioner", "apply", phone.write(line.format(name), f"{name}.yml"), "--yes",
             "--wait", "60", "-H", phone.place, "-i", str(phone.identity)],
            env=phone.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for name in names
    ]  # fmt: skip
    said = [process.communicate(timeout=90)[0].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    journal.settle()
    assert all((standin.home / name).exists() for name in names)


def test_a_lock_whose_process_was_killed_is_taken_over(standin: StandInPhone, phone: Phone) -> None:
    name = f"dies-{next(NUMBERS)}"
    wanted = phone.write(f"- command: {{name: x, run: 'touch ~/{name}', creates: ~/{name}}}\n", "dies.yml")
    journal = Journal(standin)
    phone.run("apply", phone.write("- command: {name: x, run: 'sleep 60', creates: ~/never}\n"), "--yes", "--detach")
    run = standin.home / STATE / "lock"
    assert run.read_text().endswith(f" {ME}\n")
    standin.inside("sh", "-c", f"kill -9 -$(cat ~/{STATE}/runs/{run.read_text().split()[0]}/pid)")
    said = flat(phone.run("apply", wanted, "--yes"))
    assert re.search(rf"The run before this one did not come to its end \(\d{{8}}T\S+ {re.escape(ME)}\)", said)
    assert "did not come to its end" not in phone.run("apply", quick(phone), "--yes")
    deadline = time.monotonic() + 10
    while not standin.asked_of_android()[-1].count("wake_unlock") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "wake_unlock" in standin.asked_of_android()[-1], "the dead run's wake lock is held for ever"
    assert journal.said("run") == 3


@pytest.mark.parametrize("left", ["20200101T000000Z-abcdef lilei@thinkpad\n", "20200101T000000Z-abcdef\n", "\0\0", ""])
def test_a_lock_that_is_older_than_the_phones_last_start_is_taken_over(
    standin: StandInPhone, phone: Phone, left: str
) -> None:
    """Nothing but the file outlives Android's start; its end may be of zeros. Whatever was to let the phone sleep after
    that run may be gone too: this one does."""
    phone.run("apply", quick(phone), "--yes")
    (standin.home / STATE / "lock").write_text(left)
    asked = len(standin.asked_of_android())
    said = flat(phone.run("apply", quick(phone), "--yes"))
    assert ("did not come to its end" in said) == bool(left.strip("\0"))
    if left.strip("\0"):
        eventually(lambda: any("wake_unlock" in line for line in standin.asked_of_android()[asked:]))
