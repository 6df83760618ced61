"""What a person reads: plan, progress, result, proofs, errors."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from provisioner.errors import ConnectionLost, Mistake, PlaybookError
from provisioner.model import Action, Change, Event, EventKind, Field, Plan, ResourceId, Result, Source, Text, Unknown
from provisioner.plan_json import plan_to_json
from provisioner.views.harmless import width
from provisioner.views.human import HumanView
from provisioner.views.picture import Picture
from provisioner.views.plain import PlainView
from provisioner.views.plan_text import summary_sentence
from provisioner.views.reports import error_to_json
from provisioner.views.result_text import error_lines, tail_lines
from tests.views.conftest import Memory
from tests.views.samples import (
    DONE,
    ERRORS,
    EVENTS,
    FAILED,
    GO,
    LINK,
    MIRROR,
    PLAN,
    PROOFS,
    SAME,
    SETTLED,
    VIMRC,
    ZSHRC,
)

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
        "Plan: 2 to create, 1 to change, 1 to delete, 1 to run; 1 unchanged, 1 refused."
    )
    shown = view()
    shown.result(PLAN, DONE)
    assert out(shown) == "\nDone: 1 created, 0 changed, 0 deleted, 1 run; 1 unchanged.\n"


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


@pytest.mark.parametrize("kind", [PlainView, HumanView])
def test_what_a_run_has_said_is_the_answer_of_log_and_no_progress(kind: type[PlainView]) -> None:
    shown, beside = kind(Memory(), Memory()), view()
    with shown.told(PLAN) as on_event:
        for event in EVENTS:
            on_event(event)
    assert "\n" + out(shown) == progress(beside)
    assert err(shown) == ""


def test_the_live_picture(is_golden: Golden) -> None:
    """The lines that stay, and after each event the picture under them; the clock stands still."""
    picture = Picture(Memory(), PLAN)
    told = []
    for event in EVENTS:
        told += list(picture.lines(event))
        told += [f"    | {line}" for line in picture.draw()]
    assert is_golden("live.txt", "".join(f"{line}\n" for line in told).replace("0:01", "0:00"))


PACKAGES = Plan(
    (
        Change(VIMRC, Action.UPDATE),
        *(Change(ResourceId("package", f"package-{n}"), Action.CREATE) for n in range(1, 9)),
        Change(ZSHRC, Action.CREATE),
    )
)


@pytest.mark.parametrize(("count", "said"), [(2, "packages package-1, package-2"), (8, "8 packages")])
def test_packages_of_one_transaction_are_one_line(count: int, said: str) -> None:
    ids = [change.id for change in PACKAGES.changes[1 : count + 1]]
    plan = Plan((*PACKAGES.changes[: count + 1], PACKAGES.changes[-1]))
    begun = [Event(EventKind.STARTED, each) for each in (VIMRC, *ids)]
    ended = [Event(EventKind.FINISHED, each, ms=1100) for each in ids]
    events = [begun[0], Event(EventKind.FINISHED, VIMRC, ms=12), *begun[1:], *ended]
    total, pad = count + 2, " " * (count > 7)
    expected = [f"[{pad}1/{total}] ~ file:~/.vimrc  done", f"[{pad}2-{count + 1}/{total}] + {said}  done in 1.1 s"]
    picture = Picture(Memory(), plan)
    assert [line for event in events for line in picture.lines(event)] == expected
    shown = view()
    with shown.progress(plan) as on_event:
        for event in events:
            on_event(event)
    assert err(shown).splitlines() == ["", *expected]


def test_a_package_that_failed_has_a_line_of_its_own() -> None:
    ids = [change.id for change in PACKAGES.changes[1:5]]
    picture = Picture(Memory(), PACKAGES)
    events = [Event(EventKind.STARTED, each) for each in ids]
    events += [Event(EventKind.FAILED if each == ids[2] else EventKind.FINISHED, each, ms=100) for each in ids]
    assert [line for event in events for line in picture.lines(event)] == [
        "[ 1-2/10] + packages package-1, package-2  done in 0.1 s",
        "[ 3/10] + package:package-3  failed in 0.1 s",
        "[ 4/10] + package:package-4  done in 0.1 s",
    ]


def test_a_connection_that_is_lost_ends_the_line() -> None:
    shown = view()
    with suppress(ConnectionLost), shown.progress(PACKAGES) as on_event:
        on_event(Event(EventKind.STARTED, VIMRC))
        raise ConnectionLost("the link is gone")
    assert err(shown) == "\n[ 1/10] ~ file:~/.vimrc\n"


SMALL = Plan(
    (
        Change(GO, Action.CREATE, task="packages", fields=(Field("version", None, Unknown()),)),
        Change(ResourceId("package", "zsh"), Action.CREATE, fields=(Field("version", None, "5.9"),), notes=("3 MB",)),
        Change(VIMRC, Action.UPDATE, fields=(Field("content", "a directory", Text("x" * 100 + " y\n")),)),
        Change(ZSHRC, Action.CREATE, fields=(Field("type", None, "file"), Field("content", None, Text("a " * 60)))),
        Change(SAME, Action.RUN, fields=(Field("needed", True, False),), reason="~/bin is not there"),
        Change(MIRROR, Action.UPDATE, fields=(Field("main", "https://a/" + "b" * 60, "https://c/" + "d" * 60),)),
    )
)


def test_what_says_little_takes_little_room(is_golden: Golden) -> None:
    shown = view()
    shown.plan(SMALL)
    assert is_golden("plan-small.txt", out(shown))
    assert max(width(line) for line in out(shown).splitlines()) <= 80


def test_what_an_apply_leaves_to_others_is_told_with_its_reason() -> None:
    after = Plan(
        (Change(MIRROR, Action.REFUSE, reason="a Play Store build"), Change(LINK, Action.WAIT, reason="tap Allow"))
    )
    shown = view()
    shown.result(after, Result((), after))
    assert out(shown) == (
        "\nRefused: apt_source:main\n    a Play Store build\nWaiting: symlink:~/下载/旧的\n    tap Allow\n"
        "Not converged: 0 created, 0 changed, 0 deleted; 0 unchanged, 1 waiting, 1\n  refused.\n"
    )


def test_the_tail_of_a_failure_has_the_lines_that_look_like_errors() -> None:
    said = [
        *(f"CC {n}.o" for n in range(5)),
        "main.c:1: error: no such thing",
        *(f"make: leaving {n}" for n in range(20)),
    ]
    shown = list(tail_lines("\n".join(said), Memory()))
    assert shown[:3] == ["    … 5 lines", "    │ main.c:1: error: no such thing", "    … 9 lines"]
    assert shown[-1] == "    │ make: leaving 19"


def test_a_line_without_end_does_not_fill_the_screen() -> None:
    shown = list(tail_lines("x" * 3_000_000, Memory()))
    assert len(shown) < 12
    assert shown[-1].endswith("… 2999400 more characters")


def test_a_long_mistake_is_wrapped_and_its_place_is_seen() -> None:
    mistake = Mistake("this is not " + "so good " * 12, Source("playbook.yml", 3, 151), line="x" * 150 + "!" + "y" * 99)
    lines = list(error_lines(error_to_json(PlaybookError([mistake])), Memory()))
    assert max(width(line) for line in lines) <= 80
    caret = next(number for number, line in enumerate(lines) if line.strip() == "^")
    assert lines[caret - 1][lines[caret].index("^")] == "!"


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
