"""Which phone it is, and whether it is the right one: what is said where it is not, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.field.conftest import Start, flat
from tests.support.program import Phone
from tests.support.sshd import keygen
from tests.support.wrong_clock import set_back

SH = "#!/data/data/com.termux/files/usr/bin/sh\n"
WHICH = "- packages: [which]\n"


def lying(path: Path, condition: str, answer: str) -> None:
    """A program that says ``answer`` where the phone asks for just that, and else what it would."""
    real = path.readlink()
    path.unlink()
    path.write_text(f'{SH}{condition} && {{ echo {answer}; exit; }}\nexec {real} "$@"\n')
    path.chmod(0o755)


def test_a_strange_key_at_a_known_address_stops_everything_before_a_word(start: Start, tmp_path: Path) -> None:
    standin, phone = start()
    before = phone.tree()
    strange = keygen(tmp_path / "strange").with_suffix(".pub").read_text().split()[:2]
    hosts = phone.config / "hosts.toml"
    hosts.write_text(hosts.read_text().replace(standin.host_key, " ".join(strange)))
    for command in ("plan", "apply", "doctor"):
        words = [command, *(["--yes"] if command == "apply" else [])]
        said = flat(phone.run(*words, expect=5))
        assert "has changed" in said and "reinstalled" in said and "--rekey" in said
    assert phone.tree() == before


def test_another_phone_of_yours_at_the_old_address_is_named_and_never_written_to(start: Start, tmp_path: Path) -> None:
    standin, phone = start()
    before = phone.tree()
    strange = keygen(tmp_path / "strange").with_suffix(".pub").read_text().split()[:2]
    (phone.config / "hosts.toml").write_text(
        f'[hosts.old]\naddress = "127.0.0.1"\nport = {standin.port}\nhost_key = "{" ".join(strange)}"\n'
        f'[hosts.tablet]\naddress = "192.0.2.7"\nhost_key = "{standin.host_key}"\n'
    )
    phone = Phone("old", phone.identity, phone.config)
    assert "has changed" in flat(phone.run("apply", "--yes", expect=5))
    (found,) = json.loads(phone.run("doctor", "--json", expect=5))["findings"]
    assert found["name"] == "address_moved" and found["symptom"].endswith("that is tablet's")
    assert Phone(f"127.0.0.1:{standin.port}", phone.identity, phone.config).tree() == before


def test_a_play_store_build_is_named_and_keeps_its_archive_while_the_rest_is_planned(start: Start) -> None:
    _, phone = start(variant="play")
    facts = json.loads(phone.run("hosts", "--facts", "--json"))
    assert (facts["origin"], facts["termux_version"]) == ("play", "googleplay.2026.06.21")
    said = flat(phone.run("plan", phone.write("- mirror: tuna\n- directory: ~/src\n"), expect=2))
    assert "refused" in said and "directory:~/src" in said
    told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json"))["findings"]}
    assert told["build"]["grade"] == "note" and "Play Store" in told["build"]["symptom"]
    assert told["mirror_pinned"]["grade"] == "ok"


def test_pacman_is_named_and_nothing_is_changed(start: Start) -> None:
    _, phone = start(variant="pacman")
    before = phone.tree()
    said = flat(phone.run("doctor", "--fix", "--yes", expect=1))
    assert "manages packages with pacman, which hello-termux does not support" in said
    assert json.loads(phone.run("hosts", "--facts", "--json"))["package_manager"] == "pacman"
    assert phone.tree() == before


def test_a_session_without_any_of_termuxs_variables_is_no_hindrance(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("PREFIX", "LANG", "TMPDIR", "LD_PRELOAD"), "")
    options = Options(aged=(), variables={"HELLO_TERMUX_PATIENCE": "1", **nothing, "PATH": "/system/bin"})
    with StandInPhone.start(tmp_path / "phone", options=options) as standin:
        phone = Phone.of(standin, tmp_path)
        phone.run("apply", phone.write("- mirror: tuna\n- packages: [which]\n- directory: ~/src\n"), "--yes")
        told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json"))["findings"]}
        assert told["locale"]["grade"] == "warning"
        assert told["path_order"]["said"].startswith("PATH=/system/bin")


@pytest.mark.parametrize(("arch", "left_out"), [("arm", True), ("i686", True), ("aarch64", False)])
def test_a_32_bit_phone_gets_no_delve_and_is_told_so(start: Start, arch: str, left_out: bool) -> None:
    standin, phone = start()
    (standin.folder / "phone/system/etc/architecture").write_text(f"{arch}\n")
    said = flat(phone.run("plan", phone.write("- golang: {tools: [gopls, delve]}\n"), expect=2))
    assert (f"there is no delve for {arch}" in said) == left_out
    assert ("+ package:delve" in said) != left_out and "+ package:gopls" in said


def test_too_little_room_is_told_with_both_numbers_before_anything_is_fetched(start: Start) -> None:
    standin, phone = start(aged=())
    phone.ssh("apt-get -q update")
    lying(standin.prefix / "bin/stat", '[ "$1" = -f ]', "df=36000.4096")
    asked = standin.access_log()
    playbook = phone.write(WHICH)
    assert "Only 147 MB are free on the phone, and the packages need about 200 MB" in flat(
        phone.run("plan", playbook, expect=2)
    )
    phone.run("apply", playbook, "--yes", expect=1)
    assert standin.access_log() == asked
    told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json", expect=1))["findings"]}
    assert told["space"]["symptom"] == "only 147 MB are free" and told["space"]["grade"] == "error"


def test_a_clock_two_days_slow_is_told_by_doctor_too(start: Start) -> None:
    standin, phone = start()
    set_back(standin.prefix, 200000)
    said = flat(phone.run("doctor", expect=1))
    assert "the phone's clock is 2 days behind" in said and "cannot be set from Termux" in said


@pytest.mark.parametrize("columns", ["", "--json"])
def test_facts_are_all_there(start: Start, columns: str) -> None:
    _, phone = start()
    shown = phone.run("hosts", "--facts", *([columns] if columns else []))
    for word in ("x86_64", "1.46.0+really1.45.0-1", "OpenSSH", "SHA256:", "bash", "0.118.3"):
        assert word in shown
    if columns:
        facts = json.loads(shown)
        assert facts["free_mb"] > 0 and facts["memory_mb"] > 0 and facts["clock"] > 0 and facts["boot"]
        told = "arch origin termux_version android_release package_manager login_shell tools_version server device"
        assert all(facts[name] for name in told.split()) and facts["android_api"] > 0
    else:
        assert "F-Droid" in shown and "Android" in shown
