"""Quoting and feeding, through a real sh: what goes in comes out, whatever it is."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from provisioner.remote_path import RemotePath
from provisioner.shell import Device, feed, printed, quote, sh, words

SHELLS = ("/bin/sh", "/bin/bash")
no_nul = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)


def said(shell: str, script: str) -> bytes:
    data = script.encode("utf-8", "surrogateescape")
    return subprocess.run([shell, "-s"], input=data, capture_output=True, check=True).stdout


@settings(max_examples=60, deadline=None)
@given(st.lists(no_nul, min_size=1, max_size=4))
@example(["-n", "$(id)", "`id`", "'"])
@example(["\n", "a\nb\n", "\\", '"'])
@example(["", " ", "*", "~", "你好 世界", "\x1b[31m"])
def test_words_arrive_as_they_are(arguments: list[str]) -> None:
    for shell in SHELLS:
        out = said(shell, "printf '%s\\0' " + words(arguments))
        assert out.decode().split("\0")[:-1] == arguments


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
@example(b"")
@example(b"no newline at the end")
@example(bytes(range(256)) * 3)
@example("中文 的 GBK 也行\n".encode("gbk"))
@example(b"$HOME `id` \\ EOF\nEOF\n")
def test_bytes_arrive_as_they_are(data: bytes) -> None:
    for shell in SHELLS:
        assert said(shell, feed("cat", data)) == data
        assert said(shell, printed(data)) == data


def test_a_text_is_printed_by_the_shell_itself() -> None:
    alone = "PATH=/nowhere\n"
    text = bytes(range(1, 256)) * 200
    assert said("/bin/sh", alone + printed(text)) == text
    assert said("/bin/sh", printed(text * 3)) == text * 3  # too long for a word


def test_a_large_file_is_fed_whole() -> None:
    data = bytes(range(256)) * 20_000
    assert said("/bin/sh", feed("cat", data)) == data


def test_nothing_is_quoted_twice_and_other_braces_stay() -> None:
    assert sh("x=${{a}} {}", "b c") == "x=${{a}} 'b c'"
    with pytest.raises(ValueError, match="2 arguments for 1 places"):
        sh("{}", "a", "b")


def test_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote("a\0b")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("~/.vimrc", '"$HOME"/.vimrc'),
        ("~", '"$HOME"'),
        ("$PREFIX/etc/a b", "\"$PREFIX\"/'etc/a b'"),
        ("/data/data/com.termux/files/home/x", '"$HOME"/x'),
        ("~/a/../b//c/.", '"$HOME"/b/c'),
    ],
)
def test_a_path_is_a_word(text: str, word: str) -> None:
    assert quote(RemotePath.parse(text)) == word


@pytest.mark.parametrize(
    "text", ["/etc/passwd", "x", "", "~/../x", "$PREFIX/../../y", "/data/data/com.termux/files/homework"]
)
def test_a_path_outside_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"outside|relative|leads out"):
        RemotePath.parse(text)


def test_the_environment_is_ours_whatever_was_there(tmp_path: object) -> None:
    device = Device(prefix="/p p", home="/", path="/usr/bin")
    script = "PATH=/nowhere; LC_ALL=tlh; IFS=:; export PATH LC_ALL IFS\n" + device.preamble()
    out = said("/bin/sh", script + 'echo "$PREFIX|$HOME|$PATH|$TMPDIR|${LC_ALL-none}"')
    assert out.decode().strip() == "/p p|/|/p p/bin:/usr/bin|/p p/tmp|none"


def test_the_remote_command_line_is_plain_words() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9./-]+", word) for word in Device().shell)
