"""The whole protocol: the real program on the laptop's side, the real line in the phone's own bash, sh and curl."""

from __future__ import annotations

import json
import tomllib

from provisioner.tasks.mirror import KNOWN
from tests.pairing.conftest import Meet
from tests.support.laptop import PHONE, ended, line_of, paste

NO_PASSWORDS = "passwordauthentication no"


def test_a_fresh_phone_is_paired_by_one_line_and_planned_at_once(meet: Meet) -> None:
    laptop = meet()
    pairing = laptop.start("pair", "pixel")
    shown = paste(laptop.phone, line_of(pairing))
    said = ended(pairing)
    assert "* Paired with" in shown.splitlines()[-1]
    assert f"{PHONE} has fetched the script" in said and "Next: hello-termux plan -H pixel" in said
    assert "paired: pixel (" in said and "F-Droid 0.118.3)" in said
    entry = tomllib.loads(laptop.hosts)["hosts"]["pixel"]
    assert (entry["address"], entry["host_key"]) == (PHONE, laptop.phone.host_key)
    assert "Plan:" in laptop.run("plan", "minimal", expect=2)


def test_what_is_on_the_phone_afterwards(meet: Meet) -> None:
    laptop = meet()
    home, files_before = laptop.phone.home, {path.name for path in laptop.phone.home.iterdir()}
    etc = laptop.phone.prefix / "etc"
    sources = (etc / "apt/sources.list").read_bytes()
    pairing = laptop.start("pair", "--mirror", "tuna")
    paste(laptop.phone, line_of(pairing))
    ended(pairing)
    assert (etc / "apt/sources.list").read_text() == f"deb {KNOWN['tuna'].main} stable main\n"
    assert (etc / "apt/sources.list.before-pair").read_bytes() == sources
    assert str((etc / "termux/chosen_mirrors").readlink()).endswith(KNOWN["tuna"].file)
    public = (laptop.config / "id_ed25519.pub").read_text()
    assert (home / ".ssh/authorized_keys").read_text() == public
    assert (home / ".ssh").stat().st_mode & 0o777 == 0o700
    assert (home / ".ssh/authorized_keys").stat().st_mode & 0o777 == 0o600
    assert {path.name for path in home.iterdir()} - files_before - {"storage"} == {".ssh"}
    assert NO_PASSWORDS in laptop.phone.inside("/debian/bin/env", "sshd", "-T").stdout.lower()
    asked = " ".join(laptop.phone.asked_of_android())
    assert "storage" in asked and "service_wake_lock" in asked


def test_for_programs_the_line_and_the_phone_are_records(meet: Meet) -> None:
    laptop = meet()
    pairing = laptop.start("pair", "--json")
    assert pairing.stdout
    text = ""
    while not text.rstrip().endswith("}"):
        text += pairing.stdout.readline()
    record = json.loads(text)
    assert record["type"] == "pairing"
    paste(laptop.phone, record["line"])
    paired = json.loads(ended(pairing))
    assert (paired["type"], paired["address"], paired["port"]) == ("paired", PHONE, 8022)


def test_pairing_again_changes_neither_the_packages_nor_the_number_of_keys(meet: Meet) -> None:
    laptop = meet()
    for name in ("pixel", ""):
        pairing = laptop.start("pair", *([name] if name else []))
        shown = paste(laptop.phone, line_of(pairing))
        assert "paired: pixel (" in ended(pairing)
    assert "1/3" not in shown
    assert (laptop.phone.home / ".ssh/authorized_keys").read_text().count("ssh-ed25519") == 1
    assert laptop.hosts.count("[hosts.") == 1
