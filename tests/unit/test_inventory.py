"""hosts.toml: read with the place of every mistake, written so that comments stay, and -H turned into a target."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from provisioner import inventory, places
from provisioner.errors import PlaybookError, UsageError
from provisioner.inventory import Inventory
from provisioner.transport import ssh_config
from provisioner.transport.target import Target

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"
TEXT = f"""\
# my phones
[hosts.pixel]  # the new one
address = "192.168.1.7"
port = 2022
identity = "keys/pixel"
host_key = "{KEY}"
vars = {{email = "me@example.org", jobs = 4}}

[hosts.old]
address = "old.lan"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv(places.CONFIG, str(tmp_path / "config"))
    (tmp_path / "me" / ".ssh").mkdir(parents=True)
    return tmp_path / "me"


@pytest.fixture
def file(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "config" / "hosts.toml"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def test_no_file_is_an_empty_inventory(home: Path) -> None:
    assert list(inventory.load()) == []


def test_the_folder_is_the_platforms_own_unless_given(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(places.CONFIG)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    assert places.config_folder().name == "hello-termux"


def test_read(file: Path) -> None:
    pixel, old = inventory.load()
    assert (pixel.name, pixel.address, pixel.port) == ("pixel", "192.168.1.7", 2022)
    assert pixel.identity == file.parent / "keys/pixel", "relative to the file"
    assert pixel.host_keys == (KEY,)
    assert pixel.vars == {"email": "me@example.org", "jobs": 4}
    assert (pixel.source.line, old.source.line) == (2, 9)


def test_beside_the_playbook_wins_by_name(file: Path, tmp_path: Path) -> None:
    beside = tmp_path / "project"
    beside.mkdir()
    (beside / "hosts.toml").write_text('[hosts.old]\naddress = "10.0.0.9"\n[hosts.new]\naddress = "10.0.0.10"\n')
    found = inventory.load(beside)
    assert [entry.name for entry in found] == ["pixel", "old", "new"]
    assert found.entries["old"].address == "10.0.0.9"
    inventory.pin(found, inventory.resolve(found, "old"), KEY)
    assert KEY in (beside / "hosts.toml").read_text() and file.read_text() == TEXT


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        ("[hosts.a]\naddres = 'x'\n", 2, "unknown key addres in hosts.a", 'did you mean "address"?'),
        ("[hosts.a]\nport = 1\n", 1, "hosts.a has no address", "address ="),
        ("[host.a]\naddress = 'x'\n", 1, "unknown word host", 'did you mean "hosts"?'),
        ("\n[hosts.a]\naddress = 'x'\nport = 70000\n", 4, "70000 is no port", ""),
        ("[hosts.a]\naddress = 'x'\nport = '22'\n", 3, "port must be a number from 1 to 65535, not a text", ""),
        ("[hosts.a]\naddress = 'x'\nport = true\n", 3, "not true or false", ""),
        ("[hosts.a]\naddress = 'x:8022'\n", 2, "'x:8022' is no address", "port ="),
        ("[hosts.a]\naddress = 'x'\nhost_key = 'nonsense'\n", 3, "TYPE and BASE64", ""),
        ("[hosts.a]\naddress = 'x'\nhost_key = 5\n", 3, "host_key must be a text, not a number", ""),
        ("[hosts.a]\naddress = 'x'\nvars = {born = 2020-01-01}\n", 3, "the variable born is a date", "quotes"),
        ("[hosts.a]\naddress = 'x'\n[hosts.a.vars]\nx = 1\n[hosts.b]\n", 5, "hosts.b has no address", ""),
        ("[hosts]\na = 'x'\n", 2, "hosts.a must be a table", "[hosts.a]"),
        ("hosts = 3\n", 1, "hosts must be a table", ""),
        ("[hosts.'a b']\naddress = 'x'\n", 1, "'a b' is no name", ""),
        ("[hosts.a]\naddress = \n", 2, "this is not TOML", ""),
        ("[hosts.a]\naddress = 192.168.1.7\n", 2, "this is not TOML", 'a text stands in quotes: address = "..."'),
        ("[hosts.a]\naddress = 'x'\n[hosts.a]\n", 3, "this is not TOML", ""),
    ],
)
def test_mistakes_have_a_place(file: Path, text: str, line: int, says: str, hint: str) -> None:
    file.write_text(text)
    with pytest.raises(PlaybookError) as caught:
        inventory.load()
    (mistake,) = caught.value.mistakes
    assert says in mistake.summary and hint in mistake.hint
    assert (mistake.source.path, mistake.source.line) == (str(file), line)
    assert mistake.line == text.splitlines()[line - 1]


