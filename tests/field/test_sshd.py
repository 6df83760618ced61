"""sshd, by which we come: changed, upgraded, handed over to a service, and nobody is ever locked out."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.field.conftest import Start, flat
from tests.support.program import Phone

SH = "#!/data/data/com.termux/files/usr/bin/sh\n"
SERVICE = "- mirror: tuna\n- openssh: {autostart: service}\n"
NO_PASSWORDS = "- openssh: {password_login: false}\n"
DROP_IN = "etc/ssh/sshd_config.d"


@contextmanager
def somebody_is_logged_in(standin: StandInPhone) -> Iterator[subprocess.Popen[bytes]]:
    """Another session, which has to be there still at the end."""
    session = subprocess.Popen([*standin.ssh, "echo in; cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert session.stdin and session.stdout and session.stdout.readline() == b"in\n"
    try:
        yield session
        session.stdin.write(b"still here\n")
        session.stdin.flush()
        assert session.stdout.readline() == b"still here\n"
    finally:
        session.kill()
        session.wait()


def watched_over(phone: Phone) -> str:
    """What sv says of sshd."""
    return phone.ssh("SVDIR=$PREFIX/var/service sv status sshd 2>&1", check=False)


def failed(phone: Phone, playbook: str) -> str:
    """What an apply says that must fail, after which one gets in as before."""
    said = flat(phone.run("apply", playbook, "--yes", "-v", expect=1))
    phone.ssh("true")
    return said


# ---- as a service


def test_a_service_is_wanted_while_runsvdir_is_down_and_sshd_was_started_by_hand(start: Start) -> None:
    standin, phone = start(aged=())
    playbook = phone.write(SERVICE)
    with somebody_is_logged_in(standin):
        phone.run("apply", playbook, "--yes")
        assert watched_over(phone).startswith("run: sshd: (pid ")
    log = phone.ssh("cat $PREFIX/var/log/sv/sshd/current")
    assert log.count("Address already in use") <= 8, "two sshd fight for the port"
    phone.run("plan", playbook)
    assert "run: sshd" in flat(phone.run("verify", playbook))

    # Android ends whom it likes: those that watch, and not sshd, which is one "by hand" now.
    phone.ssh("for p in /proc/[0-9]*; do case $(cat $p/comm) in runsv*) kill -9 ${p#/proc/} ;; esac; done; true")
    said = flat(phone.run("plan", playbook, expect=2))
    assert "service:sshd" in said and "running no → yes" in said
    with somebody_is_logged_in(standin):
        phone.run("apply", playbook, "--yes")
    assert watched_over(phone).startswith("run: sshd: (pid ")
    phone.run("plan", playbook)


def test_a_service_whose_sshd_lets_nobody_in_is_taken_back(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [termux-services]\n"), "--yes")
    (standin.prefix / "var/service/sshd/run").write_text(f"{SH}exec sshd -D -e -o AllowUsers=nobody 2>&1\n")
    with somebody_is_logged_in(standin):
        said = failed(phone, phone.write("- service: sshd\n"))
    assert "the sshd of the service takes no login, so it is off again" in said
    assert (standin.prefix / "var/service/sshd/down").exists() and watched_over(phone).startswith("down: sshd")


def test_a_service_whose_sshd_does_not_start_is_taken_back(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [termux-services]\n"), "--yes")
    (standin.prefix / "var/service/sshd/run").write_text(f"{SH}echo cannot >&2\nexit 1\n")
    with somebody_is_logged_in(standin):
        assert "it is off again" in failed(phone, phone.write("- service: sshd\n"))


def test_a_service_is_not_begun_where_sshd_would_not_start(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [termux-services]\n"), "--yes")
    phone.ssh(f"mkdir -p $PREFIX/{DROP_IN}; echo 'Bogus yes' >$PREFIX/{DROP_IN}/99.conf")
    said = failed(phone, phone.write("- service: sshd\n"))
    assert "sshd would not start, so nothing was changed" in said and "Bogus" in said
    assert (standin.prefix / "var/service/sshd/down").exists()


def test_a_runsvdir_that_does_not_start_is_a_sentence(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [termux-services]\n"), "--yes")
    program = standin.prefix / "bin/runsvdir"
    program.unlink()
    program.write_text(f"{SH}exit 1\n")
    program.chmod(0o700)
    said = failed(phone, phone.write("- service: sshd\n"))
    assert "nobody watches over the services" in said and "unable to open supervise/ok" in said


@pytest.mark.parametrize(("does", "code"), [("exec sleep 1000", 0), ("echo no >&2; exit 1", 1)], ids=["stays", "dies"])
def test_a_service_of_ones_own_is_started_and_seen_to_stay_up(start: Start, does: str, code: int) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [termux-services]\n"), "--yes")
    folder = standin.prefix / "var/service/own"
    folder.mkdir(mode=0o700)
    (folder / "run").write_text(f"{SH}{does}\n")
    (folder / "run").chmod(0o700)
    said = flat(phone.run("apply", phone.write("- service: own\n"), "--yes", expect=code))
    assert ("it does not stay up" in said) == bool(code)


# ---- another configuration, tried beside the old one


def test_a_new_configuration_counts_once_a_second_login_has_worked(start: Start) -> None:
    standin, phone = start(aged=())
    with somebody_is_logged_in(standin):
        phone.run("apply", phone.write(NO_PASSWORDS), "--yes")
    assert "passwordauthentication no" in phone.ssh("$PREFIX/bin/sshd -T")
    phone.run("plan", phone.write(NO_PASSWORDS))


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("00-mine.conf", "PasswordAuthentication yes", "it has no effect: another file in sshd_config.d comes first"),
        ("99-mine.conf", "AllowTcpForwarding no", "sshd allows no tunnels (AllowTcpForwarding)"),
        ("99-mine.conf", "AllowUsers nobody", "the second login did not work, so nothing was changed"),
    ],
    ids=["another file comes first", "no tunnel is allowed", "nobody would be let in"],
)
def test_a_configuration_that_cannot_be_proved_is_taken_back(start: Start, name: str, line: str, says: str) -> None:
    standin, phone = start(aged=())
    folder = standin.prefix / DROP_IN
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).write_text(f"{line}\n")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert says in failed(phone, phone.write(NO_PASSWORDS))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# ---- openssh upgraded under us


def becomes(standin: StandInPhone, sshd: str) -> None:
    """The next upgrade brings an sshd that is this."""
    shutil.copy2(standin.prefix / "bin/sshd", standin.prefix / "tmp/real-sshd")
    new, dpkg = standin.prefix / "tmp/new-sshd", standin.prefix / "bin/dpkg"
    new.write_text(f"{SH}{sshd}")
    new.chmod(0o700)
    head, _, real = dpkg.read_text().rpartition("exec ")
    swap = "cp -p $PREFIX/tmp/new-sshd $PREFIX/bin/new; mv -f $PREFIX/bin/new $PREFIX/bin/sshd"
    dpkg.write_text(f'{head}{real}rc=$?\ncase "$*" in *--unpack*) {swap} ;; esac\nexit $rc\n')


@pytest.mark.parametrize(
    ("sshd", "says"),
    [
        ('echo \'CANNOT LINK EXECUTABLE "sshd": library "libcrypto.so.3" not found\' >&2; exit 1\n', "CANNOT LINK"),
        ('exec "$PREFIX/tmp/real-sshd" -o AllowUsers=nobody "$@"\n', "lets nobody in"),
        ('case "$*" in -t | -T) exit 0 ;; esac\necho "no hostkeys available" >&2; exit 1\n', "no hostkeys available"),
    ],
    ids=["it does not link", "it lets nobody in", "it ends at once"],
)
def test_an_upgrade_to_an_sshd_that_does_not_work_is_told_and_the_old_one_goes_on(
    start: Start, sshd: str, says: str
) -> None:
    standin, phone = start(aged=("openssh",))
    running = Path(standin.prefix / "var/run/sshd.pid").read_text()
    becomes(standin, sshd)
    with somebody_is_logged_in(standin):
        said = failed(phone, phone.write("- mirror: tuna\n- upgrade: full\n"))
    assert says in said and "The sshd that runs was left alone" in said
    assert Path(standin.prefix / "var/run/sshd.pid").read_text() == running
    told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json", expect=(0, 1)))["findings"]}
    assert told["sshd_starts"]["grade"] == ("error" if says == "CANNOT LINK" else "ok")


def test_an_upgrade_to_an_sshd_that_works_is_proved_beside_the_old_one(start: Start) -> None:
    standin, phone = start(aged=("openssh",))
    running = Path(standin.prefix / "var/run/sshd.pid").read_text()
    said = flat(phone.run("apply", phone.write("- mirror: tuna\n- upgrade: full\n"), "--yes", "-v"))
    assert "The laptop is asked to log in at port 80" in said
    assert Path(standin.prefix / "var/run/sshd.pid").read_text() == running
