"""The wire breaks where no step is at work: before a run, while its script travels, at the proofs, at the last reading,
while somebody watches."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from provisioner import second_login
from provisioner.commands.ask import Nobody
from provisioner.errors import ConnectError, HostKeyError
from provisioner.model import Event, EventKind
from provisioner.options import Options as Said
from provisioner.past import open_phone
from provisioner.rehearsal import StandInPhone
from tests.faults.trial import read_journal, told
from tests.support.delay_proxy import DelayProxy
from tests.support.program import Phone

RUNS = ".local/state/hello-termux/runs"


def runs(standin: StandInPhone) -> set[str]:
    folder = standin.home / RUNS
    return {run.name for run in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("count", [1, 1200, 2500])
def test_at_the_first_reading_nothing_has_begun(
    phone: Phone, wire: DelayProxy, standin: StandInPhone, count: int
) -> None:
    before = runs(standin)
    wire.cut_after(count)
    said = phone.run("apply", "minimal", "--yes", expect=4)
    assert "Traceback" not in said
    assert runs(standin) == before


@pytest.mark.parametrize("count", [1, 3000, 9000])
def test_a_script_that_has_half_arrived_never_runs(
    phone: Phone, wire: DelayProxy, standin: StandInPhone, count: int
) -> None:
    playbook = phone.write(
        f"- file: {{path: ~/first-{count}, content: '{'x' * 9000}'}}\n"
        f"- command: {{name: count, run: 'echo once >>~/times-{count}', creates: ~/times-{count}}}\n"
    )
    with phone.session(playbook) as session:
        plan = session.plan()
        wire.cut_after(count)
        result = session.apply(plan, lambda event: None)
    assert result.converged
    assert (standin.home / f"times-{count}").read_text() == "once\n"


@pytest.mark.parametrize("break_it", [DelayProxy.cut, DelayProxy.halve], ids=["reset", "half-open"])
def test_at_the_last_reading_the_phone_is_read_once_more(
    phone: Phone, wire: DelayProxy, break_it: Callable[[DelayProxy], None], tmp_path: Path
) -> None:
    heard: list[Event] = []

    def on_event(event: Event) -> None:
        heard.append(event)
        if event.kind is EventKind.ENDED:
            break_it(wire)

    with phone.session(phone.write(f"- file: {{path: ~/{tmp_path.name}, content: x}}\n")) as session:
        result = session.apply(session.plan(), on_event)
    assert result.converged
    assert [event.kind for event in heard].count(EventKind.ENDED) == 1


@pytest.mark.parametrize("which", ["answer_step", "judge"])
def test_a_second_login_that_the_wire_has_spoilt_says_nothing_of_sshd(
    phone: Phone, wire: DelayProxy, standin: StandInPhone, which: str
) -> None:
    value = "yes" if which == "judge" else "no"
    playbook = phone.write(f"- openssh: {{password_login: {json.dumps(value == 'yes')}}}\n")
    struck: list[str] = []
    real = getattr(second_login, which)

    def spoilt(*words: Any) -> Any:
        if not struck:
            struck.append(which)
            wire.refuse()
            wire.cut()
            threading.Timer(1, wire.heal).start()
        return real(*words)

    with phone.session(playbook) as session, patch.object(second_login, which, spoilt):
        result = session.apply(session.plan(), lambda event: None)
    assert struck, "no second login was asked for"
    assert result.converged, [outcome.message for outcome in result.outcomes]
    assert "passwordauthentication " + value in standin.inside("sshd", "-T").stdout


def test_at_a_proof_the_error_is_typed(phone: Phone, wire: DelayProxy) -> None:
    def on_event(event: Event) -> None:
        wire.cut()

    with phone.session("minimal") as session, pytest.raises(ConnectError):
        session.verify(on_event)


def test_a_shell_that_is_killed_on_a_new_connection_is_one_more_loss(
    phone: Phone, wire: DelayProxy, standin: StandInPhone, tmp_path: Path
) -> None:
    killed: list[str] = []
    find = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline | grep -q 'bin/sh -s $' && echo ${p#/proc/}; done"

    def kill() -> None:
        while not killed:
            killed.extend(standin.inside("sh", "-c", find).stdout.split())
        standin.inside("kill", "-9", *killed)

    def on_event(event: Event) -> None:
        if event.kind is EventKind.STARTED:
            wire.cut()
        if event.kind is EventKind.RECONNECTED and not killed:
            threading.Thread(target=kill, daemon=True).start()

    name = tmp_path.name
    playbook = phone.write(f"- command: {{name: nap, run: 'sleep 4; touch ~/{name}', creates: ~/{name}}}\n")
    with phone.session(playbook) as session:
        result = session.apply(session.plan(), on_event)
    assert result.converged
    assert killed, "it was too late to kill"


@pytest.mark.parametrize("running", [True, False], ids=["attach", "log"])
def test_who_watches_goes_on_where_it_broke(
    phone: Phone, wire: DelayProxy, standin: StandInPhone, tmp_path: Path, running: bool
) -> None:
    script = f'n=0; while [ $n -lt 25 ]; do echo "line $n"; n=$((n+1)); sleep 0.1; done; touch ~/{tmp_path.name}'
    playbook = phone.write(json.dumps([{"command": {"name": "talk", "run": script, "creates": f"~/{tmp_path.name}"}}]))
    with phone.session(playbook) as session:
        plan = session.plan()
        name = session.start(plan) if running else session.apply(plan, lambda event: None).run
    heard: list[Event] = []

    def on_event(event: Event) -> None:
        heard.append(event)
        if event.text in ("line 3", "line 17"):
            wire.cut()

    said = Said(host=phone.place, identity=phone.identity)
    with patch.dict("os.environ", HELLO_TERMUX_CONFIG_DIR=str(phone.config)), open_phone(said, Nobody()) as watched:
        watched.follow(watched.pick(name, running=running), lambda plan: on_event)
    assert told(heard) == told(list(read_journal(standin.home / RUNS / name)))


def test_another_key_on_the_way_back_stops_it(phone: Phone, wire: DelayProxy, tmp_path: Path) -> None:
    """The address was given to another phone: nothing is sent to that one, and the run goes on at ours."""
    with StandInPhone.start(tmp_path / "other") as other:

        def on_event(event: Event) -> None:
            if event.kind is EventKind.STARTED:
                wire.lead_to(other.port)
                wire.cut()

        name = tmp_path.name
        playbook = phone.write(f"- command: {{name: nap, run: 'sleep 1; touch ~/{name}', creates: ~/{name}}}\n")
        with phone.session(playbook) as session, pytest.raises(HostKeyError) as raised:
            session.apply(session.plan(), on_event)
        assert "attach" in raised.value.hint
        assert not (other.home / ".local/state/hello-termux").exists()
