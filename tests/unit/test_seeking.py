"""When a phone is looked for, in which network, and what is said of it. The wire is made up: ``search`` is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from provisioner.connecting import addresses
from provisioner.connecting.addresses import Interface
from provisioner.connecting.seeking import Search
from provisioner.errors import ConnectError, HostKeyError
from provisioner.inventory.file import Entry
from provisioner.lean_dataclass import replace
from provisioner.transport import sighting
from provisioner.transport.hostkeys import HostKeyQuestion
from provisioner.transport.target import Target

PIN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuEuE"
TARGET = Target("pixel", "192.168.1.7", pins=(PIN,))
ENTRY = Entry("pixel", "192.168.1.7", host_keys=(PIN,), last_known=("192.168.1.5", "10.9.0.2"))
SILENT = ConnectError("silence", kind="filtered")
STRANGE = HostKeyError("another", "SHA256:x", kind="host_key_changed")


class Answer:
    """A person who says the same to every question."""

    def __init__(self, yes: bool) -> None:
        self.yes = yes
        self.asked: list[str] = []

    def look_for(self, question: str) -> bool:
        self.asked.append(question)
        return self.yes

    def tell(self, sentence: str) -> None: ...

    def confirm_host_key(self, question: HostKeyQuestion) -> bool:
        return False

    def passphrase(self, path: Path) -> str | None:
        return None


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that was called; the phone is at 192.168.1.77."""
    called: list[str] = []

    def search(target: Target, places: Sequence[str], seconds: float) -> str | None:
        called.extend(places)
        return "192.168.1.77" if "192.168.1.77" in places else None

    monkeypatch.setattr(sighting, "search", search)
    own = (Interface("wlan0", "192.168.1.2", 24), Interface("lo", "127.0.0.1", 8))
    monkeypatch.setattr(addresses, "interfaces", lambda: own)
    monkeypatch.setattr(addresses, "default_address", lambda: "192.168.1.2")
    return called


@pytest.mark.parametrize(
    ("search", "sense"),
    [
        (Search(TARGET, ENTRY, SILENT), True),
        (Search(TARGET, ENTRY, STRANGE), True),
        (Search(TARGET, ENTRY, ConnectError("no", kind="key_refused")), False),
        (Search(TARGET, ENTRY, HostKeyError("new", "SHA256:x", kind="host_key_unknown")), False),
        (Search(TARGET, replace(ENTRY, host_keys=()), SILENT), False),
        (Search(replace(TARGET, address="127.0.0.1"), ENTRY, SILENT), False),
        (Search(replace(TARGET, address="localhost"), ENTRY, SILENT), False),
        (Search(replace(TARGET, alias="pixel"), ENTRY, SILENT), False),
        (Search(replace(TARGET, cable="R58M"), ENTRY, SILENT), False),
        (Search(replace(TARGET, jump=(Target("gate", "192.0.2.1"),)), ENTRY, SILENT), False),
    ],
)
def test_only_a_phone_that_was_met_and_can_move_is_looked_for(search: Search, sense: bool) -> None:
    assert search.makes_sense == sense


def test_the_last_addresses_come_first_and_the_network_only_with_a_yes(called: list[str]) -> None:
    error = ConnectError("silence", kind="filtered", hint="wake it")
    nobody = Answer(False)
    assert Search(TARGET, ENTRY, error).run(nobody, consent=False) is None
    assert called == ["192.168.1.5", "10.9.0.2"]
    assert nobody.asked == [
        "pixel does not answer at 192.168.1.7. Look for pixel at the other 251 addresses of 192.168.1.0/24, port 8022?"
    ]
    assert error.hint == "wake it\n--find looks for pixel in 192.168.1.0/24"


def test_with_consent_everybody_else_in_the_network_is_called_once_the_neighbours_first(called: list[str]) -> None:
    nobody = Answer(False)
    assert Search(TARGET, ENTRY, SILENT).run(nobody, consent=True) == "192.168.1.77"
    rest = called[2:]
    assert rest[:3] == ["192.168.1.6", "192.168.1.8", "192.168.1.9"] and len(rest) == len(set(rest)) == 251
    assert not {"192.168.1.0", "192.168.1.255", "192.168.1.2", "192.168.1.7", "192.168.1.5"} & set(rest)
    assert not nobody.asked


def test_the_question_says_whose_the_old_address_is(called: list[str]) -> None:
    person = Answer(True)
    assert Search(TARGET, ENTRY, STRANGE, "tablet").run(person, consent=False) == "192.168.1.77"
    assert person.asked[0].startswith("At 192.168.1.7 is tablet now. Look for pixel at")
    assert Search(TARGET, ENTRY, STRANGE).run(person, consent=False)
    assert person.asked[1].startswith("At 192.168.1.7 somebody else answers now.")


def test_a_network_of_thousands_is_left_alone(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "interfaces", lambda: (Interface("wlan0", "192.168.1.2", 16),))
    error = ConnectError("silence", kind="filtered")
    assert Search(TARGET, ENTRY, error).run(Answer(True), consent=True) is None
    assert len(called) == 2 and "192.168.0.0/16 is too large" in error.hint


def test_away_from_home_it_is_the_network_of_the_default_route(
    called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "interfaces", lambda: (Interface("wlan0", "10.1.2.3", 28),))
    monkeypatch.setattr(addresses, "default_address", lambda: "10.1.2.3")
    error = ConnectError("silence", kind="no_route")
    assert Search(TARGET, ENTRY, error).run(Answer(True), consent=False) is None
    assert error.hint == "pixel is not at the other 13 addresses of 10.1.2.0/28 either"


def test_without_any_network_there_is_nothing_to_ask(called: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "interfaces", lambda: ())
    monkeypatch.setattr(addresses, "default_address", lambda: None)
    person = Answer(True)
    assert Search(TARGET, ENTRY, SILENT).run(person, consent=True) is None
    assert not person.asked
