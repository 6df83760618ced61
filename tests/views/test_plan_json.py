"""The JSON form: exact, complete, and silent about secrets."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.errors import ProvisionerError
from provisioner.model import (
    Action,
    Change,
    Digest,
    Field,
    Plan,
    ResourceId,
    Secret,
    Source,
    Text,
    Unknown,
)
from provisioner.plan_json import is_saved_plan, plan_from_json, plan_to_json, read_plan, write_plan
from provisioner.views.machine import JsonView
from tests.views.conftest import Memory, patient
from tests.views.samples import ERRORS, EVENTS, FAILED, PLAN, PROOFS

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
kinds = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
addresses = st.builds(ResourceId, kinds, any_text)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    any_text,
    st.builds(Text, any_text),
    st.builds(Digest, any_text),
    st.builds(Unknown, any_text),
)
numbers = st.integers(0, 10_000)
changes = st.builds(
    Change,
    id=addresses,
    action=st.sampled_from(Action),
    task=any_text,
    fields=st.lists(st.builds(Field, any_text, values, values), max_size=3).map(tuple),
    reason=any_text,
    notes=st.lists(any_text, max_size=2).map(tuple),
    source=st.builds(Source, any_text, numbers, numbers),
    requires=st.lists(addresses, max_size=2).map(tuple),
    observed=any_text,
)
facts = st.dictionaries(any_text, st.one_of(st.none(), st.booleans(), st.integers(), any_text, st.lists(any_text)))
plans = st.builds(
    Plan,
    changes=st.lists(changes, max_size=4).map(tuple),
    host=any_text,
    device=any_text,
    facts=facts,
    playbook=any_text,
    content=any_text,
    warnings=st.lists(any_text, max_size=2).map(tuple),
    notes=st.lists(any_text, max_size=2).map(tuple),
)


@patient
@given(plans)
def test_a_plan_crosses_json_and_comes_back_the_same(plan: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


def test_a_secret_crosses_as_its_digest_only() -> None:
    there = json.dumps(plan_to_json(PLAN))
    assert "hunter2" not in there
    back = plan_from_json(json.loads(there))
    assert json.dumps(plan_to_json(back)) == there
    token = back.changes[2].fields[1].after
    assert isinstance(token, Secret)
    assert token.digest == Secret("hunter2").digest
    assert str(token) == "(secret)"
    assert replace(back, changes=()) == replace(PLAN, changes=())


def test_a_plan_is_saved_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "tonight.plan"
    write_plan(PLAN, path)
    write_plan(PLAN, path)
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    back = read_plan(path)
    assert back.saved_as and plan_to_json(replace(back, saved_as="")) == plan_to_json(PLAN)
    assert is_saved_plan(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "{}", "\x00", '{"format": "hello-termux plan", "version": 99}', '{"format": "hello-termux plan", '
     '"version": 1, "changes": [{}]}', '{"format": "hello-termux plan", "version": 1, "changes": 3}'],
)  # fmt: skip
def test_what_is_no_plan_is_refused_with_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.plan"
    path.write_text(text)
    with pytest.raises(ProvisionerError) as raised:
        read_plan(path)
    assert raised.value.summary
    assert raised.value.hint


def test_a_plan_that_cannot_be_saved_or_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProvisionerError, match="cannot be saved"):
        write_plan(PLAN, tmp_path / "no/such/folder/x")
    with pytest.raises(ProvisionerError, match="cannot be read"):
        read_plan(tmp_path / "nothing")


def test_a_playbook_is_no_saved_plan(tmp_path: Path) -> None:
    (tmp_path / "playbook.yml").write_text("- mirror: tuna\n")
    assert not is_saved_plan(tmp_path / "playbook.yml")
    assert not is_saved_plan(tmp_path)


def test_an_apply_is_a_line_of_json_for_everything() -> None:
    view = JsonView(screen := Memory())
    view.proposal(PLAN)
    with view.progress(PLAN) as on_event:
        for event in EVENTS:
            on_event(event)
    view.result(PLAN, FAILED)
    documents = [json.loads(line) for line in screen.text.splitlines()]
    assert [each["type"] for each in documents] == ["plan", *(event.kind.value for event in EVENTS), "result"]
    assert documents[3] == {
        "type": "progress",
        "address": "package:golang",
        "text": "Retrieving golang",
        "percent": 42.0,
    }
    assert documents[-1]["summary"] == {
        "create": 1, "change": 1, "delete": 0, "run": 0, "unchanged": 1,
        "failed": 1, "skipped": 1, "waiting": 1, "refused": 1,
    }  # fmt: skip
    assert documents[-1]["converged"] is False


def test_a_plan_is_one_document() -> None:
    view = JsonView(screen := Memory())
    view.plan(PLAN)
    assert json.loads(screen.text)["summary"]["create"] == 2


def test_proofs_and_errors() -> None:
    view = JsonView(screen := Memory())
    view.verified(PLAN, PROOFS)
    view.error(ERRORS["mistakes"])
    view.error(ERRORS["stale"])
    verified, mistakes, stale = (json.loads(line) for line in screen.text.splitlines())
    assert [proof["status"] for proof in verified["proofs"]] == ["ok", "failed", "skipped", "waiting", "look"]
    assert [mistake["source"]["line"] for mistake in mistakes["mistakes"]] == [3, 4, 0]
    assert stale["moved"] == ["package:golang", "file:~/.vimrc"]


def test_an_apply_with_nothing_to_do_ends_with_a_result_too() -> None:
    view = JsonView(screen := Memory())
    settled = Plan(PLAN.changes[-1:])
    view.proposal(settled)
    view.settled(settled)
    assert json.loads(screen.text.splitlines()[-1])["converged"] is True
