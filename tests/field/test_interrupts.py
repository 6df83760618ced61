"""Ctrl-C, ``kill`` and a closed terminal, at every step and at any moment: the next run finds all in order."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone
from tests.support.terminal import Terminal

STATE = ".local/state/hello-termux"
STEPS = 3
MOMENTS = 6
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def playbook(phone: Phone, name: str) -> str:
    """A few short steps, none of which was made before under this name."""
    step = "- command: {{name: s{n}, run: 'sleep 0.2; mkdir -p ~/{at}; touch ~/{at}/{n}', creates: ~/{at}/{n}}}\n"
    return phone.write("".join(step.format(n=n, at=name) for n in range(STEPS)), f"{name}.yml")


def terminal(phone: Phone, *words: str) -> Terminal:
    environment = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(phone.config), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    return Terminal([*words, "-H", phone.place, "-i", str(phone.identity)], phone.config, environment)


class Journal:
    """What the runs of the phone have said since this was made, read where the phone keeps it."""

    def __init__(self, standin: StandInPhone) -> None:
        self.runs = standin.home / STATE / "runs"
        self.lock = standin.home / STATE / "lock"
        self.known = set(self._all())
        self.asked = standin.asked_of_android
        self.before = len(self.asked())

    def _all(self) -> list[Path]:
        return list(self.runs.iterdir()) if self.runs.is_dir() else []

    def said(self, kind: str) -> int:
        """How many events of this kind there are."""
        return sum(line.split("\t")[1:2] == [kind] for line in self._lines("events"))

    def settle(self) -> None:
        """Until what was begun has ended, and Android was told so."""
        eventually(lambda: self.said("ended") == self.said("run") + self.said("locked"))
        eventually(lambda: self._locks("wake_lock") == self._locks("wake_unlock") == self._kept_awake())
        assert not self.lock.exists() or self.lock.read_bytes() == b""

    def _lines(self, name: str) -> list[str]:
        new = [file for run in self._all() if run not in self.known for file in run.glob(name)]
        return [line for file in new for line in file.read_text(errors="replace").splitlines()]

    def _kept_awake(self) -> int:
        """How many of the runs may take long, and are to keep the phone awake."""
        return self._lines("run.sh.*").count("stay_awake")

    def _locks(self, word: str) -> int:
        return sum(word in line for line in self.asked()[self.before :])


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def stopped_and_repaired(
    standin: StandInPhone, phone: Phone, name: str, number: signal.Signals, when: Callable[[Terminal, Journal], None]
) -> None:
    """Interrupt an apply, and look at everything that it leaves."""
    wanted, journal = playbook(phone, name), Journal(standin)
    with closing(terminal(phone, "apply", wanted, "--yes")) as screen:
        when(screen, journal)
        screen.process.send_signal(number)
        code = screen.ended()
        assert code in (128 + number, 0), screen.seen  # 0: it had ended before
        assert "Traceback" not in screen.seen
        assert screen.is_sane, screen.seen
    journal.settle()
    phone.run("apply", wanted, "--yes")
    assert sorted(path.name for path in (standin.home / name).iterdir()) == [str(n) for n in range(STEPS)]
    phone.run("plan", wanted)
    journal.settle()


BOUNDARIES = [("started", n) for n in range(1, STEPS + 1)] + [("finished", n) for n in range(1, STEPS + 1)]


@pytest.mark.parametrize(("kind", "count"), BOUNDARIES, ids=[f"{kind}-{n}" for kind, n in BOUNDARIES])
def test_stopped_at_a_step_the_run_goes_on_and_the_next_one_has_the_rest(
    standin: StandInPhone, phone: Phone, kind: str, count: int
) -> None:
    def at(screen: Terminal, journal: Journal) -> None:
        screen.wait_for(lambda: journal.said(kind) >= count)

    number = SIGNALS[(count + len(kind)) % len(SIGNALS)]
    stopped_and_repaired(standin, phone, f"{kind}-{count}", number, at)


def test_stopped_at_any_moment_the_phone_is_in_order(standin: StandInPhone, phone: Phone) -> None:
    seed = int(os.environ.get("HELLO_TERMUX_SEED", random.randrange(10**6)))
    print(f"HELLO_TERMUX_SEED={seed}")
    chance = random.Random(seed)
    begin = time.monotonic()
    phone.run("apply", playbook(phone, "whole"), "--yes")
    whole = time.monotonic() - begin
    for n in range(MOMENTS):
        number, pause = chance.choice(SIGNALS), chance.uniform(0, whole)
        print(f"{n}: {number.name} after {pause:.3f} s")

        def at(screen: Terminal, journal: Journal, number: signal.Signals = number, pause: float = pause) -> None:
            screen.wait_for(lambda: screen.heeds(signal.SIGHUP))  # the last that is set
            time.sleep(pause)

        stopped_and_repaired(standin, phone, f"moment-{n}", number, at)


def test_stopped_at_the_question_nothing_was_begun(standin: StandInPhone, phone: Phone) -> None:
    journal = Journal(standin)
    with closing(terminal(phone, "apply", playbook(phone, "asked"))) as screen:
        screen.wait_for(lambda: "[y/N]" in screen.seen)
        screen.process.send_signal(signal.SIGINT)
        assert screen.ended() == 130
        assert screen.is_sane
    assert journal.said("run") == 0


def test_whoever_stops_watching_is_told_that_the_run_goes_on(phone: Phone, standin: StandInPhone) -> None:
    journal = Journal(standin)
    text = (
        "- command: {name: long, run: 'until [ -e ~/enough ]; do sleep 0.1; done; rm ~/enough', creates: ~/nothing}\n"
    )
    phone.run("apply", phone.write(text), "--yes", "--detach")
    with closing(terminal(phone, "attach")) as screen:
        screen.wait_for(lambda: "command:long" in screen.seen)
        screen.process.send_signal(signal.SIGINT)
        assert screen.ended() == 130
        assert "what has begun on the phone goes on" in screen.seen
        assert screen.is_sane
    (standin.home / "enough").touch()
    journal.settle()


def test_what_nohup_starts_does_not_heed_a_closed_terminal(phone: Phone) -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        screen = terminal(phone, "apply", playbook(phone, "nohup"), "--yes")
    finally:
        signal.signal(signal.SIGHUP, former)
    with closing(screen):
        screen.wait_for(lambda: screen.heeds(signal.SIGTERM))
        assert not screen.heeds(signal.SIGHUP)
        screen.process.send_signal(signal.SIGHUP)
        assert screen.ended() == 0, screen.seen