def test_all_mistakes_of_both_files_at_once(file: Path, tmp_path: Path) -> None:
    file.write_text("[hosts.a]\nport = 0\nidentiy = 1\n")
    (tmp_path / "hosts.toml").write_bytes(b"\xff")
    with pytest.raises(PlaybookError) as caught:
        inventory.load(tmp_path)
    assert len(caught.value.mistakes) == 4


class TestResolve:
    """-H NAME|ADDRESS[:PORT]."""

    def test_name(self, file: Path) -> None:
        target = inventory.resolve(inventory.load(), "pixel")
        assert target == Target(
            name="pixel",
            address="192.168.1.7",
            port=2022,
            identity=file.parent / "keys/pixel",
            pins=(KEY,),
            pinned_in=f"{file}:2:1",
        )
        assert str(target) == "pixel (192.168.1.7:2022)"

    def test_address_of_the_inventory(self, file: Path) -> None:
        found = inventory.load()
        assert inventory.resolve(found, "192.168.1.7:2022").name == "pixel"
        assert inventory.resolve(found, "192.168.1.7").name == "pixel"
        assert inventory.resolve(found, "u0_a123@192.168.1.7") == inventory.resolve(found, "192.168.1.7")
        assert inventory.resolve(found, "u0_a123@pixel") == inventory.resolve(found, "pixel")
        other = inventory.resolve(found, "192.168.1.7:8022")
        assert (other.name, other.port, other.pins) == ("192.168.1.7", 8022, ())

    def test_plain_address(self, home: Path) -> None:
        target = inventory.resolve(inventory.load(), "[fe80::1%wlan0]:9022")
        assert (target.address, target.port, target.user) == ("fe80::1%wlan0", 9022, "termux")
        assert inventory.resolve(inventory.load(), "phone.lan").port == 8022

    def test_the_only_one(self, file: Path) -> None:
        file.write_text('[hosts.one]\naddress = "10.0.0.1"\n')
        assert inventory.resolve(inventory.load(), None).name == "one"

    def test_none_or_several(self, home: Path, file: Path) -> None:
        with pytest.raises(UsageError) as caught:
            inventory.resolve(inventory.load(), None)
        assert "pixel, old" in caught.value.hint
        with pytest.raises(UsageError, match="None is known"):
            inventory.resolve(Inventory({}, file), None)

    @pytest.mark.parametrize("bad", ["", "phone:99999", "me@", "[::1"])
    def test_bad_address(self, home: Path, bad: str) -> None:
        with pytest.raises(UsageError, match="-H "):
            inventory.resolve(inventory.load(), bad)

    def test_stand_in(self, file: Path) -> None:
        stand_in = Target("rehearsal", "127.0.0.1", 40022)
        made = inventory.resolve(inventory.load(), "rehearsal", special={"rehearsal": lambda: stand_in})
        assert made is stand_in

    def test_order_of_identities(self, file: Path, home: Path) -> None:
        (home / ".ssh" / "config").write_text("Host *\n  IdentityFile ~/.ssh/none\n  IdentityFile ~/.ssh/some\n")
        (home / ".ssh" / "some").touch()
        found = inventory.load()
        assert inventory.resolve(found, "pixel", identity=Path("/given")).identity == Path("/given")
        assert inventory.resolve(found, "pixel").identity == file.parent / "keys/pixel"
        assert inventory.resolve(found, "old").identity == home / ".ssh" / "some"

    def test_ssh_config(self, home: Path) -> None:
        (home / ".ssh" / "config").write_text(
            "Host phone\n  HostName 10.0.0.5\n  Port 9022\n  User me\n  ProxyJump bob@gate:2200,inner\n"
            "Host inner\n  HostName inner.lan\n"
        )
        target = inventory.resolve(inventory.load(), "phone")
        assert (target.name, target.address, target.port, target.user) == ("phone", "10.0.0.5", 9022, "me")
        gate, inner = target.jump
        assert (gate.address, gate.port, gate.user) == ("gate", 2200, "bob")
        assert (inner.address, inner.port) == ("inner.lan", 22)
        assert inventory.resolve(inventory.load(), "phone:1234").port == 1234

    def test_known_hosts_pin_what_the_inventory_does_not(self, file: Path, home: Path) -> None:
        (home / ".ssh" / "known_hosts").write_text(f"[old.lan]:8022 {OTHER}\n[192.168.1.7]:2022 {OTHER}\n")
        found = inventory.load()
        assert inventory.resolve(found, "old").pins == (OTHER,)
        assert inventory.resolve(found, "pixel").pins == (KEY,)


