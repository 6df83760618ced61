"""``-H usb:NAME``: the same phone through the cable, by the stand-in adb server, and known by its pinned host key."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop
from tests.field.conftest import flat
from tests.support import adb_server
from tests.support.adb_server import AdbServer, Phone
from tests.support.sshd import keygen, running
from tests.support.terminal import Terminal


@pytest.fixture
def server(phone: StandInPhone) -> Iterator[AdbServer]:
    """The phone is on the cable; its 8022 is the stand-in's port."""
    with adb_server.running(Phone("R58M", ports={phone.port: phone.port})) as started:
        yield started


@pytest.fixture
def laptop(laptop: Laptop, pixel: StandInPhone, server: AdbServer) -> Laptop:
    """It knows the phone at an address where nobody is any more."""
    text = laptop.hosts.read_text().replace('"127.0.0.1"', '"192.0.2.1"')
    laptop.hosts.write_text(text)
    laptop.environment.update(server.environment)
    return laptop


def test_every_command_goes_through_the_cable(laptop: Laptop, server: AdbServer) -> None:
    assert laptop.run("run", "-H", "usb:pixel", "--", "echo hello") == "hello\n"
    assert laptop.run("run", "-H", "usb:", "--", "echo only one is known") == "only one is known\n"
    (laptop.home / "a").write_text("a")
    laptop.run("copy", "a", "usb:pixel:by-cable")
    assert "OpenSSH" in laptop.run("hosts", "--facts", "-H", "usb:pixel")
    (laptop.home / "p.yml").write_text("- directory: ~/src\n")
    assert "directory:~/src" in laptop.run("plan", "p.yml", "-H", "usb:pixel", expect=2)
    assert not server.forwards, "nothing stays open"
    assert "192.0.2.1" in laptop.hosts.read_text()


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal")
def test_a_shell_too_and_its_forward_is_taken_back(laptop: Laptop, server: AdbServer) -> None:
    at = Terminal(["shell", "usb:pixel"], laptop.home, laptop.environment)
    at.expect("$ ")
    assert len(server.forwards) == 1
    at.type("echo $((6*7)); exit 3\r")
    at.expect("42")
    assert at.ended() == 3 and not server.forwards


def test_of_several_the_one_with_the_pinned_key_is_meant(
    laptop: Laptop, server: AdbServer, phone: StandInPhone
) -> None:
    with running(laptop.home / "sshd") as other:
        server.phones.insert(0, Phone("OTHER", ports={phone.port: other.port}))
        server.phones.insert(0, Phone("NO-SSHD"))
        assert laptop.run("run", "-H", "usb:pixel", "--", "echo hello") == "hello\n"
        assert "Accepted" not in other.log
        said = laptop.run("run", "-H", "usb:pixel", "--", "true", ANDROID_SERIAL="OTHER", expect=5)
        assert "has changed" in said and "usb OTHER" in said


def test_another_phone_on_the_cable_is_not_spoken_to(laptop: Laptop, pixel: StandInPhone) -> None:
    strange = " ".join(keygen(laptop.home / "strange").with_suffix(".pub").read_text().split()[:2])
    laptop.hosts.write_text(laptop.hosts.read_text().replace(pixel.host_key, strange))
    said = flat(laptop.run("run", "-H", "usb:pixel", "--", "touch never", expect=5))
    assert "the host key of pixel (usb R58M) has changed" in said
    assert not (pixel.home / "never").exists()


def test_what_is_wrong_with_the_cable_is_said(laptop: Laptop, server: AdbServer) -> None:
    words = ("run", "-H", "usb:pixel", "--", "true")
    server.phones[0].ports = {}
    said = flat(laptop.run(*words, expect=4))
    assert "nothing listens on port" in said and "type: sshd" in said
    server.phones[0].state = "unauthorized"
    assert "tap Allow" in flat(laptop.run(*words, expect=4))
    server.phones.clear()
    assert "adb sees no phone" in laptop.run(*words, expect=4)
    assert "adb start-server" in laptop.run(*words, ANDROID_ADB_SERVER_PORT="1", expect=4)
    assert "no phone is named tablet" in laptop.run("run", "-H", "usb:tablet", "--", "true", expect=1)
