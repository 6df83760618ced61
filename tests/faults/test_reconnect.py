"""The wire breaks in the middle of a run: the run goes on, and what it said meanwhile comes once, and whole."""

from __future__ import annotations

import time

import pytest

from provisioner.errors import ConnectionLost
from provisioner.model import Event, EventKind
from provisioner.rehearsal import StandInPhone
from tests.support.delay_proxy import DelayProxy
from tests.support.program import Phone

COUNT = 'n=0; while [ $n -lt 30 ]; do echo "line $n"; n=$((n + 1)); sleep 0.2; done; touch ~/counted-{}'


def counting(phone: Phone, name: str) -> str:
    return phone.write(f"- command: {{name: {name}, run: '{COUNT.format(name)}', creates: ~/counted-{name}}}\n")


@pytest.mark.parametrize("break_it", ["cut", "hush"])
def test_no_line_is_lost_and_none_comes_twice(phone: Phone, wire: DelayProxy, break_it: str) -> None:
    heard: list[Event] = []
    broken: list[str] = []

    def on_event(event: Event) -> None:
        heard.append(event)
        if event.text in ("line 5", "line 20") and event.text not in broken:
            broken.append(event.text)
            getattr(wire, break_it)()
        if event.kind is EventKind.NOTE:
            wire.heal()

    with phone.session(counting(phone, break_it)) as session:
        result = session.apply(session.plan(), on_event)
    assert result.converged
    lines = [event.text for event in heard if event.kind is EventKind.OUTPUT]
    assert lines == [f"line {n}" for n in range(30)]
    assert sum(event.kind is EventKind.RECONNECTED for event in heard) == 2


def test_a_phone_that_stays_away_is_given_up_within_the_limit(
    phone: Phone, wire: DelayProxy, standin: StandInPhone
) -> None:
    def on_event(event: Event) -> None:
        if event.text == "line 3":
            wire.close()

    with phone.session(counting(phone, "away"), patience=3) as session, pytest.raises(ConnectionLost) as raised:
        session.apply(session.plan(), on_event)
    assert "attach" in raised.value.hint
    deadline = time.monotonic() + 30
    while not (standin.home / "counted-away").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (standin.home / "counted-away").exists(), "the run did not go on"


def test_a_link_that_breaks_before_the_run_has_begun(phone: Phone, wire: DelayProxy, standin: StandInPhone) -> None:
    playbook = phone.write(
        "- file: {path: ~/small, content: x}\n- file: {path: ~/big, content: '" + "y" * 400_000 + "'}\n"
    )
    with phone.session(playbook) as session:
        plan = session.plan()
        wire.cut_after(100_000)
        result = session.apply(plan, lambda event: None)
    assert result.converged
    assert (standin.home / "big").stat().st_size == 400_000


def test_the_connection_that_was_made_anew_is_closed_with_the_session(phone: Phone, wire: DelayProxy) -> None:
    broken: list[str] = []

    def on_event(event: Event) -> None:
        if event.text == "once" and not broken:
            broken.append(event.text)
            wire.cut()

    playbook = phone.write("- command: {name: once, run: 'echo once; sleep 1; touch ~/once', creates: ~/once}\n")
    before = wire.connections
    with phone.session(playbook) as session:
        assert session.apply(session.plan(), on_event).converged
        assert (wire.connections - before, wire.open) == (2, 1)
    deadline = time.monotonic() + 10
    while wire.open and time.monotonic() < deadline:
        time.sleep(0.02)
    assert wire.open == 0


def test_a_run_that_was_left_alone_can_be_watched_from_its_beginning(phone: Phone, standin: StandInPhone) -> None:
    said = phone.run("apply", counting(phone, "detached"), "--yes", "--detach")
    run = said.split("The run ")[1].split()[0]
    listed = next(line for line in phone.run("log", "--list").splitlines() if line.startswith(run))
    assert listed.split()[1] == "running"
    watched = phone.run("attach", "-v")
    lines = [line.strip(" │") for line in watched.splitlines() if "line " in line]
    assert lines == [f"line {n}" for n in range(30)]
    assert watched.splitlines()[-1] == "Done: 0 created, 0 changed, 0 deleted, 1 run."
    assert (standin.home / "counted-detached").exists()
    assert "No run is on" in phone.run("attach", expect=1)
    assert "line 29" in phone.run("log", run[:16], "-v")
    assert "There is no run nonsense" in phone.run("log", "nonsense", expect=1)