class TestWriting:
    def test_pin_keeps_every_comment(self, file: Path) -> None:
        found = inventory.load()
        entry = inventory.pin(found, inventory.resolve(found, "pixel"), OTHER)
        assert entry.name == "pixel"
        assert file.read_text() == TEXT.replace(KEY, OTHER)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [path.name for path in file.parent.iterdir()] == ["hosts.toml"]

    def test_pin_of_a_new_phone_makes_an_entry(self, file: Path) -> None:
        found = inventory.load()
        entry = inventory.pin(found, inventory.resolve(found, "10.0.0.3:9022"), KEY)
        assert entry.name == "phone"
        again = inventory.load()
        assert file.read_text().startswith(TEXT.rstrip("\n"))
        assert inventory.resolve(again, "10.0.0.3:9022").pins == (KEY,)
        assert inventory.pin(again, inventory.resolve(again, "10.0.0.4"), KEY).name == "phone-2"
        assert inventory.load().entries["phone-2"].port is None

    def test_pin_of_an_alias_of_ssh_config(self, home: Path) -> None:
        (home / ".ssh" / "config").write_text("Host tab\n  HostName 10.0.0.5\n  Port 9022\n")
        found = inventory.load()
        entry = inventory.pin(found, inventory.resolve(found, "tab"), KEY)
        assert (entry.name, entry.address, entry.port) == ("tab", "tab", None)
        target = inventory.resolve(inventory.load(), "tab")
        assert (target.address, target.port, target.pins) == ("10.0.0.5", 9022, (KEY,))

    def test_pin_where_there_is_no_folder_yet(self, home: Path) -> None:
        found = inventory.load()
        inventory.pin(found, inventory.resolve(found, "my-phone.lan"), KEY)
        assert inventory.load().entries["my-phone.lan"].host_keys == (KEY,)

    def test_a_move_keeps_every_comment_and_the_last_addresses(self, file: Path) -> None:
        places_seen = [f"192.168.1.{n}" for n in (20, 21, 7, 22, 23, 24, 25)]
        for address in places_seen:
            inventory.moved(inventory.load(), "pixel", address)
        (pixel, _) = inventory.load()
        assert pixel.address == "192.168.1.25"
        assert pixel.last_known == tuple(f"192.168.1.{n}" for n in (24, 23, 22, 7, 21))
        assert "# my phones\n[hosts.pixel]  # the new one\n" in file.read_text()

    def test_last_known_addresses_that_are_none(self, file: Path) -> None:
        file.write_text(TEXT + 'last_known = ["192.168.1.7:8022", 5]\n')
        with pytest.raises(PlaybookError) as caught:
            inventory.load()
        assert [mistake.summary for mistake in caught.value.mistakes] == [
            "'192.168.1.7:8022' is no address",
            "5 is no address",
        ]

    def test_rename_and_remove(self, file: Path) -> None:
        inventory.rename(inventory.load(), "pixel", "daily")
        assert set(inventory.load().entries) == {"daily", "old"}
        assert inventory.load().entries["daily"].host_keys == (KEY,)
        assert "# my phones" in file.read_text()
        inventory.remove(inventory.load(), "daily")
        assert set(inventory.load().entries) == {"old"}
        with pytest.raises(UsageError) as caught:
            inventory.remove(inventory.load(), "odl")
        assert caught.value.hint == 'did you mean "old"?'
        with pytest.raises(UsageError, match="already"):
            inventory.rename(inventory.load(), "old", "old")
        with pytest.raises(UsageError, match="no name"):
            inventory.rename(inventory.load(), "old", "a:b")

    def test_a_link_stays_a_link(self, file: Path, tmp_path: Path) -> None:
        real = tmp_path / "dotfiles.toml"
        file.rename(real)
        file.symlink_to(real)
        inventory.remove(inventory.load(), "old")
        assert file.is_symlink() and "old" not in real.read_text()

    def test_what_cannot_be_written(self, file: Path) -> None:
        found = inventory.load()
        file.write_text("not toml = = =")
        with pytest.raises(UsageError, match="cannot be changed"):
            inventory.remove(found, "old")
        assert file.read_text() == "not toml = = ="


