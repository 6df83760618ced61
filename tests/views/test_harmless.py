"""Whatever comes from the phone: no view passes on a character that a terminal acts upon."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.errors import Mistake, PlaybookError, ProvisionerError
from provisioner.model import (
    Action,
    Event,
    EventKind,
    Outcome,
    Plan,
    ProofResult,
    ProofStatus,
    ResourceId,
    Result,
    Source,
    Status,
)
from provisioner.views.harmless import clip, harmless, harmless_lines, pad, width, wrap
from provisioner.views.picture import Picture
from provisioner.views.plain import PlainView
from provisioner.views.plain_progress import PlainProgress
from tests.views.conftest import Memory, patient
from tests.views.test_plan_json import addresses, any_text, plans

EVIL = ["\x1b[2J", "\x9b2J", "\u202e", "\udcff", "a\rb", "\u2028", "\x07", "\0"]
evil_text = st.one_of(any_text, st.sampled_from(EVIL))


def is_harmless(text: str) -> bool:
    """Lines feeds are ours; everything else must be visible or a space."""
    return all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ASCII", "plain ASCII"),
        ("中文 ñ é 🙂", "中文 ñ é 🙂"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b31m", r"\x9b31m"),
        ("a\tb\r\n", r"a\tb\r\n"),
        ("\x00\x7f", r"\x00\x7f"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        (b"caf\xe9 \xff".decode("utf-8", "surrogateescape"), r"caf\xe9 \xff"),
        ("lone \ud800", r"lone \ud800"),
        ("icon \ue0b0", "icon \ue0b0"),
        (r"literal \x1b", r"literal \x1b"),
    ],
)
def test_how_it_is_shown(text: str, shown: str) -> None:
    assert harmless(text) == shown


@patient
@given(evil_text)
def test_nothing_gets_through(text: str) -> None:
    assert is_harmless(harmless(text))
    assert "\n" not in harmless(text)
    assert harmless(harmless(text)) == harmless(text)
    assert len(harmless_lines(text)) == text.count("\n") + (not text.endswith("\n") and text != "")


@patient
@given(plans, st.booleans())
def test_no_plan_can_reach_the_terminal(plan: Plan, verbose: bool) -> None:
    view = PlainView(out := Memory(), Memory(), verbose=verbose)
    view.plan(plan)
    assert is_harmless(out.text)


@patient
@given(addresses, evil_text, evil_text, st.sampled_from(EventKind))
def test_no_event_can_reach_the_terminal(address: ResourceId, text: str, more: str, kind: EventKind) -> None:
    event = Event(kind, address, text)
    for progress in (PlainProgress(Memory(), None, verbose=True), Picture(Memory(), None, verbose=True)):
        said = [*progress.lines(Event(EventKind.OUTPUT, text=more)), *progress.lines(event)]
        said += progress.draw() if isinstance(progress, Picture) else []
        assert all(is_harmless(line) and "\n" not in line for line in said)


@patient
@given(addresses, evil_text, st.sampled_from(Status))
def test_no_result_can_reach_the_terminal(address: ResourceId, text: str, status: Status) -> None:
    view = PlainView(out := Memory(), err := Memory())
    outcome = Outcome(address, status, Action.CREATE, 1, text, text, Source(text, 1))
    view.result(Plan(()), Result((outcome,), Plan(())))
    view.verified(Plan(()), [ProofResult(text, ProofStatus.OK, text)])
    view.record("facts", {text: text})
    view.records("hosts", [{text: text, "b": [text, {text: text}]}], empty="")
    view.error(ProvisionerError(text, hint=text))
    view.error(PlaybookError([Mistake(text, Source(text, 1, 2), line=text, hint=text)]))
    assert is_harmless(out.text)
    assert is_harmless(err.text)


@patient
@given(st.text(max_size=300), st.integers(20, 100))
def test_wrapped_lines_fit_and_lose_nothing(text: str, columns: int) -> None:
    text = harmless(text)
    lines = list(wrap(text, columns))
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@patient
@given(st.text(max_size=60), st.integers(3, 40))
def test_clipped_text_fits(text: str, columns: int) -> None:
    assert width(clip(harmless(text), columns)) <= columns


def test_chinese_is_two_columns_wide() -> None:
    assert width("中文ab") == 6
    assert pad("中文", 6) == "中文  "
    assert width("e\u0301") == 1
    assert clip("中文字", 5) == "中..."


@patient
@given(st.text(st.characters(categories=("L", "N", "P")), max_size=20))
def test_width_is_that_of_rich_which_draws_the_rest(text: str) -> None:
    from rich.cells import cell_len

    assert abs(width(text) - cell_len(text)) <= sum(not char.isascii() for char in text)
