"""``when:`` decides from variables and from what the phone says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from provisioner.errors import PlaybookError
from provisioner.facts import Facts
from provisioner.facts.host import Host, HostFact
from provisioner.model import JSON
from provisioner.playbook.conditions import PHONE, When
from provisioner.resources.base import Verdict
from tests.unit.playbook_kinds import only_fake_kinds, read, told

PHONE_HERE = Host(arch="aarch64", android_api=34, origin="fdroid", package_manager="apt", free_mb=900, model="Pixel 8")


@pytest.fixture(autouse=True)
def fakes() -> Iterator[None]:
    with only_fake_kinds():
        yield


def when(expression: str, **variables: JSON) -> When:
    found = read(f"- mirror: a\n  when: {expression}", Path(), **variables).entries[0].when
    assert found is not None
    return found


def judge(condition: When, host: Host = PHONE_HERE) -> Verdict | None:
    answers: dict[Any, Any] = {HostFact(): host} if condition.facts() else {}
    return condition.judge(Facts(answers))


@pytest.mark.parametrize(
    "expression",
    [
        'arch == "aarch64"',
        "android_api >= 30 and free_mb > 100",
        "origin != 'play'",
        "arch in ['aarch64', 'x86_64']",
        "model.startswith('Pixel')",
        "flag",
        "not other",
        "true",
    ],
)
def test_true(expression: str) -> None:
    assert judge(when(expression, flag=True, other=False)) is None


FALSE = {
    'arch == "arm"': 'when: arch == "arm" is false (arch is aarch64)',
    "android_api < 30 or free_mb > limit": (
        "when: android_api < 30 or free_mb > limit is false (android_api is 34, free_mb is 900, limit is 1000)"
    ),
    'manufacturer == "x"': 'when: manufacturer == "x" is false (manufacturer is unknown)',
    "memory_mb > 1000": "when: memory_mb > 1000 is false (memory_mb is unknown)",
    "false": "when: false",
    "1 > 2": "when: 1 > 2 is false",
}


@pytest.mark.parametrize("expression", FALSE)
def test_false_tells_what_it_saw(expression: str) -> None:
    assert judge(when(expression, limit=1000)) == Verdict(False, FALSE[expression])


def test_without_when_there_is_no_condition() -> None:
    assert read("- mirror: a").entries[0].when is None


def test_the_phone_is_asked_only_if_it_matters() -> None:
    assert list(when("flag", flag=1).facts()) == []
    assert list(when("arch and flag", flag=1).facts()) == [HostFact()]


def test_conditions_of_the_same_meaning_are_equal() -> None:
    assert when("flag", flag=1, other=1) == when("flag", flag=1, other=2) != when("flag", flag=2)


def test_what_only_the_phone_shows_to_be_wrong() -> None:
    with pytest.raises(PlaybookError, match="when: this is not defined: list object has no element 4") as caught:
        judge(when("model.split('x')[4] == 'a'"))
    assert caught.value.mistakes[0].source.line == 2


WRONG = {
    "arch == 'arm64'": '2:9 when: arch is never "arm64" (it is one of aarch64, arm, i686, x86_64)',
    "android_api > '3'": "2:9 when: the expression cannot be worked out: '>' not supported between instances of "
    "'int' and 'str' (compare numbers with numbers, and texts (in quotes) with texts)",
    "'{{ arch }}'": '2:9 when: the expression stands here without {{ }} (write when: arch == "aarch64")',
    "arch ==": "2:9 when: this is not Jinja2: unexpected 'end of template'",
    "arch arch": "2:9 when: this is not Jinja2: more stands here than one expression",
    "arhc": '2:9 when: the variable arhc is not defined (did you mean "arch"?)',
}


@pytest.mark.parametrize("expression", WRONG)
def test_mistakes(expression: str) -> None:
    assert told(f"- mirror: a\n  when: {expression}") == [WRONG[expression]]


def test_the_names_are_what_the_phone_answers() -> None:
    assert set(PHONE) <= {field.name for field in fields(Host)}
    for name, each in PHONE.items():
        assert type(getattr(Host(), name)) is each.type
