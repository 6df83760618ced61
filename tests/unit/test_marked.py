"""A marked block in any text at all: every byte outside it stays, and twice is once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.formats.marked import BOM, holds_marker, join, markers, split

LABEL, COMMENT = "go", "#"
pieces = st.sampled_from(
    [b"x", b"\n", b"\r\n", b"\r", b" ", b"\\", b"#!/bin/sh\n", BOM, "中文".encode("gb18030"), "é".encode(), b"\0"]
    + [line + b"\n" for line in markers(LABEL, COMMENT)]
    + [line + b"\r\n" for line in markers("golang", COMMENT)]
)
texts = st.one_of(st.lists(pieces, max_size=12).map(b"".join), st.binary(max_size=40))
bodies = st.text(st.characters(exclude_characters="\r<>", exclude_categories=["Cs"]), max_size=30).map(
    lambda text: (text + "\n").encode()
)
places = st.sampled_from(["top", "end"])


@given(texts, bodies, places)
def test_the_block_is_found_again_and_a_second_time_changes_nothing(data: bytes, body: bytes, at: str) -> None:
    once = join(data, LABEL, COMMENT, body, at)
    found = split(once, LABEL, COMMENT)[1]
    assert found is not None
    assert found.replace(b"\r\n", b"\n") == body
    assert join(once, LABEL, COMMENT, body, at) == once


@given(texts, bodies, bodies, places)
def test_no_byte_outside_the_block_moves(data: bytes, body: bytes, other: bytes, at: str) -> None:
    before, old, after = split(data, LABEL, COMMENT)
    once = join(data, LABEL, COMMENT, body, at)
    new_before, _, new_after = split(once, LABEL, COMMENT)
    if old is not None:
        assert (new_before, new_after) == (before, after)
    else:
        # Where a new block has to begin on a line of its own, a line without an end gets one: nothing else is added.
        assert (new_before + new_after).replace(b"\r", b"").replace(b"\n", b"") == data.replace(b"\r", b"").replace(
            b"\n", b""
        )
        assert len(new_before + new_after) - len(data) in (0, 1, 2)
        assert not data.endswith(b"\n") or new_before + new_after == data or at == "top"
    again = split(join(once, LABEL, COMMENT, other, at), LABEL, COMMENT)
    assert (again[0], again[2]) == (new_before, new_after)


@given(texts, bodies, places)
def test_taken_out_again_the_text_is_what_it_was_around_the_block(data: bytes, body: bytes, at: str) -> None:
    before, _, after = split(join(data, LABEL, COMMENT, body, at), LABEL, COMMENT)
    assert join(join(data, LABEL, COMMENT, body, at), LABEL, COMMENT, None, at) == before + after


@pytest.mark.parametrize("data", [b"", b"x", b"x\n", b"x\r\n", BOM + b"x\n", b"#!/bin/sh", "中\n".encode("gb18030")])
@pytest.mark.parametrize("at", ["top", "end"])
def test_known_shapes(data: bytes, at: str) -> None:
    once = join(data, LABEL, COMMENT, b"y\n", at)
    assert once.startswith(BOM) == data.startswith(BOM)
    assert once.startswith(b"#!") == data.startswith(b"#!")
    assert (b"\ny\r\n" in once) == (b"\r\n" in data)
    assert data in (once, *_without_newline(join(once, LABEL, COMMENT, None, at)))


def _without_newline(data: bytes) -> tuple[bytes, bytes]:
    return data, data.removesuffix(b"\n")


def test_a_text_that_holds_a_marker_is_known() -> None:
    for label in (LABEL, "other"):
        for line in markers(label, COMMENT):
            assert holds_marker(b"x\n  " + line + b"\r\n")
    assert not holds_marker(b">>> hello\n<<< termux\n")