class TestSshConfig:
    def lookup(self, tmp_path: Path, text: str, alias: str = "phone") -> ssh_config.HostConfig:
        path = tmp_path / "ssh_config"
        path.write_text(text)
        return ssh_config.lookup(alias, path)

    def test_the_first_value_wins(self, home: Path, tmp_path: Path) -> None:
        text = "Port 1\nHost x\n Port 2\nHost ph* !other\n  hostname=10.0.0.1\n\tPort = 3\nHost *\nHostName no\n"
        found = self.lookup(tmp_path, text)
        assert (found.hostname, found.port, found.named) == ("10.0.0.1", 1, False)
        assert self.lookup(tmp_path, "Host a phone\n User x\n").named
        assert self.lookup(tmp_path, "Host a phone\n").named

    def test_negation_quotes_comments_and_tokens(self, home: Path, tmp_path: Path) -> None:
        assert self.lookup(tmp_path, "Host * !phone\n Port 2\n").port is None
        text = '# x\nHost phone # the old one\n IdentityFile "~/my keys/%n-%h"\n HostName %h.lan\n ProxyJump none\n'
        found = self.lookup(tmp_path, text)
        assert found.identityfile == [home / "my keys" / "phone-phone.lan"]
        assert (found.hostname, found.proxyjump) == ("phone.lan", "")

    def test_include_and_match(self, home: Path, tmp_path: Path) -> None:
        (home / ".ssh" / "conf.d").mkdir()
        (home / ".ssh" / "conf.d" / "a").write_text("Host phone\n Port 7\n")
        (home / ".ssh" / "conf.d" / "loop").write_text("Include conf.d/loop\n")
        assert self.lookup(tmp_path, "Include conf.d/*\nPort 8\n").port == 7
        assert self.lookup(tmp_path, "Host x\n Include conf.d/a\n").port is None
        assert self.lookup(tmp_path, "Match host phone,x\n Port 5\n").port == 5
        assert self.lookup(tmp_path, "Match all\n Port 5\n").port == 5
        assert self.lookup(tmp_path, "Match !host phone\n Port 5\n").port is None
        assert self.lookup(tmp_path, 'Match exec "touch /tmp/never"\n Port 5\n').port is None

    def test_what_cannot_be_read_or_understood(self, home: Path, tmp_path: Path) -> None:
        assert ssh_config.lookup("phone", tmp_path / "none") == ssh_config.HostConfig()
        assert self.lookup(tmp_path, 'Host phone\n Port ssh\n HostName "open\nNonsense\n=\nHost\n').port is None
