"""Answers of the phone, read from real tools and from odd texts."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable

import pytest

from provisioner.errors import UnsuitableHost
from provisioner.facts.host import Host, read_host
from provisioner.facts.paths import read_tar
from provisioner.model import Action, Change, Plan, ResourceId
from provisioner.suitability import obstacles, require_termux


def archive(*names: str, data: bytes = b"x" * 700) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_a_tar_is_read_as_python_writes_it() -> None:
    names = ["a", "b" * 99, "deep/" * 40 + "name", "名字"]
    assert dict(read_tar(archive(*names))) == {name.encode(): b"x" * 700 for name in names}


def test_a_tar_cut_short_is_an_error_not_half_an_answer() -> None:
    with pytest.raises(ValueError, match="cut short"):
        list(read_tar(archive("a")[:900]))


def test_what_the_phone_says_of_itself() -> None:
    host = read_host(
        "app=0.118.3\napk=F_DROID\npm=apt\nmem=3800000\n"
        "sh=/data/data/com.termux/files/usr/bin/zsh id=10123 now=1700000000\n"
        "arch=aarch64 df=250000.4096\n[ro.build.version.sdk]: [34]\n[ro.product.model]: [Redmi Note 12]\n"
    )
    assert (host.arch, host.android_api, host.model) == ("aarch64", 34, "Redmi Note 12")
    assert (host.origin, host.login_shell, host.free_mb, host.uid) == ("fdroid", "zsh", 1024, 10123)


def test_a_phone_that_says_little_is_unknown_not_an_error() -> None:
    assert read_host("\x1b[31mrubbish\nid= df=\n") == Host()


def test_a_play_build_is_known_by_its_version() -> None:
    assert read_host("app=googleplay.2026.06.21\napk=\n").origin == "play"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (Host(package_manager="pacman"), "pacman"),
        (Host(package_manager=""), "no Termux"),
        (Host(package_manager="apt", uid=0), "as root"),
    ],
)
def test_what_is_no_phone_for_us_is_refused(host: Host, words: str) -> None:
    with pytest.raises(UnsuitableHost, match=words):
        require_termux(host)


def said_of(found: Iterable[UnsuitableHost]) -> list[str]:
    return [each.summary for each in found]


FETCHES = Plan((Change(ResourceId("package", "git"), Action.CREATE),))


def test_a_wrong_clock_stops_before_apt() -> None:
    said = said_of(obstacles(Host(package_manager="apt", clock=1_000_000, free_mb=9999), FETCHES, now=1_172_800))
    assert len(said) == 1 and "2 days behind" in said[0]


def test_no_room_stops_before_apt() -> None:
    said = said_of(obstacles(Host(package_manager="apt", clock=1000, free_mb=50), FETCHES, now=1000))
    assert len(said) == 1 and "Only 50 MB" in said[0]


def test_room_is_needed_for_what_is_downloaded() -> None:
    plan = Plan(FETCHES.changes, download=300_000_000)
    said = said_of(obstacles(Host(package_manager="apt", clock=1000, free_mb=900), plan, now=1000))
    assert said == ["Only 900 MB are free on the phone, and the packages need about 1400 MB: make room first."]


def test_nothing_to_fetch_needs_neither_clock_nor_room() -> None:
    assert not said_of(obstacles(Host(package_manager="apt", clock=0, free_mb=1), Plan(()), now=10**9))
