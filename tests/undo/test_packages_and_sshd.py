"""Packages go only where nothing else needs them; sshd's settings go back as they came: tried and proved."""

from __future__ import annotations

from provisioner.facts.needed import NeededFact
from provisioner.rehearsal import StandInPhone
from tests.support.program import Phone
from tests.undo.playbooks import file, write


def installed(phone: Phone) -> set[str]:
    told = phone.ssh("dpkg-query -W -f '${Package} ${db:Status-Status}\\n'")
    return {line.split()[0] for line in told.splitlines() if line.endswith(" installed")}


def test_packages_stay_unless_they_are_named_and_come_again(phone: Phone) -> None:
    phone.run("apply", write(phone, {"mirror": "tuna"}, {"upgrade": "full"}), "--yes", expect=(0, 1))
    before = installed(phone)
    phone.run("apply", write(phone, {"packages": ["tmux", "ctags"]}), "--yes")
    applied = installed(phone)
    assert {"tmux", "ctags"} <= applied - before
    assert "stay installed; --packages removes" in " ".join(phone.run("undo", "--yes").split())
    assert installed(phone) == applied
    run = phone.run("log", "--list").split("\n")[1].split()[0]
    shown = " ".join(phone.run("undo", run, "--packages", "--yes").split())
    assert f"removes exactly these {len(applied - before)} packages" in shown
    assert installed(phone) == before
    phone.run("undo", "--packages", "--yes")
    assert installed(phone) == applied


def test_a_package_that_another_needs_is_left(phone: Phone) -> None:
    phone.ssh("apt-get -y -q remove tmux ctags </dev/null >/dev/null")
    phone.run("apply", write(phone, {"packages": ["zsh", "tmux"]}), "--yes", expect=(0, 1))
    phone.run("undo", "--packages", "--only", "package:tmux", "--yes")
    assert "tmux" not in installed(phone)


def test_who_needs_whom_is_read_from_what_dpkg_says() -> None:
    fact = NeededFact(("lib", "tool", "extra", "core"))
    lines = (
        "installed\ttool\tno\tlib (>= 1), sh | dash, \t",
        "installed\tlib\tno\t, \tvirtual-lib",
        "installed\textra\tno\ttool, \t",
        "installed\tcore\tyes\t, \t",
        "installed\tmine\tno\tvirtual-lib, \t",
    )
    needed = NeededFact.parse([fact], "\n".join(lines).encode())[fact]
    assert needed == {"lib": "mine", "core": "core"}


def test_settings_of_sshd_go_back_once_a_second_login_has_worked(phone: Phone, standin: StandInPhone) -> None:
    folder = standin.prefix / "etc/ssh"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    phone.run("apply", write(phone, {"sshd_config": {"settings": {"MaxAuthTries": "5"}}}), "--yes")
    assert "maxauthtries 5" in phone.ssh("sshd -T 2>/dev/null | grep -i maxauthtries")
    applied = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shown = " ".join(phone.run("undo", "--yes").split())
    assert "proved by a second login" in shown
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert "maxauthtries 6" in phone.ssh("sshd -T 2>/dev/null | grep -i maxauthtries")
    phone.run("undo", "--yes")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == applied


def test_a_file_of_ones_own_beside_sshds_settings_goes_too(phone: Phone, standin: StandInPhone) -> None:
    """It is in the folder of the drop-ins, and no change to sshd_config came with it."""
    mine = "$PREFIX/etc/ssh/sshd_config.d/90-mine.conf"
    phone.run("apply", write(phone, file(mine, "# mine\n")), "--yes")
    assert phone.ssh(f"cat {mine}") == "# mine\n"
    assert "90-mine.conf" in phone.run("undo", "--yes")
    assert phone.ssh(f"ls {mine} 2>/dev/null", check=False) == ""


def test_two_drop_ins_of_one_run_go_back_both(phone: Phone, standin: StandInPhone) -> None:
    folder = standin.prefix / "etc/ssh"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    one, two = {"ClientAliveCountMax": "4"}, {"MaxSessions": "7"}
    settings = [{"sshd_config": {"name": name, "settings": each}} for name, each in (("one", one), ("two", two))]
    phone.run("apply", write(phone, *settings), "--yes")
    assert "maxsessions 7" in phone.ssh("sshd -T 2>/dev/null | grep -i maxsessions")
    shown = " ".join(phone.run("undo", "--yes").split())
    assert shown.count("proved by a second login") == 2
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
