"""A phone gets its name: the one it has, else the one that was wished for, else that of its model."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from provisioner import inventory
from provisioner.pairing.enter import Entered, Met, enter, slug
from provisioner.pairing.key import OwnKey
from provisioner.transport.hostkeys import HostKey

ONE = HostKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOx2ExRv3bbQ90jq6FRUjVBzz635B2DaRQkzgfN9Ux69")
OTHER = HostKey.parse("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEuFAOnffa9HKfGK9CPefM07ddYo1mAULnMSEiSbLYIs")


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnKey:
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(tmp_path))
    return OwnKey(tmp_path / "id_ed25519", "ssh-ed25519", "AAAA", "hello-termux@laptop 2026-11-25")


def met(key: HostKey = ONE, address: str = "192.168.1.7", port: int = 8022) -> Met:
    return Met(address, port, key, "Redmi Note 12")


def hosts(key: OwnKey) -> dict[str, dict[str, object]]:
    return dict(tomllib.loads((key.path.parent / "hosts.toml").read_text())["hosts"])


def test_the_entry_has_all_that_a_login_needs(key: OwnKey) -> None:
    assert enter(inventory.load(), met(), key) == Entered("redmi-note-12")
    wanted = {"address": "192.168.1.7", "identity": str(key.path), "host_key": ONE.line}
    assert hosts(key) == {"redmi-note-12": wanted}
    target = inventory.resolve(inventory.load(), "redmi-note-12")
    assert (target.place, target.pins, target.identity) == ("192.168.1.7:8022", (ONE.line,), key.path)


def test_a_phone_that_is_known_keeps_its_name_and_gets_its_new_address(key: OwnKey) -> None:
    enter(inventory.load(), met(), key, "pixel")
    path = key.path.parent / "hosts.toml"
    path.write_text(path.read_text() + '# mine\nvars = {email = "me@example.org"}\n')
    assert enter(inventory.load(), met(address="192.168.1.9", port=8122), key) == Entered("pixel", known=True)
    assert list(hosts(key)) == ["pixel"] and hosts(key)["pixel"]["address"] == "192.168.1.9"
    assert hosts(key)["pixel"]["port"] == 8122 and hosts(key)["pixel"]["vars"] == {"email": "me@example.org"}
    assert hosts(key)["pixel"]["last_known"] == ["192.168.1.7"] and "# mine" in path.read_text()


def test_a_phone_that_is_known_takes_the_name_that_is_wished_for(key: OwnKey) -> None:
    enter(inventory.load(), met(), key, "old")
    assert enter(inventory.load(), met(), key, "new") == Entered("new", known=True)
    assert list(hosts(key)) == ["new"]


def test_an_entry_beside_a_playbook_stays_there(key: OwnKey, tmp_path: Path) -> None:
    beside = tmp_path / "project/hosts.toml"
    beside.parent.mkdir()
    beside.write_text(f'[hosts.old]\naddress = "192.168.1.5"\nhost_key = "{ONE.line}"\n')
    assert enter(inventory.load(beside.parent), met(), key, "new") == Entered("new", known=True)
    found = tomllib.loads(beside.read_text())["hosts"]
    assert list(found) == ["new"] and found["new"]["identity"] == str(key.path)
    assert not (tmp_path / "hosts.toml").exists()


def test_another_phone_of_the_same_name_stays_what_it_is(key: OwnKey) -> None:
    enter(inventory.load(), met(), key, "pixel")
    assert enter(inventory.load(), met(OTHER, "192.168.1.8"), key, "pixel") == Entered("pixel-2", taken="pixel")
    assert hosts(key)["pixel"]["host_key"] == ONE.line and hosts(key)["pixel-2"]["host_key"] == OTHER.line
    assert enter(inventory.load(), met(OTHER, "192.168.1.8"), key, "pixel") == Entered("pixel-2", True, "pixel")


def test_a_port_that_is_the_usual_one_again_is_written_too(key: OwnKey) -> None:
    enter(inventory.load(), met(port=8122), key)
    enter(inventory.load(), met(), key)
    assert inventory.resolve(inventory.load(), None).port == 8022


@pytest.mark.parametrize(
    ("model", "name"),
    [("Redmi Note 12", "redmi-note-12"), ("Pixel 7a", "pixel-7a"), ("小米", "phone"), ("", "phone"),
     ("2201117TG", "phone"), ("../../x", "x"), ("-H evil", "h-evil")],
)  # fmt: skip
def test_a_model_makes_a_name(model: str, name: str) -> None:
    assert slug(model) == name
