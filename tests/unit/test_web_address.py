"""The parts of a mirror's address are what ``urllib.parse`` says they are."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.formats.web_address import split


def theirs(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.path


def ours(url: str) -> tuple[str, str, str]:
    parts = split(url)
    return parts.scheme, parts.host, parts.path


@pytest.mark.parametrize(
    "url",
    [
        "https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main",
        "HTTP://Mirror.Example:8080/a/b?c#d",
        "http://user:word@host:80/x",
        "http://[2001:DB8::1]:80/x",
        "https://",
        "http://[FE80::1%Wlan0]/x",
        "A://%A",
        "https:///path",
        "//host/path",
        "no address",
        "file:///a",
        "a.b/c:d",
        "",
    ],
)
def test_an_address(url: str) -> None:
    assert ours(url) == theirs(url)


@given(st.from_regex(r"[a-zA-Z]{1,3}(:|://|//|/)[a-zA-Z0-9@:/?#.-]*", fullmatch=True))
def test_any_address(url: str) -> None:
    with suppress(ValueError):  # what is no address to them
        assert ours(url) == theirs(url)
