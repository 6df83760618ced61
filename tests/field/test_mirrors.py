"""Mirrors that fail, at the wire: what is used instead, what is said, and when the wanted one is back."""

from __future__ import annotations

import threading
import time

import pytest

from provisioner.rehearsal import StandInPhone
from provisioner.rehearsal.faults import Kind
from tests.field.conftest import Start, flat

TUNA, BFSU, USTC = "mirrors.tuna.tsinghua.edu.cn", "mirrors.bfsu.edu.cn", "mirrors.ustc.edu.cn"
MIRROR = "- mirror: tuna\n"
INSTALL = "- mirror: tuna\n- packages: [which]\n"


def used(standin: StandInPhone) -> set[str]:
    """Every host that apt and pkg are told of: they have to agree."""
    apt = standin.prefix / "etc/apt"
    lists = [apt / "sources.list", *(apt / "sources.list.d").glob("*")]
    lines = [line for path in lists if path.exists() for line in path.read_text().splitlines()]
    hosts = {line.split("/")[2] for line in lines if line.startswith(("deb ", "URIs:"))}
    chosen = (standin.prefix / "etc/termux/chosen_mirrors").readlink().name
    return hosts | {"packages-cf.termux.dev" if chosen == "default" else chosen}


def fails_on_every_host(standin: StandInPhone, kind: Kind) -> None:
    for host in (TUNA, BFSU, USTC, "packages-cf.termux.dev"):
        standin.misbehave(host, kind)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("403", "returned error: 403"),
        ("404", "returned error: 404"),
        ("silent", "too slow"),
        ("reset", "reset by peer"),
        ("crawl", "too slow"),
        ("certificate", "certificate"),
        ("nameless", "Could not resolve host"),
        ("portal", "does the Wi-Fi want you to log in?"),
    ],
)
def test_a_mirror_that_fails_gives_way_to_the_next_until_it_answers(start: Start, kind: Kind, said: str) -> None:
    standin, phone = start()
    playbook = phone.write(MIRROR)
    standin.misbehave(TUNA, kind)
    shown = flat(phone.run("apply", playbook, "--yes"))
    assert said in shown and BFSU in shown
    assert used(standin) == {BFSU}

    before = standin.access_log()
    shown = flat(phone.run("plan", playbook))
    assert f"Packages still come from {BFSU}" in shown and said in shown
    assert len(standin.access_log()) <= len(before) + 1

    standin.behave()
    shown = flat(phone.run("plan", playbook, expect=2))
    assert f"back to {TUNA}, which answers again" in shown
    phone.run("apply", playbook, "--yes")
    assert used(standin) == {TUNA}
    asked = standin.access_log()
    phone.run("plan", playbook)
    assert standin.access_log() == asked


def test_the_order_of_the_fallbacks_is_the_playbooks(start: Start) -> None:
    standin, phone = start()
    standin.misbehave(TUNA, "403")
    standin.misbehave(BFSU, "404")
    phone.run("apply", phone.write("- mirror: {use: tuna, fallback: [bfsu, default, ustc]}\n"), "--yes")
    assert used(standin) == {"packages-cf.termux.dev"}


def test_no_fallback_means_none_and_nothing_is_written(start: Start) -> None:
    standin, phone = start()
    standin.misbehave(TUNA, "403")
    before = (standin.prefix / "etc/apt/sources.list").read_bytes()
    shown = flat(phone.run("apply", phone.write("- mirror: {use: tuna, fallback: []}\n"), "--yes", expect=1))
    assert "403" in shown and "Nothing was written." in shown
    assert (standin.prefix / "etc/apt/sources.list").read_bytes() == before
    assert not (standin.prefix / "etc/termux/chosen_mirrors").is_symlink()


def test_without_any_network_it_says_so_in_bounded_time_and_writes_nothing(start: Start) -> None:
    standin, phone = start(hosts=())
    before = (standin.prefix / "etc/apt/sources.list").read_bytes()
    shown = flat(phone.run("apply", phone.write(MIRROR), "--yes", expect=1))
    assert "Could not resolve host" in shown
    assert (standin.prefix / "etc/apt/sources.list").read_bytes() == before


def test_giving_up_the_fallback_goes_back_at_once(start: Start) -> None:
    standin, phone = start()
    standin.misbehave(TUNA, "403")
    phone.run("apply", phone.write(MIRROR), "--yes")
    assert used(standin) == {BFSU}
    standin.behave()
    phone.run("apply", phone.write("- mirror: {use: tuna, fallback: []}\n"), "--yes")
    assert used(standin) == {TUNA}
    assert not (standin.home / ".local/state/hello-termux/mirror").exists()
    assert not (standin.home / ".local/state/hello-termux/mirrors").exists()


def test_a_wish_for_another_mirror_ends_the_fallback(start: Start) -> None:
    standin, phone = start()
    standin.misbehave(TUNA, "403")
    phone.run("apply", phone.write(MIRROR), "--yes")
    phone.run("apply", phone.write("- mirror: ustc\n"), "--yes")
    assert used(standin) == {USTC}
    phone.run("plan", phone.write("- mirror: ustc\n"))


