"""The code of docs/add-a-task.md works as it stands there."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner import schema
from provisioner.declare import declare, proofs
from provisioner.model import Action
from provisioner.playbook import entries
from tests.docs.pages import TOP, blocks
from tests.resources.test_resources import test_case as run_case
from tests.support.temp_phone import TempPhone

PAGE = TOP / "docs/add-a-task.md"


@pytest.fixture(autouse=True)
def loaded(tmp_path: Path) -> Iterator[None]:
    """The page's modules, as if they lay where their first line says; gone again after the test."""
    entries.know_all_kinds()
    before, names = dict(schema.KINDS), []
    for code in blocks(PAGE, "python"):
        place = code.text.partition("\n")[0].removeprefix("# ")
        name = place.removesuffix(".py").replace("/", ".")
        file = tmp_path / Path(place).name
        file.write_text(code.text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec and spec.loader
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        names.append(name)
        spec.loader.exec_module(module)
    assert set(schema.KINDS) - set(before) == {"projects", "marker"}
    yield
    schema.KINDS.clear()
    schema.KINDS.update(before)
    for name in names:
        del sys.modules[name]


def test_the_task_plans_its_resources(tmp_path: Path) -> None:
    text = '- projects: {site: "https://example.org/lilei", names: [hello, tools]}\n'
    read = entries.read(text, tmp_path / "playbook.yml", {}, {})
    changes = TempPhone(tmp_path / "phone").plan(declare(read))
    assert [str(change.id) for change in changes] == [
        "directory:~/src",
        "git_repo:~/src/hello",
        "git_repo:~/src/tools",
    ]
    assert {change.action for change in changes} == {Action.CREATE}
    assert {change.task for change in changes} == {"projects"}
    assert [proof.name for proof in proofs(read, ["projects"])] == ["hello is whole", "tools is whole"]


def test_its_mistake_has_a_place(tmp_path: Path) -> None:
    from provisioner.errors import PlaybookError

    text = '- projects: {site: "https://example.org", names: [a/b]}\n'
    with pytest.raises(PlaybookError) as caught:
        entries.read(text, tmp_path / "playbook.yml", {}, {})
    (mistake,) = caught.value.mistakes
    assert "no single name" in mistake.summary
    assert mistake.source.line == 1


def test_the_case_of_the_resource_holds(tmp_path: Path) -> None:
    (code,) = blocks(PAGE, "json")
    case = tmp_path / "case.json"
    case.write_text(code.text, encoding="utf-8")
    assert json.loads(code.text)["resource"] == {"marker": "~/.hushlogin"}
    run_case(case, TempPhone(tmp_path / "phone"), tmp_path)


def test_the_resource_refuses_what_stands_in_its_way(tmp_path: Path) -> None:
    phone = TempPhone(tmp_path / "phone")
    phone.put({"~/.hushlogin": {"folder": True}})
    (change,) = phone.plan(declare(entries.read("- marker: ~/.hushlogin\n", tmp_path / "playbook.yml", {}, {})))
    assert change.action is Action.REFUSE
    assert "directory" in change.reason


@pytest.mark.parametrize("kind", ["projects", "marker"])
def test_its_example_is_a_playbook(kind: str, tmp_path: Path) -> None:
    (example,) = [line.strip() for line in (schema.KINDS[kind].__doc__ or "").splitlines() if line.strip()[:2] == "- "]
    assert [entry.kind for entry in entries.read(example, tmp_path / "playbook.yml", {}, {}).entries] == [kind]
