"""What plan and apply cost on the wire: connections, execs, turns and bytes are exact, so they are held here.

The budgets are those of ``make bench``, which also measures time.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from provisioner import app
from provisioner.rehearsal import Options, StandInPhone
from provisioner.transport.base import Cost
from tests.support.delay_proxy import DelayProxy
from tests.support.ready_phone import ReadyPhone

TURNS = 3
"""Of a plan: the version lines, the key exchange, the login with all questions. The budget is 5."""
DETAILS = 1
"""More for what a plan asks about the changes that it has found: texts, what was written last, packages."""
RUN = 1
"""More for an apply: the run, and the fresh reading behind it."""
SENT = 2_500
"""For a plan on a phone that has kept our questions since the last apply; the first time it is 8 kB."""
SENT_FIRST = 8_000
PEAK = 100_000_000 // 1024


def of_a_plan(ready: ReadyPhone, playbook: str = "go-dev", pending: range = range(1)) -> Cost:
    """What a plan with so many changes costs, without the goodbye, for which nobody waits."""
    with ready.session(playbook) as session:
        assert len(session.plan().pending) in pending
        return replace(session.cost)


def test_a_plan_that_finds_nothing_to_do_is_one_connection_and_one_exec(ready: ReadyPhone) -> None:
    cost = of_a_plan(ready)
    assert (cost.connections, cost.execs) == (1, 1)
    assert cost.turns == TURNS
    assert cost.sent <= SENT


def test_a_laptop_that_has_never_met_the_phone_sends_no_more_than_8_kb(
    ready: ReadyPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELLO_TERMUX_CACHE", str(tmp_path))
    cost = of_a_plan(ready)
    assert (cost.connections, cost.execs) == (1, 1)
    assert cost.turns == TURNS
    assert cost.sent <= SENT_FIRST


def test_a_plan_that_finds_something_is_one_exec_too(ready: ReadyPhone) -> None:
    cost = of_a_plan(ready, changed(ready, "something"), pending=range(1, 2))
    assert (cost.connections, cost.execs) == (1, 1)
    assert cost.turns == TURNS


def test_a_plan_of_a_fresh_phone_is_one_exec_too(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path / "phone", options=Options(storage="grant")) as phone:
        cost = of_a_plan(ReadyPhone(phone, tmp_path), pending=range(11, 100))
        assert (cost.connections, cost.execs) == (1, 1)
        assert cost.turns == TURNS + DETAILS
        with ReadyPhone(phone, tmp_path).session() as session:
            session.apply(session.plan(), lambda event: None)
            assert session.cost.execs == 2, "the second one is the login that proves that sshd still lets us in"


def test_an_apply_needs_no_exec_of_its_own(ready: ReadyPhone) -> None:
    with ready.session(changed(ready, "applied")) as session:
        session.apply(session.plan(), lambda event: None)
        cost = session.cost
        assert (cost.connections, cost.execs) == (1, 1)
        assert cost.turns == TURNS + RUN


def test_a_change_to_a_text_costs_one_turn_more_in_which_it_is_fetched(ready: ReadyPhone) -> None:
    playbook = Path(changed(ready, "edited"))
    ready.apply(str(playbook))
    playbook.write_text(playbook.read_text().replace("content: edited", "content: another"))
    with ready.session(str(playbook)) as session:
        session.apply(session.plan(), lambda event: None)
        assert (session.cost.connections, session.cost.execs) == (1, 1)
        assert session.cost.turns == TURNS + DETAILS + RUN


def test_a_saved_plan_is_applied_in_one_exec(ready: ReadyPhone, tmp_path: Path) -> None:
    playbook = changed(ready, "saved")
    with ready.session(playbook) as session:
        session.save(session.plan(), tmp_path / "plan.json")
    with ready.session(playbook) as session:
        result = session.apply(app.load_saved(tmp_path / "plan.json"), lambda event: None)
        assert not result.after.pending
        assert (session.cost.connections, session.cost.execs) == (1, 1)


@pytest.mark.parametrize("words", [("plan", "go-dev"), ("apply", "go-dev", "--yes")], ids=" ".join)
def test_the_command_connects_once(ready: ReadyPhone, words: tuple[str, ...]) -> None:
    """Seen from outside: what the program says of itself is not asked."""
    with DelayProxy(ready.phone.port) as proxy:
        ended = ready.run(*words, port=proxy.port)
        assert (ended.code, proxy.connections) == (0, 1), ended.said


def test_a_plan_takes_at_most_100_mb(ready: ReadyPhone) -> None:
    ended = ready.run("plan", "go-dev")
    assert ended.code == 0, ended.said
    assert ended.peak <= PEAK


def test_a_plan_loads_neither_fabric_nor_asyncio(ready: ReadyPhone) -> None:
    assert not {"fabric", "asyncio"} & ready.run("plan", "go-dev").modules


def changed(ready: ReadyPhone, name: str) -> str:
    """A playbook with one change to make, which no other test makes."""
    path = ready.folder / f"{name}.yml"
    path.write_text(f"- packages: [git]\n- file: {{path: ~/{name}, content: {name}}}\n")
    return str(path)


def test_all_proofs_together_cost_one_turn(ready: ReadyPhone) -> None:
    playbook = ready.folder / "proofs.yml"
    playbook.write_text("- openssh: auto\n- shell: {plugins: [git, golang]}\n- keyboard: {}\n- storage: {}\n")
    with ready.session(str(playbook)) as session:
        plan, proofs = session.verify(lambda event: None)
        verified = replace(session.cost)
    assert len(proofs) >= 6 and not plan.pending
    with ready.session(str(playbook)) as session:
        session.plan()
        planned = replace(session.cost)
    assert (verified.connections, verified.execs) == (1, 1)
    assert verified.turns - planned.turns == 1
