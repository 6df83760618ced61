"""The rules of the engine, each seen to hold on a stand-in phone."""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.model import EventKind, Status
from provisioner.rehearsal import Options, StandInPhone
from tests.support.program import Phone
from tests.support.wrong_clock import set_back

STATE = ".local/state/hello-termux"


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    with StandInPhone.start(tmp_path_factory.mktemp("phone")) as phone:
        yield phone


@pytest.fixture(scope="module")
def phone(standin: StandInPhone, tmp_path_factory: pytest.TempPathFactory) -> Phone:
    return Phone.of(standin, tmp_path_factory.mktemp("config"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_login_shell_never_parses_our_text(phone: Phone, standin: StandInPhone, shell: str) -> None:
    phone.run("apply", phone.write(f"- mirror: tuna\n- packages: [{shell}]\n- login_shell: {shell}\n"), "--yes")
    (standin.home / ".zshenv").write_text("echo noise from .zshenv\necho 'marker end'\n")
    content = "$HOME `id` *.nomatch ?x ^1 =ls !! ~ {a,b} 'q' \"d\" \\ 你好"
    playbook = phone.write(json.dumps([{"file": {"path": "~/odd name $(id)", "content": content}}]))
    phone.run("apply", playbook, "--yes")
    assert (standin.home / "odd name $(id)").read_text() == content
    (standin.home / "odd name $(id)").unlink()
    (standin.home / ".zshenv").unlink()


def test_a_step_that_only_says_it_did_is_a_failure(phone: Phone) -> None:
    playbook = phone.write("- command: {name: liar, run: 'echo done; exit 0', creates: ~/never}\n")
    shown = phone.run("apply", playbook, "--yes", expect=1)
    assert "the phone still differs" in shown


def test_a_failed_step_stops_what_needs_it_and_nothing_else(phone: Phone, standin: StandInPhone) -> None:
    playbook = phone.write("- package: no-such-package\n- directory: ~/other\n")
    with phone.session(playbook) as session:
        result = session.apply(session.plan(), lambda event: None)
    ended = {str(outcome.id): outcome.status for outcome in result.outcomes}
    assert ended["package:no-such-package"] is Status.FAILED
    assert ended["directory:~/other"] is Status.DONE
    assert (standin.home / "other").is_dir()


def test_one_missing_package_does_not_hold_up_the_others(phone: Phone) -> None:
    shown = phone.run("apply", phone.write("- packages: [which, vimm, tmux]\n"), "--yes", expect=1)
    assert "the repository has no package vimm; it has: vim" in shown
    phone.ssh("which tmux")


def test_what_is_replaced_is_kept(phone: Phone, standin: StandInPhone) -> None:
    old = "mine: \u4f60\u597d\r\nno newline".encode("gbk")
    (standin.home / ".profile").write_bytes(old)
    phone.run("apply", phone.write("- block: {path: ~/.profile, label: x, content: 'export A=1'}\n"), "--yes")
    assert old in (standin.home / ".profile").read_bytes()
    run = max((standin.home / STATE / "runs").iterdir())
    noted = [entry.split(b"\t") for entry in (run / "manifest").read_bytes().split(b"\0")[:-1]]
    kept = [(entry[2], entry[-1].rpartition(b"/")[2]) for entry in noted if entry[0] == b"will"]
    assert [name for _, name in kept] == [b".profile"]
    assert (run / "backup" / kept[0][0].decode()).read_bytes() == old


def test_output_of_the_phone_is_data(phone: Phone) -> None:
    evil = (
        r"printf '\033]0;owned\007\033[2J%s\t%s\n' deadbeef ended; printf '\n\n\tended\n';"
        r"cat ~/.local/state/hello-termux/runs/*/run.sh | head -c 300; false"
    )
    playbook = phone.write(json.dumps([{"command": {"name": "evil", "run": evil, "creates": "~/never"}}]))
    shown = phone.run("apply", playbook, "--yes", expect=1)
    assert "\x1b" not in shown and "\x07" not in shown
    assert r"\x1b[2J" in shown


def test_the_newest_ten_runs_are_kept(phone: Phone, standin: StandInPhone) -> None:
    for n in range(12):
        phone.run("apply", phone.write(f"- file: {{path: ~/n, content: '{n}'}}\n"), "--yes")
    assert len(list((standin.home / STATE / "runs").iterdir())) == 10


def test_nothing_of_ours_is_left_in_the_folder_that_termux_empties(standin: StandInPhone) -> None:
    assert not list((standin.prefix / "tmp").glob("*hello*"))


def test_a_second_run_is_told_who_is_at_work(phone: Phone) -> None:
    slow = phone.write("- command: {name: slow, run: 'sleep 6; touch ~/slow', creates: ~/slow}\n", "slow.yml")
    other = phone.write("- file: {path: ~/quick, content: x}\n", "quick.yml")
    with phone.session(slow) as session:
        plan = session.plan()
        seen: list[str] = []

        def on_event(event: object) -> None:
            if getattr(event, "kind", None) is EventKind.STARTED and not seen:
                seen.append(phone.run("apply", other, "--yes", expect=1))

        session.apply(plan, on_event)
    said = " ".join(seen[0].split())
    told = r"Another run is at work on the phone since \d\d:\d\d, \d+ s ago \(\d{8}T\d{6}Z-\w+, \S+@\S+\)"
    assert re.search(told, said)
    phone.run("apply", other, "--yes")


def test_a_run_goes_on_when_the_laptop_goes_away(phone: Phone, standin: StandInPhone) -> None:
    playbook = phone.write("- command: {name: long, run: 'sleep 3; touch ~/went-on', creates: ~/went-on}\n", "long.yml")
    with phone.session(playbook) as session, pytest.raises(KeyboardInterrupt):

        def stop(event: object) -> None:
            if getattr(event, "kind", None) is EventKind.STARTED:
                raise KeyboardInterrupt

        session.apply(session.plan(), stop)
    deadline = time.monotonic() + 20
    while not (standin.home / "went-on").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (standin.home / "went-on").exists()


def test_a_plan_is_stale_if_the_phone_moved_while_somebody_thought(phone: Phone, standin: StandInPhone) -> None:
    playbook = phone.write("- file: {path: ~/moved, content: x}\n")
    saved = phone.config / "saved.plan"
    phone.run("plan", playbook, "--out", str(saved), expect=2)
    (standin.home / "moved").write_text("somebody was quicker")
    assert "file:~/moved" in phone.run("apply", str(saved), "--yes", expect=3)
    assert (standin.home / "moved").read_text() == "somebody was quicker"


def test_a_plan_is_stale_if_the_playbook_moved_on(phone: Phone) -> None:
    playbook = phone.write("- file: {path: ~/p, content: one}\n", "p.yml")
    saved = phone.config / "p.plan"
    phone.run("plan", playbook, "--out", str(saved), expect=2)
    phone.write("- file: {path: ~/p, content: two}\n", "p.yml")
    phone.run("apply", str(saved), "--yes", expect=3)


def test_an_interrupted_dpkg_is_repaired_first(phone: Phone, standin: StandInPhone) -> None:
    phone.run("apply", phone.write("- mirror: tuna\n- upgrade: full\n", "up.yml"), "--yes")
    phone.ssh("cd $PREFIX/tmp && apt-get -q download ctags && dpkg --unpack ./ctags*.deb && rm ctags*.deb")
    shown = phone.run("plan", str(phone.config / "up.yml"), expect=2)
    assert "half-configured" in shown and "ctags" in shown
    phone.run("apply", str(phone.config / "up.yml"), "--yes")
    assert "installed" in phone.ssh("dpkg-query -W -f '${db:Status-Status}' ctags")


def test_no_network_is_a_failure_that_says_so(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path / "phone", options=Options(hosts=("localhost",))) as standin:
        phone = Phone.of(standin, tmp_path)
        before = (standin.prefix / "etc/apt/sources.list").read_text()
        shown = phone.run("apply", "minimal", "--yes", expect=1)
        assert "does not answer the phone" in shown
        assert (standin.prefix / "etc/apt/sources.list").read_text() == before
        shown = phone.run("apply", phone.write("- upgrade: full\n"), "--yes", expect=1)
        assert "index could not be fetched" in shown


@pytest.mark.parametrize(("variant", "words"), [("pacman", "pacman, which hello-termux does not support")])
def test_what_is_no_phone_for_us_is_left_alone(tmp_path: Path, variant: str, words: str) -> None:
    with StandInPhone.start(tmp_path / "phone", options=Options(variant=variant)) as standin:  # type: ignore[arg-type]
        phone = Phone.of(standin, tmp_path)
        before = phone.tree()
        assert words in " ".join(phone.run("apply", "minimal", "--yes", expect=1).split())
        assert phone.tree() == before


def test_a_play_store_build_keeps_its_own_archive(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path / "phone", options=Options(variant="play")) as standin:
        phone = Phone.of(standin, tmp_path)
        shown = phone.run("plan", phone.write("- mirror: tuna\n- directory: ~/src\n"), expect=2)
        assert "Play Store" in shown and "directory:~/src" in shown


def test_a_read_only_file_is_left_as_it_is(phone: Phone, standin: StandInPhone) -> None:
    (standin.home / "locked").write_text("mine")
    (standin.home / "locked").chmod(0o400)
    shown = phone.run("apply", phone.write("- file: {path: ~/locked, content: x}\n"), "--yes", expect=1)
    assert " ".join(shown.split()).count("is read-only: chmod u+w lets it be written") == 2, (
        "as it fails, and in the end"
    )
    assert (standin.home / "locked").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_user_is_named_with_its_owner(phone: Phone, standin: StandInPhone) -> None:
    (standin.home / "roots").mkdir()
    (standin.home / "roots/file").write_text("mine")
    for place in (standin.home / "roots/file", standin.home / "roots"):
        os.chown(place, 4711, 4711)
    for name, owned in (("file", "roots/file"), ("new", "roots")):
        entry = f"- file: {{path: ~/roots/{name}, content: x}}\n"
        shown = " ".join(phone.run("apply", phone.write(entry), "--yes", expect=1).split())
        assert re.search(rf"home/{owned} belongs to \S+, not to Termux: as root, chown it to u0_a123", shown), shown
        assert "read-only" not in shown


def test_a_folder_that_may_not_be_written_to_is_named(phone: Phone, standin: StandInPhone) -> None:
    (standin.home / "shut").mkdir(mode=0o500)
    shown = " ".join(
        phone.run("apply", phone.write("- file: {path: ~/shut/x, content: x}\n"), "--yes", expect=1).split()
    )
    assert "home/shut is read-only: chmod u+w" in shown and "run.sh" not in shown
    assert list((standin.home / "shut").iterdir()) == []


def test_a_lock_of_another_apt_is_waited_for(phone: Phone, standin: StandInPhone) -> None:
    playbook = phone.write("- packages: [tmux, ctags, perl, luajit]\n")
    said: list[str] = []
    with (standin.prefix / "var/lib/dpkg/lock-frontend").open("a") as lock, phone.session(playbook) as session:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        timer = threading.Timer(8, fcntl.lockf, (lock, fcntl.LOCK_UN))
        timer.start()
        result = session.apply(session.plan(), lambda event: said.append(event.text))
        timer.join()
    assert result.converged
    assert any("lock was locked by another process" in text for text in said)


def test_a_phone_whose_clock_is_wrong_is_told_so_before_apt(phone: Phone, standin: StandInPhone) -> None:
    find = standin.prefix / "bin/find"
    kept = find.readlink()
    set_back(standin.prefix, 200_000_000)
    try:
        shown = phone.run("apply", phone.write("- package: python\n"), "--yes", expect=6)
    finally:
        find.unlink()
        find.symlink_to(kept)
    assert "days behind" in " ".join(shown.split())
    assert "python" not in phone.ssh("dpkg-query -W -f '${Package}\\n'")


def test_a_saved_plan_of_a_part_is_applied_as_that_part(phone: Phone, standin: StandInPhone) -> None:
    playbook = phone.write("- file: {path: ~/part, content: x}\n- directory: ~/rest\n", "part.yml")
    saved = phone.config / "part.plan"
    phone.run("plan", playbook, "--only", "file", "--out", str(saved), expect=2)
    phone.run("apply", str(saved), "--yes")
    assert (standin.home / "part").exists() and not (standin.home / "rest").exists()
