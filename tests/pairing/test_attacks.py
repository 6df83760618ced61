"""Each attack on a pairing, between the real program and the real script on a phone.

The attacker sits in the Wi-Fi: whatever travels may be read, altered, kept and said again. A false ``curl`` on the
phone does that to its bytes, which is the same as a false router, but for the router.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioner.pairing.report import fingerprint_groups
from provisioner.transport.hostkeys import HostKey
from tests.pairing.conftest import CURL, HEAR, completes, false_router, heard, keys, place_in, put_honest, stopped
from tests.support.laptop import LAPTOP, PHONE, Laptop, ended, line_of, paste
from tests.support.sshd import keygen

SH = "#!/data/data/com.termux/files/usr/bin/sh"
ONE_BYTE = "printf x | dd of=.h bs=1 seek=9 conv=notrunc status=none"
POST = ("-s", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary")


@pytest.mark.parametrize("change", ["sed -i 's/umask 77/umask 07/' .h", "echo id >>.h", ONE_BYTE])
def test_a_script_that_was_altered_on_the_way_is_not_run(met: Laptop, change: str) -> None:
    pairing = met.start("pair")
    line = line_of(pairing)
    false_router(met.phone, script=change)
    assert paste(met.phone, line).strip() == "no"
    assert keys(met.phone) == ""
    completes(met, pairing, line)


def test_a_code_that_is_wrong_changes_nothing_on_the_phone(met: Laptop) -> None:
    pairing = met.start("pair")
    line = line_of(pairing)
    wrong = re.sub(r"T=(.)", lambda found: "T=" + ("b" if found[1] == "a" else "a"), line)
    assert "does not take this code" in paste(met.phone, wrong)
    assert keys(met.phone) == ""
    completes(met, pairing, line)


def test_five_wrong_codes_end_the_pairing(met: Laptop) -> None:
    pairing = met.start("pair")
    line = line_of(pairing)
    wrong = re.sub("T=[^ ]*", "T=AAAAAAAAAAAAAAAAAAAAAA", line)
    for _ in range(5):
        assert "Nothing was changed" in paste(met.phone, wrong)
    assert "5 messages came that were not made with this code" in ended(pairing, 4)
    assert paste(met.phone, line).rstrip().endswith("no")
    assert (keys(met.phone), met.hosts) == ("", "")


def test_a_code_that_is_too_old_opens_nothing(met: Laptop) -> None:
    pairing = met.start("pair", "--minutes", "0.01")
    line = line_of(pairing)
    assert "no phone has come, and the code is dead" in ended(pairing, 4)
    assert paste(met.phone, line).rstrip().endswith("no")
    assert (keys(met.phone), met.hosts) == ("", "")


def test_a_code_that_was_used_is_dead(met: Laptop) -> None:
    pairing = met.start("pair")
    line = line_of(pairing)
    completes(met, pairing, line)
    before = met.hosts
    assert paste(met.phone, line).rstrip().endswith("no")
    assert met.hosts == before


def test_a_host_key_that_was_exchanged_in_the_report_is_refused(met: Laptop, tmp_path: Path) -> None:
    theirs = " ".join(keygen(tmp_path / "theirs").with_suffix(".pub").read_text().split()[:2])
    change = f"s|^host_key=.*|host_key={theirs}|"
    false_router(met.phone, message=f"body=$(printf %s \"$body\" | sed '{change}')")
    pairing = met.start("pair")
    shown = paste(met.phone, line_of(pairing))
    groups = fingerprint_groups(HostKey.parse(met.phone.host_key))
    assert "did not answer" in shown and groups in shown
    assert met.hosts == ""
    assert "does not count: its MAC is not made with this code" in stopped(pairing)


def test_what_was_heard_of_one_pairing_is_worth_nothing_in_the_next(met: Laptop) -> None:
    false_router(met.phone, message=HEAR)
    first = met.start("pair")
    paste(met.phone, line_of(first))
    ended(first)
    begin, report = heard(met.phone)
    assert "1 begin" in begin and "1 report" in report
    second = met.start("pair", "again")
    line = line_of(second)
    for message in (begin, report):
        assert met.phone.inside(CURL, *POST, message, f"http://{place_in(line)}/report").stdout == "403"
    completes(met, second, line)


def test_a_message_said_again_from_another_place_is_refused(met: Laptop) -> None:
    """By somebody in the same Wi-Fi who has heard the phone begin, and has kept that from the laptop."""
    false_router(met.phone, message=f"{HEAR}; exit 7")
    pairing = met.start("pair")
    line = line_of(pairing)
    paste(met.phone, line)
    (begin,) = heard(met.phone)
    assert met.command("curl", *POST, begin, f"http://{place_in(line)}/report").stdout == "403"
    completes(met, pairing, line)


def test_an_answer_that_is_not_the_laptops_is_no_yes(met: Laptop) -> None:
    """Somebody who says 200 OK to everything does not make the phone believe that it was paired."""
    false_router(met.phone, message="case $body in *'1 report'*) echo paired; exit 0 ;; esac")
    pairing = met.start("pair")
    assert "did not answer" in paste(met.phone, line_of(pairing))
    stopped(pairing)


LISTENS = """
import socket, sys
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((sys.argv[1], 0))
sys.stdout.buffer.write(b"ready")
while True:
    sys.stdout.buffer.flush()
    sys.stdout.buffer.write(wire.recv(1 << 16))
