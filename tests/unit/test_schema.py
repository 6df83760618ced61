"""Dataclasses are the schema: of the reader and of the JSON Schema, which agree."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import jsonschema
import pytest
import yaml

from provisioner import schema
from provisioner.errors import PlaybookError, UsageError
from provisioner.lean_dataclass import dataclass
from provisioner.playbook.json_schema import json_schema
from provisioner.playbook.variables import parse_set
from provisioner.remote_path import RemotePath
from provisioner.schema import Atom, Choice, Either, Items, Record, Table
from tests.unit.playbook_kinds import FAKES, File, Mirror, Plugin, Vim, only_fake_kinds, read


@pytest.fixture(autouse=True)
def fakes() -> Iterator[None]:
    with only_fake_kinds():
        yield


SHAPES: list[tuple[Any, schema.Shape, str]] = [
    (str, Atom(str), "a text"),
    (bool, Atom(bool), "true or false"),
    (RemotePath, Atom(RemotePath), "a path on the phone"),
    (Literal["a", "b"], Choice(("a", "b")), "one of a, b"),
    (tuple[str, ...], Items(Atom(str)), "a list of texts"),
    (tuple[Literal["a", "b"], ...], Items(Choice(("a", "b"))), "a list of words (a, b)"),
    (Mapping[str, str], Table(Atom(str)), "a mapping of names to texts"),
    (Plugin, Record(Plugin), "a mapping (url, version, depth)"),
    (int | None, Either((Atom(int),), True), "a whole number"),
    (str | Plugin, Either((Atom(str), Record(Plugin)), False), "a text or a mapping (url, version, depth)"),
]


@pytest.mark.parametrize("hint, shape, words", SHAPES)
def test_shape_of_a_type(hint: Any, shape: schema.Shape, words: str) -> None:
    assert schema.shape_of(hint) == shape
    assert schema.describe(shape) == words


@pytest.mark.parametrize("hint", [bytes, list[str], tuple[str, int], dict, object, Mapping[int, str]])
def test_types_that_no_playbook_can_say(hint: Any) -> None:
    with pytest.raises(TypeError, match="cannot be the type of a playbook option"):
        schema.shape_of(hint)


def test_options_are_the_fields_but_what_the_program_fills_in() -> None:
    assert list(schema.options(Vim)) == ["encoding", "plugins", "env", "wrap", "width", "zoom", "when"]
    assert [each.name for each in schema.options(File).values() if each.required] == ["path"]
    assert schema.options(Mirror)["name"].help == "its name"
    assert schema.options(Vim)["env"].default == {}


def test_summary_is_the_first_paragraph() -> None:
    @dataclass(frozen=True, slots=True)
    class Bare:
        x: int

    assert schema.summary(Mirror) == "Take packages from a near mirror."
    assert schema.summary(Bare) == ""


def test_a_word_is_registered_once() -> None:
    with pytest.raises(ValueError, match="mirror is registered twice"):
        schema.register("mirror")(Plugin)


def test_a_word_is_for_a_dataclass_that_can_be_read() -> None:
    with pytest.raises(TypeError, match="lean_dataclass"):
        schema.register("other")(dataclasses.make_dataclass("Other", ["name"]))


def test_json_schema_is_one_and_is_json() -> None:
    made = json_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    json.dumps(made)
    assert "Take packages from a near mirror." in json.dumps(made)
    assert len(made["items"]["anyOf"]) == len(FAKES) + 2  # type: ignore[call-overload, index, arg-type]


GOOD = """
- mirror: tuna
- mirror:
- mirror: {name: 1.10, urls: [a, no]}
- mirror: "{{ x }}"
- packages: [a, 1, true]
- packages: {names: []}
- packages: "{{ [x] }}"
- vim: {encoding: utf-8, plugins: [a, {url: b}, {url: c, version: 1, depth: 2}], env: {A: 1}, wrap: true}
- vim: {width: null, zoom: 1.5, when: missing}
- vim: {width: 3, zoom: 2, when: no, wrap: yes}
- vim: {width: '3', zoom: '2.5', wrap: 'yes', when: 'false'}
- vim: {width: '{{ 3 }}', wrap: '{{ true }}', encoding: '{{ "utf-8" }}', plugins: '{{ [] }}'}
- vim: {}
- file: {path: ~}
- file: {path: ~/x, content: '', links: [$PREFIX/a, '${HOME}/b'], spare: null}
- {mirror: a, when: arch == "arm"}
- {mirror: a, when: true}
- vars: {a: 1, b_2: [x, {y: z}]}
"""

BAD = """
- mirrr: tuna
- mirror: [a]
- mirror: {nam: x}
- mirror: {name: null}
- mirror: {urls: a}
- {mirror: a, packages: [b]}
- {mirror: a, name: b}
- {when: arch}
- {mirror: a, when: [a]}
- {mirror: a, when: ''}
- packages: a
- packages:
- packages: {}
- packages: [[a]]
- vim: x
- vim: {encoding: utf8}
- vim: {plugins: [{version: 1}]}
- vim: {plugins: [{url: u, x: 1}]}
- vim: {env: [a]}
- vim: {env: {a: [b]}}
- vim: {width: wide}
- vim: {width: 1.5}
- vim: {width: '08'}
- vim: {zoom: a}
- vim: {wrap: maybe}
- vim: {when: later}
- vim: {body: x}
- file: {path: x/y}
- file: {content: a}
- file: {path: ~, links: a}
- vars: [a]
- vars: {1a: b}
- vars: {arch: b}
- {vars: {a: b}, when: true}
- text
- {}
- []
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def accepted(text: str) -> bool:
    try:
        jsonschema.validate(yaml.safe_load(text), json_schema(), jsonschema.Draft202012Validator)
    except jsonschema.ValidationError:
        return False
    return True


def readable(text: str) -> bool:
    try:
        read(text, x="a")
    except PlaybookError:
        return False
    return True


@pytest.mark.parametrize("line", lines(GOOD))
def test_reader_and_json_schema_accept(line: str) -> None:
    assert (readable(line), accepted(line)) == (True, True)


@pytest.mark.parametrize("line", lines(BAD))
def test_reader_and_json_schema_refuse(line: str) -> None:
    assert (readable(line), accepted(line)) == (False, False)


def test_set() -> None:
    assert parse_set(["a=1", "b=1.10", "c=true", "d=x=y", "e=", 'f="no"', "a=2", "g=007", "h=1.5"]) == {
        "a": 2,
        "b": "1.10",
        "c": True,
        "d": "x=y",
        "e": "",
        "f": "no",
        "g": "007",
        "h": 1.5,
    }
    for wrong in ("a", "=b", "1a=b", "a b=c", "a=no"):
        with pytest.raises(UsageError, match=f"--set {wrong}: "):
            parse_set([wrong])
