"""``unpair``: exactly our line goes, and nobody is locked out without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import COMMENT, Laptop
from tests.field.conftest import flat

OTHERS = (
    b"# my keys\r\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEuEuE hello-termux other-laptop 2026-01-01\n\xb5\xc4 is no key"
)


@pytest.fixture
def keys(pixel: StandInPhone) -> Iterator[Path]:
    """The phone's authorized_keys, put back afterwards."""
    path = pixel.home / ".ssh/authorized_keys"
    before = path.read_bytes()
    yield path
    path.write_bytes(before)


def body(phone: StandInPhone) -> bytes:
    return Path(f"{phone.identity}.pub").read_bytes().split()[1]


def line(phone: StandInPhone, comment: str, options: bytes = b"") -> bytes:
    return options + b"ssh-ed25519 " + body(phone) + b" " + comment.encode() + b"\n"


def test_exactly_our_line_goes_and_the_phone_is_forgotten(laptop: Laptop, pixel: StandInPhone, keys: Path) -> None:
    keys.write_bytes(line(pixel, COMMENT, b'from="127.0.0.0/8" ') + OTHERS)
    said = flat(laptop.run("unpair", "pixel", "--yes"))
    assert f'The key line "{COMMENT}" is gone from pixel. This laptop does not get in any more' in said
    assert keys.read_bytes() == OTHERS and keys.stat().st_mode & 0o777 == 0o600
    assert "pixel" not in laptop.hosts.read_text()


def test_a_line_that_the_person_wrote_stays_and_is_named(laptop: Laptop, pixel: StandInPhone, keys: Path) -> None:
    own = line(pixel, "me@desk")
    keys.write_bytes(own + line(pixel, COMMENT))
    said = flat(laptop.run("unpair", "--yes"))
    assert "is gone from pixel" in said and "this laptop still gets in" in said and '"me@desk"' in said
    assert keys.read_bytes() == own


def test_where_no_line_is_ours_nothing_is_removed_there(laptop: Laptop, pixel: StandInPhone, keys: Path) -> None:
    keys.write_bytes(own := line(pixel, ""))
    said = flat(laptop.run("unpair", "pixel", "--yes"))
    assert "did not write (it has no comment)" in said and "pixel is forgotten here" in said
    assert keys.read_bytes() == own


def test_a_phone_out_of_reach_keeps_everything_unless_forced(laptop: Laptop, pixel: StandInPhone, keys: Path) -> None:
    laptop.hosts.write_text(f'[hosts.gone]\naddress = "127.0.0.1"\nport = 1\nhost_key = "{pixel.host_key}"\n')
    before = laptop.hosts.read_text()
    said = flat(laptop.run("unpair", "gone", "--yes", expect=4))
    assert "Nothing was removed, neither there nor here" in said and "--force" in said
    assert laptop.hosts.read_text() == before
    said = flat(laptop.run("unpair", "gone", "--force"))
    assert "gone is forgotten here. Its key line is still on it" in said
    assert "gone" not in laptop.hosts.read_text()


def test_another_phone_at_the_address_keeps_its_keys(laptop: Laptop, pixel: StandInPhone, keys: Path) -> None:
    keys.write_bytes(ours := line(pixel, COMMENT))
    strange = pixel.host_key[:-8] + "AAAAAAAA"
    laptop.hosts.write_text(laptop.hosts.read_text().replace(pixel.host_key, strange))
    said = flat(laptop.run("unpair", "pixel", "--yes", expect=5))
    assert "has changed" in said and "Nothing was removed" in said
    assert keys.read_bytes() == ours


def test_without_a_yes_nothing_is_removed(laptop: Laptop, pixel: StandInPhone, keys: Path) -> None:
    keys.write_bytes(ours := line(pixel, COMMENT))
    assert "there is no terminal to ask at; pixel keeps its key" in laptop.run("unpair", "pixel", expect=1)
    assert keys.read_bytes() == ours and "pixel" in laptop.hosts.read_text()


def test_a_name_that_is_unknown_is_a_sentence(laptop: Laptop, pixel: StandInPhone) -> None:
    assert 'did you mean "pixel"?' in laptop.run("unpair", "pixle", expect=1)
    assert "name it once" in laptop.run("unpair", "pixel", "-H", "tablet", expect=1)
