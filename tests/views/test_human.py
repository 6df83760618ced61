"""What a person reads: plan, progress, result, proofs, errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from provisioner.model import Event, EventKind, Plan
from provisioner.plan_json import plan_to_json
from provisioner.views.harmless import width
from provisioner.views.human import HumanView, Picture
from provisioner.views.plain import PlainView
from provisioner.views.plan_text import summary_sentence
from provisioner.views.reports import error_to_json
from provisioner.views.result_text import error_lines
from tests.views.conftest import Memory
from tests.views.samples import DONE, ERRORS, EVENTS, FAILED, GO, PLAN, PROOFS, SETTLED, VIMRC

Golden = Callable[[str, str], bool]


def view(*, verbose: bool = False, **screen: object) -> PlainView:
    return PlainView(Memory(**screen), Memory(**screen), verbose=verbose)  # type: ignore[arg-type]


def out(shown: PlainView) -> str:
    assert isinstance(shown.out, Memory)
    return shown.out.text


def err(shown: PlainView) -> str:
    assert isinstance(shown.err, Memory)
    return shown.err.text


def test_a_plan(is_golden: Golden) -> None:
    shown = view()
    shown.plan(PLAN)
    assert is_golden("plan.txt", out(shown))
    assert err(shown) == ""


def test_a_plan_in_full(is_golden: Golden) -> None:
    shown = view(verbose=True)
    shown.plan(PLAN)
    assert is_golden("plan-verbose.txt", out(shown))


def test_a_plan_in_ascii(is_golden: Golden) -> None:
    shown = view(encoding="ascii")
    shown.plan(PLAN)
    assert is_golden("plan-ascii.txt", out(shown))


def test_colours_only_repeat_what_the_words_say() -> None:
    painted, bare = view(color=True), view()
    for shown in (painted, bare):
        shown.plan(PLAN)
        shown.result(PLAN, FAILED)
        shown.verified(PLAN, PROOFS)
    from rich.text import Text

    plain = "\n".join(Text.from_ansi(line).plain for line in out(painted).split("\n"))
    assert plain == out(bare)
    assert "\x1b[32m" in out(painted)
    assert "\x1b" not in out(bare)


def test_a_plan_fits_80_columns() -> None:
    shown = view()
    shown.plan(PLAN)
    assert max(width(line) for line in out(shown).splitlines()) <= 80


def test_the_legend_has_only_the_signs_that_are_used() -> None:
    shown = view()
    shown.plan(Plan(PLAN.changes[:1]))
    assert out(shown).splitlines()[0] == "+ create"


def test_nothing_to_do_is_one_line() -> None:
    shown = view()
    shown.plan(SETTLED)
    assert out(shown) == "No changes. 46 resources as the playbook says.\n"


def test_the_sum_of_a_plan_and_of_its_result_are_the_same_words() -> None:
    assert summary_sentence(plan_to_json(PLAN)["summary"]) == (
        "Plan: 2 to create, 2 to change, 1 to delete; 1 unchanged, 1 refused."
    )
    shown = view()
    shown.result(PLAN, DONE)
    assert out(shown) == "Done: 1 created, 1 changed, 0 deleted; 1 unchanged.\n"


def test_a_result_that_failed(is_golden: Golden) -> None:
    shown = view()
    shown.result(PLAN, FAILED)
    assert is_golden("result.txt", out(shown))


def test_proofs(is_golden: Golden) -> None:
    shown = view()
    shown.verified(SETTLED, PROOFS)
    assert is_golden("proofs.txt", out(shown))


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str, is_golden: Golden) -> None:
    lines = error_lines(error_to_json(ERRORS[name]), Memory())
    assert is_golden(f"error-{name}.txt", "".join(f"{line}\n" for line in lines))


def progress(shown: PlainView, events: tuple[Event, ...] = EVENTS) -> str:
    with shown.progress(PLAN) as on_event:
        for event in events:
            on_event(event)
    assert out(shown) == ""
    return err(shown)


@pytest.mark.parametrize("verbose", [False, True])
def test_progress_without_a_terminal(verbose: bool, is_golden: Golden) -> None:
    said = progress(view(verbose=verbose))
    assert "\r" not in said
    assert "\x1b" not in said
    assert is_golden(f"progress{'-verbose' if verbose else ''}.txt", said)


def test_the_live_picture(is_golden: Golden) -> None:
    """The lines that stay, and after each event the picture under them; the clock stands still."""
    picture = Picture(Memory(), PLAN)
    told = []
    for event in EVENTS:
        told += list(picture.lines(event))
        told += [f"    | {line}" for line in picture.draw()]
    assert is_golden("live.txt", "".join(f"{line}\n" for line in told).replace("0:01", "0:00"))


def test_changes_that_are_made_together_are_told_apart() -> None:
    """apt does all packages in one transaction: all begin, then all end."""
    begun = [Event(EventKind.STARTED, each) for each in (GO, VIMRC)]
    ended = [Event(EventKind.FINISHED, each, ms=400) for each in (GO, VIMRC)]
    expected = ["[1/5] + package:golang  done in 0.4 s", "[2/5] ~ file:~/.vimrc  done in 0.4 s"]
    assert progress(view(), (*begun, *ended)).splitlines()[2:] == expected
    picture = Picture(Memory(), PLAN)
    assert [line for event in (*begun, *ended) for line in picture.lines(event)] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "gbk"])
def test_live_progress_ends_with_the_steps_listed(encoding: str) -> None:
    screens = Memory(encoding=encoding), Memory(encoding=encoding)
    said = progress(HumanView(*screens))
    assert "file:~/.zshrc" in said
    assert "\x1b[2J" not in said  # the phone's own
    assert said.count("done in 12.3 s") == 1


def test_an_output_line_never_breaks_the_picture() -> None:
    picture = Picture(Memory(width=40), PLAN)
    for event in EVENTS[:4]:
        list(picture.lines(event))
    assert all(width(line) < 60 for line in picture.draw())
    assert width(picture.draw()[-1]) <= 40