@pytest.mark.parametrize(
    ("kind", "path", "said"),
    [
        ("mid-sync", r"\.deb$", "File has unexpected size"),
        ("flipped", r"\.deb$", "Hash Sum mismatch"),
        ("truncated", r"\.deb$", ""),
        ("reset", r"\.deb$", ""),
        ("404", r"\.deb$", "404"),
        ("403", "Packages", "403"),
        ("flipped", "Packages", ""),
        ("silent", r"\.deb$", ""),
        ("crawl", "Packages", "too slow"),
    ],
)
def test_a_mirror_whose_files_are_bad_is_retried_then_left(start: Start, kind: Kind, path: str, said: str) -> None:
    standin, phone = start(aged=())
    standin.misbehave(TUNA, kind, path)
    shown = flat(phone.run("apply", phone.write(INSTALL), "--yes"))
    assert "Trying again" in shown and said in shown
    assert used(standin) == {BFSU}
    assert phone.ssh("dpkg-query -W -f '${db:Status-Status}' which") == "installed"
    lists = [file.name for file in (standin.prefix / "var/lib/apt/lists").iterdir() if "mirror" in file.name]
    assert lists and all(BFSU in name for name in lists)
    shown = flat(phone.run("plan", phone.write(INSTALL)))
    assert "an hour's rest" in shown


def test_a_fault_that_passes_is_retried_on_the_same_mirror(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write(MIRROR), "--yes")
    standin.misbehave(TUNA, "404", r"\.deb$")

    def heal() -> None:
        while not any(line.endswith(".deb 404") for line in standin.access_log()):
            time.sleep(0.05)
        standin.behave()

    threading.Thread(target=heal, daemon=True).start()
    shown = flat(phone.run("apply", phone.write(INSTALL), "--yes"))
    assert "Trying again" in shown and used(standin) == {TUNA}
    phone.run("plan", phone.write(INSTALL))


def test_when_every_mirror_is_bad_nothing_is_half_installed(start: Start) -> None:
    standin, phone = start(aged=())
    fails_on_every_host(standin, "mid-sync")
    before = phone.ssh("dpkg-query -W")
    shown = flat(phone.run("apply", phone.write(INSTALL), "--yes", expect=1))
    assert "no other mirror is left to try" in shown and "File has unexpected size" in shown
    assert phone.ssh("dpkg-query -W") == before


def test_pkg_keeps_to_the_fallback_too(start: Start) -> None:
    standin, phone = start()
    standin.misbehave(TUNA, "403")
    phone.run("apply", phone.write(MIRROR), "--yes")
    phone.ssh("pkg install -y which </dev/null")
    assert used(standin) == {BFSU}


def test_lists_of_every_form_follow_the_fallback(start: Start) -> None:
    standin, phone = start()
    folder = standin.prefix / "etc/apt/sources.list.d"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "x11.list").write_text("deb https://packages-cf.termux.dev/apt/termux-x11/ x11 main\n")
    source = "Types: deb\nURIs: https://packages-cf.termux.dev/apt/termux-{}/\nSuites: {}\nComponents: {}\n"
    (folder / "root.sources").write_text(source.format("root", "root", "stable"))
    (folder / "main.sources").write_text(source.format("main", "stable", "main"))
    standin.misbehave(TUNA, "403")
    standin.misbehave(BFSU, "404")
    phone.run("apply", phone.write(MIRROR), "--yes")
    assert used(standin) == {USTC}
    assert "https://mirrors.ustc.edu.cn/termux/termux-x11 x11" in (folder / "x11.list").read_text()
    assert "URIs: https://mirrors.ustc.edu.cn/termux/termux-root" in (folder / "root.sources").read_text()
    assert not any(
        line.startswith("deb ") for line in (standin.prefix / "etc/apt/sources.list").read_text().split("\n")
    )
    standin.behave()
    phone.run("apply", phone.write(MIRROR), "--yes")
    assert used(standin) == {TUNA}


@pytest.mark.parametrize("name", ["main.sources", "termux-main-stable.sources"])
def test_a_deb822_source_beside_a_stale_list_becomes_the_only_one(start: Start, name: str) -> None:
    standin, phone = start()
    folder = standin.prefix / "etc/apt/sources.list.d"
    folder.mkdir(mode=0o700, exist_ok=True)
    source = "Types: deb\nURIs: https://packages-cf.termux.dev/apt/termux-main/\nSuites: stable\nComponents: main\n"
    (folder / name).write_text(source)
    phone.run("apply", phone.write(MIRROR), "--yes")
    assert used(standin) == {TUNA}
    said = phone.ssh("apt-get update 2>&1")
    assert "configured multiple times" not in said


def test_an_old_termux_tools_without_a_mirror_list_gets_its_choice_with_the_upgrade(start: Start) -> None:
    standin, phone = start(aged=("termux-tools",))
    phone.ssh("rm -r $PREFIX/etc/termux/mirrors")
    phone.run("apply", phone.write(MIRROR), "--yes")
    shown = flat(phone.run("plan", phone.write(MIRROR)))
    assert "pkg keeps to the chosen one as soon as it is upgraded" in shown
    phone.run("apply", phone.write("- mirror: tuna\n- upgrade: full\n"), "--yes")
    assert (standin.prefix / "etc/termux/mirrors/chinese_mainland" / TUNA).is_file()
    phone.ssh("pkg install -y which </dev/null")
    assert used(standin) == {TUNA}


def test_behind_a_login_page_every_mirror_is_named_and_nothing_is_written(start: Start) -> None:
    standin, phone = start()
    fails_on_every_host(standin, "portal")
    shown = flat(phone.run("apply", phone.write(MIRROR), "--yes", expect=1))
    assert "does the Wi-Fi want you to log in?" in shown and "Nothing was written." in shown
