"""A journal that a full disk has cut short, and one that is read out in two goes."""

from __future__ import annotations

import pytest

from provisioner.model import Event, EventKind, ResourceId
from provisioner.stream import JournalReader

IDS = [ResourceId("file", "~/a"), ResourceId("file", "~/b")]
M = "marker"


@pytest.mark.parametrize(
    "words", ["finished\t1\t0\t", "finished\t1\t\t5", "started\t9", "started\tx", "verdict\t", "finished"]
)
def test_half_an_event_is_none(words: str) -> None:
    reader = JournalReader(IDS, M)
    events = list(reader.feed(f"\n{M}\tstarted\t1\n\n{M}\t{words}\n\n{M}\tended\n".encode()))
    assert [event.kind for event in events] == [EventKind.STARTED, EventKind.ENDED]


def test_a_run_that_stopped_by_itself_says_why() -> None:
    reader = JournalReader(IDS, M)
    assert list(reader.feed(f"\n{M}\tbroken\tno room\n".encode())) == []
    assert (reader.broken, reader.ended) == ("no room", False)


@pytest.mark.parametrize("cut", range(0, 120, 3))
def test_a_newline_that_is_not_the_journals_leaves_no_trace(cut: int) -> None:
    """The section behind a tail that was killed begins with one; then the journal goes on from the same byte."""
    text = f"\n{M}\tstarted\t1\none\n\ntwo\n\n{M}\tfinished\t1\t0\t5\n\n{M}\tstarted\t2\nthree\n\n{M}\tended\n".encode()
    cut = text.rfind(b"\n", 0, cut) + 1  # behind a whole line
    whole = list(JournalReader(IDS, M).feed(text))
    reader = JournalReader(IDS, M)
    told: list[Event] = list(reader.feed(text[:cut] + b"\n"))
    reader.unfeed_newline()
    told += reader.feed(text[cut:])
    assert told == whole
