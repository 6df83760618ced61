"""apt and dpkg in trouble: what was left half-way, what asks, what is dead, what is locked, what is gone."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from provisioner.shell import device_script
from tests.field.conftest import Start, flat
from tests.support.program import Phone

SH = "#!/data/data/com.termux/files/usr/bin/sh\n"
DEAD = 'CANNOT LINK EXECUTABLE "{}": library "libssl.so.1.1" not found'
UPGRADE = "- mirror: tuna\n- upgrade: full\n"
WHICH = "- mirror: tuna\n- packages: [which]\n"


def status(phone: Phone, name: str) -> str:
    return phone.ssh(f"dpkg-query -W -f '${{db:Status-Status}}' {name} 2>/dev/null", check=False)


def program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SH + text)
    path.chmod(0o700)


def test_a_conffile_question_never_hangs_and_the_users_file_stays(start: Start) -> None:
    standin, phone = start(aged=("apt", "bash"))
    mine = standin.prefix / "etc/bash.bashrc"
    mine.write_text("# mine\n")
    shown = flat(phone.run("apply", phone.write(UPGRADE), "--yes"))
    assert mine.read_text() == "# mine\n"
    assert "Your own settings were kept" in shown and "bash.bashrc.dpkg-" in shown
    phone.run("plan", phone.write(UPGRADE))


def test_a_dpkg_cfg_that_takes_the_maintainers_files_costs_no_file_of_ones_own(start: Start) -> None:
    standin, phone = start(aged=("apt", "bash"))
    folder = standin.prefix / "etc/dpkg/dpkg.cfg.d"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "mine").write_text("force-confnew\n")
    mine = standin.prefix / "etc/bash.bashrc"
    mine.write_text("# mine\n")
    phone.run("apply", phone.write(UPGRADE), "--yes")
    assert mine.read_text() == "# mine\n"
    phone.run("plan", phone.write(UPGRADE))


def test_a_held_package_stays_and_the_others_are_upgraded(start: Start) -> None:
    _, phone = start(aged=("apt", "bash"))
    phone.ssh("apt-mark hold bash")
    phone.run("apply", phone.write(UPGRADE), "--yes")
    versions = dict(line.split("\t") for line in phone.ssh("dpkg-query -W apt bash").splitlines())
    assert versions["bash"].endswith("~aged") and not versions["apt"].endswith("~aged")
    assert "No changes." in phone.run("plan", phone.write(UPGRADE))
    phone.ssh("apt-mark unhold bash")
    assert "bash" in phone.run("plan", phone.write(UPGRADE), expect=2)


def test_a_dead_curl_stops_neither_the_mirror_nor_the_upgrade(start: Start) -> None:
    standin, phone = start()
    program(standin.prefix / "bin/curl", f"echo '{DEAD.format('curl')}' >&2\nexit 1\n")
    shown = flat(phone.run("apply", phone.write(UPGRADE), "--yes"))
    assert "curl does not run on this phone" in shown and 'CANNOT LINK EXECUTABLE "curl"' in shown
    phone.run("plan", phone.write(UPGRADE))


def test_an_apt_that_cannot_speak_https_is_a_sentence_and_not_a_wait(start: Start) -> None:
    standin, phone = start()
    program(standin.prefix / "lib/methods/https", f"echo '{DEAD.format('https')}' >&2\nexit 1\n")
    conf = standin.prefix / "etc/apt/apt.conf.d/methods"
    conf.write_text('Dir::Bin::methods "/data/data/com.termux/files/usr/lib/methods";\n')
    begin = time.monotonic()
    shown = flat(phone.run("apply", phone.write(WHICH), "--yes", expect=1))
    assert time.monotonic() - begin < 120, "it waited for what never comes"
    assert "apt's own way to https does not start on this phone" in shown and DEAD.format("https") in shown


def test_a_live_apt_in_another_tab_is_named_waited_for_and_left_alone(start: Start) -> None:
    standin, phone = start()
    phone.run("apply", phone.write("- mirror: tuna\n"), "--yes")
    phone.ssh("apt-get -q update")
    asking = subprocess.Popen(
        [*standin.ssh, "apt-get install golang"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        holder = ""
        deadline = time.monotonic() + 10
        while not holder and time.monotonic() < deadline:
            time.sleep(0.3)
            holder = phone.ssh("pgrep -o apt-get", check=False).strip()
        time.sleep(0.7)
        locks = phone.ssh("ls -i $PREFIX/var/lib/dpkg/lock*")
        shown = flat(phone.run("apply", phone.write(WHICH), "--yes", expect=1))
        assert re.search(r"lock: process \d+ \(\S*apt-get install golang\). Waiting up to 3 s", shown), shown
        assert "Its lock was left alone." in shown
        assert phone.ssh("ls -i $PREFIX/var/lib/dpkg/lock*") == locks
        assert asking.poll() is None
    finally:
        asking.kill()
        asking.wait()
        phone.ssh("pkill -x apt-get", check=False)
    phone.run("apply", phone.write(WHICH), "--yes")


def test_killed_in_the_middle_of_dpkg_the_next_run_repairs_and_converges(start: Start) -> None:
    standin, phone = start()
    phone.run("apply", phone.write("- mirror: tuna\n"), "--yes")
    playbook = phone.write("- mirror: tuna\n- upgrade: full\n- packages: [golang, git, zsh]\n")
    script = "until pgrep -f [-]-unpack; do :; done; pkill -9 -f run[.]sh; pkill -9 -x apt-get; pkill -9 -x dpkg"
    killer = threading.Thread(target=standin.inside, args=("sh", "-c", script), daemon=True)
    killer.start()
    phone.run("apply", playbook, "--yes", expect=1)
    killer.join(10)
    phone.run("apply", playbook, "--yes")
    assert {status(phone, name) for name in ("golang", "git", "zsh")} == {"installed"}
    phone.run("plan", playbook)


def test_dpkg_dying_once_under_apt_is_repaired_within_the_run(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n"), "--yes")
    dpkg = standin.prefix / "bin/dpkg"
    real = dpkg.read_text()
    dies = 'case "$*" in *--unpack*) mv $PREFIX/bin/dpkg.real $PREFIX/bin/dpkg; kill -9 $$ ;; esac\n'
    program(standin.prefix / "bin/dpkg.real", real.removeprefix(SH))
    program(dpkg, dies + real.removeprefix(SH))
    phone.run("apply", phone.write(WHICH), "--yes")
    assert status(phone, "which") == "installed"


@pytest.mark.parametrize("left", ["ok unpacked", "ok half-configured", "reinstreq half-installed"])
@pytest.mark.parametrize("command", ["apply", "doctor"])
def test_what_an_earlier_apt_left_half_way_is_finished_before_anything_else(
    start: Start, left: str, command: str
) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n"), "--yes")
    phone.ssh("apt-get -q update; cd $PREFIX/tmp && apt-get -q download ctags && dpkg --unpack ./ctags*.deb")
    path = standin.prefix / "var/lib/dpkg/status"
    path.write_text(path.read_text().replace("install ok unpacked", f"install {left}"))
    words = [phone.write(UPGRADE)] if command == "apply" else ["--fix"]
    shown = flat(phone.run(command, *words, "--yes"))
    assert ("apt_upgrade:all" if command == "apply" else "dpkg-configure") in shown
    assert phone.ssh("dpkg-query -W -f '${Status}' ctags") == "install ok installed"


def test_a_package_that_vanished_fails_by_itself_with_a_suggestion(start: Start) -> None:
    _, phone = start(aged=())
    playbook = phone.write("- mirror: tuna\n- packages: [which, golang-dlv, gitt]\n")
    shown = flat(phone.run("apply", playbook, "--yes", expect=1))
    assert "the repository has no package golang-dlv; it has: golang" in shown
    assert "the repository has no package gitt; it has: git" in shown
    assert "of this name" not in shown, "before there was an index"
    assert status(phone, "which") == "installed"
    planned = flat(phone.run("plan", phone.write("- packages: [gitt, file]\n"), expect=2))
    assert planned.count("the index that is on the phone has no package of this name") == 1


def provide(standin: StandInPhone, name: str, virtual: str) -> None:
    path = standin.prefix / "var/lib/dpkg/status"
    path.write_text(path.read_text().replace(f"Package: {name}\n", f"Package: {name}\nProvides: {virtual}\n"))


def test_vim_python_of_a_playbook_is_satisfied_by_the_vim_that_provides_it(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [vim]\n"), "--yes")
    provide(standin, "vim", "vim-python, vim-runtime (= 9)")
    phone.run("plan", phone.write("- mirror: tuna\n- packages: [vim-python, vim-runtime, vim]\n"))


def test_vim_python_from_old_days_gives_way_to_vim_once(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n"), "--yes")
    path = standin.prefix / "var/lib/dpkg/status"
    old = "Package: vim-python\nStatus: install ok installed\nVersion: 8.1\nArchitecture: all\nProvides: vim\n"
    path.write_text(path.read_text() + old + "Maintainer: x <x@x>\nDescription: old\n\n")
    (standin.prefix / "var/lib/dpkg/info/vim-python.list").write_text("/.\n")
    playbook = phone.write("- mirror: tuna\n- packages: [vim]\n")
    phone.run("apply", playbook, "--yes")
    assert status(phone, "vim") == "installed"
    phone.run("plan", playbook)


def test_keys_that_are_too_old_are_a_clear_sentence_and_no_other_mirror_is_tried(start: Start) -> None:
    standin, phone = start()
    (standin.prefix / "etc/apt/trusted.gpg.d/stand-in.gpg").unlink()
    shown = flat(phone.run("apply", phone.write(UPGRADE), "--yes", expect=1))
    assert "package keys (termux-keyring) are too old" in shown and "reinstall the Termux app" in shown
    assert not any("bfsu" in line for line in standin.access_log())


WORDS = {
    "a clock that is behind": (
        "E: Release file for https://x/dists/stable/InRelease is not valid yet (invalid for another 1h 56min 3s).",
        "The phone's clock is wrong",
    ),
    "no room": ("E: You don't have enough free space in /data/data/com.termux/cache/apt/archives/.", "no room left"),
    "a key that is gone": (
        "W: GPG error: https://x stable InRelease: The following signatures couldn't be verified because the public"
        " key is not available: NO_PUBKEY 5A897D96E57CF20C",
        "keys (termux-keyring) are too old",
    ),
    "a lock": (
        "E: Could not get lock /x/lists/lock. It is held by process 1 (apt)",
        "Another apt is at work on the phone: process 1 (",
    ),
    "a method that dies": ("E: Method https has died unexpectedly!", "does not start on this phone"),
    "libraries that do not fit": ("E: Unable to correct problems, you have held broken packages.", "held broken"),
    "a sync that is under way": (
        "E: Failed to fetch https://x/p.deb  File has unexpected size (5 != 7). Mirror sync in progress? [IP: 1]",
        "",
    ),
    "a page to log in on": (
        "E: Failed to fetch https://x/InRelease  Clearsigned file isn't valid, got 'NOSPLIT' (does the network"
        " require authentication?)",
        "",
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_apts_own_words_are_understood_and_quoted(case: str, tmp_path: Path) -> None:
    words, sentence = WORDS[case]
    (tmp_path / "said").write_text(f"Hit:1 https://x\n{words}\nE: Some index files failed to download.\n")
    script = f"set -eu\nR={tmp_path} PREFIX={tmp_path}\n" + device_script("mirror.sh") + device_script("apt.sh")
    judge = script + 'if apt_judge; then echo "mirror: $why"; fi\n'
    said = subprocess.run(["sh", "-s"], input=judge, capture_output=True, text=True, check=True).stdout
    if sentence:
        assert sentence in said and "mirror: " not in said
    else:
        assert said == f"mirror: {words.removeprefix('E: ').removesuffix('.')}\n"