"""


def test_whoever_hears_everything_learns_neither_the_code_nor_a_private_key(met: Laptop, tmp_path: Path) -> None:
    wire = tmp_path / "wire"
    with wire.open("wb") as file:
        listening = subprocess.Popen(met.words(sys.executable, "-c", LISTENS, "wlp2s0"), stdout=file)
    try:
        while b"ready" not in wire.read_bytes():
            assert listening.poll() is None
            time.sleep(0.01)
        pairing = met.start("pair")
        line = line_of(pairing)
        completes(met, pairing, line)
    finally:
        listening.kill()
        listening.wait()
    data = wire.read_bytes()
    token = line.partition("T=")[2].split()[0].encode()
    assert b"POST /report" in data and b"hello-termux 1 report" in data
    assert token not in data and b"PRIVATE KEY" not in data


def test_the_code_is_in_no_process_list_no_trace_and_no_file(met: Laptop) -> None:
    listing = met.phone.home / "listing"
    spy = met.phone.prefix / "bin/ifconfig"
    real = spy.readlink()
    spy.unlink()
    looks = 'cat /proc/[0-9]*/cmdline | tr "\\0" " " >"$HOME/listing"\nenv >>"$HOME/listing"'
    spy.write_text(f'{SH}\n{looks}\nexec {real} "$@"\n')
    spy.chmod(0o700)
    pairing = met.start("pair", "--debug")
    line = line_of(pairing)
    token = line.partition("T=")[2].split()[0]
    words = Path(f"/proc/{pairing.pid}/cmdline").read_text() + Path(f"/proc/{pairing.pid}/environ").read_text()
    done = met.phone.inside("/data/data/com.termux/files/usr/bin/bash", "-s", input=line + "\n")
    said = ended(pairing)
    seen = listing.read_text()
    listing.unlink()
    spy.unlink()
    spy.symlink_to(real)
    assert "Paired with" in done.stdout and "ifconfig" in seen and token not in seen
    assert token not in words and token not in said
    assert token not in "".join(path.read_text() for path in met.config.rglob("*") if path.is_file())
    assert not (met.phone.home / ".h").exists()


def test_no_private_key_is_on_the_phone_and_no_password_was_made(met: Laptop) -> None:
    pairing = met.start("pair")
    completes(met, pairing, line_of(pairing))
    private = met.config / "id_ed25519"
    assert private.stat().st_mode & 0o777 == 0o600
    secret = private.read_text().splitlines()[2]
    assert met.phone.inside("/debian/bin/grep", "-rlF", secret, "/data/data/com.termux/files").stdout == ""
    assert not (met.phone.home / ".termux_authinfo").exists()


def test_an_old_sshd_config_that_reads_no_drop_ins_takes_no_passwords_either(met: Laptop) -> None:
    config = met.phone.prefix / "etc/ssh/sshd_config"
    packaged = config.read_bytes()
    old = b"# mine\nPasswordAuthentication yes\n" + packaged.partition(b"sshd_config.d/*.conf\n")[2]
    config.write_bytes(old)
    try:
        for _ in range(2):
            pairing = met.start("pair", "pixel")
            paste(met.phone, line_of(pairing))
            assert "takes no passwords any more" in ended(pairing)
        kept = config.with_name("sshd_config.before-pair")
        assert kept.read_bytes() == old and config.read_bytes().partition(b"\n")[2] == old
        kept.unlink()
    finally:
        config.write_bytes(packaged)


def test_the_listener_is_on_the_one_address_and_gone_afterwards(met: Laptop) -> None:
    pairing = met.start("pair")
    line = line_of(pairing)
    port = place_in(line).partition(":")[2]
    assert met.command("curl", "-s", f"http://127.0.0.1:{port}/s", check=False).returncode == 7
    completes(met, pairing, line)
    assert met.command("curl", "-s", f"http://{LAPTOP}:{port}/s", check=False).returncode == 7


def test_a_phone_that_shows_another_key_later_is_refused(met: Laptop) -> None:
    pairing = met.start("pair", "pixel")
    completes(met, pairing, line_of(pairing))
    path = met.config / "hosts.toml"
    path.write_text(path.read_text().replace("AAAAC3NzaC1lZDI1NTE5AAAAI", "AAAAC3NzaC1lZDI1NTE5AAAAJ"))
    assert "has changed" in met.run("plan", "minimal", expect=5)


def test_unpair_takes_exactly_the_line_that_pair_wrote(met: Laptop) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOx2ExRv3bbQ90jq6FRUjVBzz635B2DaRQkzgfN9Ux69 a friend\n# mine"
    (met.phone.home / ".ssh/authorized_keys").write_text(other)  # no newline at its end
    pairing = met.start("pair", "pixel")
    completes(met, pairing, line_of(pairing))
    *before, ours = keys(met.phone).splitlines()
    assert before == other.splitlines()
    assert re.fullmatch(r"ssh-ed25519 \S+ hello-termux@\S+ \d{4}-\d\d-\d\d", ours)
    met.run("unpair", "pixel", "--yes")
    assert keys(met.phone) == other + "\n" and "[hosts.pixel]" not in met.hosts


def test_no_way_back_ends_with_groups_to_compare_and_the_laptop_goes_there(met: Laptop) -> None:
    """A firewall comes up on the laptop while the phone is at work."""
    false_router(met.phone, message="case $body in *'1 report'*) exit 7 ;; esac")
    pairing = met.start("pair")
    shown = paste(met.phone, line_of(pairing))
    assert "did not answer. Type there: hello-termux pair --host ADDRESS" in shown
    groups = shown.rstrip().splitlines()[-1].strip()
    assert f"The phone is at {PHONE} and has begun" in stopped(pairing)
    assert met.hosts == ""
    wrong = met.run("pair", "pixel", "--host", PHONE, "--host-key", f"00000{groups[5:]}", expect=5)
    assert "is not known yet" in wrong and met.hosts == ""
    assert "is not known yet" in met.run("pair", "pixel", "--host", PHONE, expect=5)
    assert "paired: pixel (" in met.run("pair", "pixel", "--host", PHONE, "--host-key", groups)
    assert met.phone.host_key in met.hosts


def test_a_phone_that_cannot_come_gets_a_line_that_needs_nothing_from_here(met: Laptop) -> None:
    said = met.run("pair", "--host", PHONE, expect=5)
    assert "is not known yet" in said
    groups = fingerprint_groups(HostKey.parse(met.phone.host_key))
    said = met.run("pair", "--host", PHONE, "--host-key", groups, expect=4)
    line = next(line for line in said.splitlines() if "apt-get update" in line)
    for _ in range(2):
        assert paste(met.phone, line).rstrip().endswith(groups)
    assert keys(met.phone).count("ssh-ed25519") == 1
    assert "paired: " in met.run("pair", "--host", PHONE, "--host-key", groups)
    put_honest(met.phone)
