"""A saved plan is bound to the phone, to what was seen and to what it was made from; it is carried out once.

It holds no secret in clear, and nothing else that is shown does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.app import load_saved
from provisioner.errors import PlanStale
from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone
from tests.undo.playbooks import file, write

TOKEN = "s3cr3t-t0k3n"


def saved(phone: Phone, playbook: str, name: str = "saved.plan") -> Path:
    path = phone.config / name
    phone.run("plan", playbook, "--out", str(path), expect=2)
    return path


def test_it_is_carried_out_once_even_if_the_phone_looks_as_before(phone: Phone, standin: StandInPhone) -> None:
    plan = saved(phone, write(phone, {"command": {"name": "again", "run": "echo x >>~/again", "creates": "~/mark"}}))
    phone.run("apply", str(plan), "--yes", expect=1)  # it does not make what it says it makes: nothing has moved
    shown = " ".join(phone.run("apply", str(plan), "--yes", expect=3).split())
    assert "carried out before" in shown
    assert (standin.home / "again").read_text() == "x\n"


def test_two_that_were_read_before_either_began_run_once(phone: Phone, standin: StandInPhone) -> None:
    playbook = write(phone, {"command": {"name": "both", "run": "echo x >>~/both", "creates": "~/mark"}})
    plan = load_saved(saved(phone, playbook))
    with phone.session(playbook) as one, phone.session(playbook) as other:
        for session in (one, other):
            session.plan()  # so that neither looks again
        one.apply(plan, lambda event: None)
        with pytest.raises(PlanStale, match="carried out before"):
            other.apply(plan, lambda event: None)
    assert (standin.home / "both").read_text() == "x\n"


def test_the_check_costs_no_exec_more(phone: Phone) -> None:
    playbook = write(phone, file("~/one-exec", "x\n"))
    plan = load_saved(saved(phone, playbook))
    with phone.session(playbook) as session:
        assert session.apply(plan, lambda event: None).converged
        cost = session.cost
    assert (cost.connections, cost.execs) == (1, 1)


def test_what_moved_is_named_and_nothing_is_changed(phone: Phone, standin: StandInPhone) -> None:
    plan = saved(phone, write(phone, file("~/moved-1", "x\n"), file("~/moved-2", "x\n")))
    (standin.home / "moved-2").write_text("somebody else's\n")
    before = phone.tree()
    shown = phone.run("apply", str(plan), "--yes", expect=3).partition("The phone has changed since")[2]
    assert "file:~/moved-2" in shown and "file:~/moved-1" not in shown
    assert phone.tree() == before


def test_another_phone_is_not_meant(phone: Phone) -> None:
    plan = saved(phone, write(phone, file("~/other-phone", "x\n")))
    document = json.loads(plan.read_text())
    plan.write_text(json.dumps({**document, "device": "SHA256:" + "A" * 43}))
    assert "made for another phone" in phone.run("apply", str(plan), "--yes", expect=3)


def test_a_secret_stands_in_no_plan_and_no_output_and_reaches_the_phone(
    phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (phone.config / "netrc.j2").write_text("password {{ token }}\n")
    netrc = {"file": {"path": "~/.netrc", "template": "netrc.j2"}}
    leak = {"command": {"name": "leak", "run": "echo {{ token }}; touch ~/leak", "unless": "test {{ token }} = x"}}
    playbook = write(phone, {"secrets": {"token": {"env": "MY_TOKEN"}}}, netrc, leak)
    plan = saved(phone, playbook)
    said = (
        plan.read_text() + phone.run("plan", playbook, "-v", expect=2) + phone.run("plan", playbook, "--json", expect=2)
    )
    said += phone.run("apply", str(plan), "--yes", "-v", expect=1)
    said += phone.run("show", "netrc", expect=(0, 1))
    assert TOKEN not in said and "(secret)" in said
    assert (standin.home / ".netrc").read_text() == f"password {TOKEN}\n"
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and TOKEN in path.read_text("utf-8", "replace")]
    monkeypatch.setenv("MY_TOKEN", "another-token")
    assert TOKEN not in phone.run("plan", playbook, "-v", expect=(2, 6))  # yesterday's neither
    monkeypatch.delenv("MY_TOKEN")
    assert "there is no MY_TOKEN in the environment" in " ".join(phone.run("plan", playbook, expect=1).split())
