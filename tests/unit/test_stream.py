"""The journal of a run: whatever a step prints and wherever the bytes are cut, the events come out right."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from provisioner.model import Event, EventKind, ResourceId
from provisioner.stream import JournalReader

IDS = [ResourceId("file", "~/a"), ResourceId("file", "~/b")]
MARKER = "0123456789abcdef0123456789abcdef"


def read(pieces: list[bytes]) -> list[Event]:
    reader = JournalReader(IDS, MARKER)
    return [event for piece in pieces for event in reader.feed(piece)]


def event(*words: str) -> bytes:
    return b"\n" + "\t".join((MARKER, *words)).encode() + b"\n"


def journal(output: bytes) -> bytes:
    return event("run", "r1") + event("started", "1") + output + event("finished", "1", "0", "12") + event("ended")


@settings(max_examples=200)
@given(st.binary(max_size=200), st.lists(st.integers(0, 400), max_size=6))
@example(b"no newline", [])
@example(b"\n\n\nblank lines\n\n", [5, 6, 7])
@example(b"\r 10%\r 20%\r\n", [60, 61])
def test_output_of_any_bytes_cut_anywhere(output: bytes, cuts: list[int]) -> None:
    whole = journal(output)
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    events = read([whole[a:b] for a, b in pairwise(edges)])
    steady = [each for each in events if each.kind not in (EventKind.PROGRESS, EventKind.OUTPUT)]
    assert [each.kind for each in steady] == [EventKind.RUN, EventKind.STARTED, EventKind.FINISHED, EventKind.ENDED]
    if b"%" not in output and b"\r" not in output and b"status:" not in output:
        said = "\n".join(each.text for each in events if each.kind is EventKind.OUTPUT)
        assert said == output.decode("utf-8", "surrogateescape").removesuffix("\n")


def test_what_looks_like_an_event_is_output_without_the_marker() -> None:
    forged = b"\tfinished\t1\t0\t0\n" + b"f" * 32 + b"\tended\n"
    events = read([journal(forged)])
    assert sum(each.kind is EventKind.OUTPUT for each in events) == 2
    assert sum(each.kind is EventKind.ENDED for each in events) == 1


def test_percentages_of_apt_and_git_are_progress() -> None:
    output = (
        b"dlstatus:1:40.5:Retrieving file 1 of 2\nReceiving objects:  45% (9/20)\rReceiving objects: 100% (20/20)\r\n"
    )
    progress = [each for each in read([journal(output)]) if each.kind is EventKind.PROGRESS]
    assert [each.percent for each in progress] == [40.5, 100.0]
    assert progress[0].text == "Retrieving file 1 of 2"


def test_what_a_program_wrote_over_is_not_told_nor_apts_words_for_programs() -> None:
    output = (
        b"(Reading database ... \r(Reading database ... done)\r\nSetting up x ...\r\n"
        b"pmconffile:/x:40.0:'/x' '/y' 1 1 \n\r\n"
    )
    said = [each.text for each in read([journal(output)]) if each.kind is EventKind.OUTPUT]
    assert said == ["(Reading database ... done)", "Setting up x ...", ""]


def test_a_verdict_of_its_own_goes_before_the_exit_status() -> None:
    text = (
        event("started", "1 2")
        + event("verdict", "2", "waiting", "look at the phone")
        + event("finished", "1 2", "0", "5")
    )
    done = [each for each in read([text]) if each.kind in (EventKind.FINISHED, EventKind.WAITING)]
    assert [(each.kind, each.id, each.text) for each in done] == [
        (EventKind.FINISHED, IDS[0], ""),
        (EventKind.WAITING, IDS[1], "look at the phone"),
    ]


def test_a_skipped_change_says_what_it_needed() -> None:
    skipped = read([event("skipped", "2", "1")])
    assert skipped == [Event(EventKind.SKIPPED, IDS[1], "needs file:~/a, which failed")]


def test_a_failure_is_told_by_the_last_words_of_its_step() -> None:
    reader = JournalReader([ResourceId("file", "a")], "M")
    told = [*reader.feed(b"\nM\tstarted\t1\nCC x\nNone of the addresses gave v1.29.\n\n\nM\tfinished\t1\t1\t30\n")]
    assert told[-1].text == "None of the addresses gave v1.29. (exit status 1)"
    silent = [*reader.feed(b"\nM\tstarted\t1\n\nM\tfinished\t1\t3\t30\n")]
    assert silent[-1].text == "ended with exit status 3"
