"""Which words of ``copy`` are on the phone, and which here."""

from __future__ import annotations

import pytest

from provisioner.copying.operands import Errand, Operand, parse, plan, remote_path
from provisioner.errors import UsageError

KNOWN = ("pixel", "x")


@pytest.mark.parametrize(
    ("word", "operand"),
    [
        ("a", Operand("a")),
        (":a", Operand("a", "")),
        (":", Operand("", "")),
        ("pixel:a b", Operand("a b", "pixel")),
        ("pixel:a:b", Operand("a:b", "pixel")),
        ("usb:pixel:a", Operand("a", "usb:pixel")),
        ("usb::a", Operand("a", "usb:")),
        ("./pixel:a", Operand("./pixel:a")),
        ("C:\\Users\\a", Operand("C:\\Users\\a")),
        ("C:/a", Operand("C:/a")),
        ("x:a", Operand("a", "x")),
    ],
)
def test_a_colon_before_any_slash_means_the_phone(word: str, operand: Operand) -> None:
    assert parse(word, KNOWN) == operand


def test_a_name_that_nobody_has_is_no_phone_unless_a_file_is_called_so() -> None:
    with pytest.raises(UsageError, match="no phone is named pixle") as caught:
        parse("pixle:a", KNOWN)
    assert 'did you mean "pixel"' in caught.value.hint
    assert parse("12:30.txt", KNOWN, is_here=True) == Operand("12:30.txt")


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("", "./"),
        ("~", "./."),
        ("~/a", "./a"),
        ("$HOME/a", "./a"),
        ("$PREFIX/etc", "/data/data/com.termux/files/usr/etc"),
        ("/sdcard/x", "/sdcard/x"),
        ("-x", "./-x"),
        ("a/", "./a/"),
        ("~a", "./~a"),
    ],
)
def test_a_path_on_the_phone_starts_at_its_home(path: str, there: str) -> None:
    assert remote_path(path) == there


def test_the_way_is_told_by_the_last_word() -> None:
    assert plan(["a", "b", "pixel:c"], KNOWN) == Errand("pixel", True, ("a", "b"), "./c")
    assert plan([":a", "pixel:b", "c"], KNOWN) == Errand("pixel", False, ("./a", "./b"), "c")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([":a"], "copy what to where"),
        (["a", "b"], "nothing of that is on a phone"),
        ([":a", ":b"], "to one phone, or back"),
        (["pixel:a", "x:b", "c"], "to one phone, or back"),
        (["a", ":b", "c"], "one after the other"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(words: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        plan(words, KNOWN)
