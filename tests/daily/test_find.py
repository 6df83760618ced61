"""A phone that has another address now: found by its host key, on a network that the test has made itself."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.daily.conftest import Laptop, laptop_in
from tests.field.conftest import flat
from tests.support.lan import Lan, NoLan

PIXEL, TABLET, NEW = "10.77.0.7", "10.77.0.8", "10.77.0.23"


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """A laptop, a pixel and a tablet on one switch."""
    if sys.platform != "linux":
        pytest.skip("network namespaces are Linux's")
    try:
        with Lan(tmp_path_factory.mktemp("lan"), {"pixel": PIXEL, "tablet": TABLET}) as made:
            yield made
    except NoLan as why:
        pytest.skip(str(why))


@pytest.fixture
def laptop(tmp_path: Path, lan: Lan) -> Laptop:
    """It has met both phones, at the addresses that they had."""
    laptop = laptop_in(tmp_path / "laptop")
    lan.move("pixel", PIXEL)
    lan.move("tablet", TABLET)
    for name, address in (("pixel", PIXEL), ("tablet", TABLET)):
        told = lan.told[name]
        with laptop.hosts.open("a") as file:
            file.write(f'[hosts.{name}]\naddress = "{address}"  # of {name}\nidentity = "{told["identity"]}"\n')
            file.write(f'host_key = "{told["host_key"]}"\n')
    return laptop


def run(lan: Lan, laptop: Laptop, *words: str, expect: int = 0) -> str:
    done = lan.on_laptop([sys.executable, "-m", "provisioner", *words], {**laptop.environment, "PWD": str(laptop.home)})
    assert done.returncode == expect, done.stdout
    return flat(done.stdout)


def home(lan: Lan, name: str) -> Path:
    return Path(lan.told[name]["home"])


def test_at_a_last_known_address_it_is_found_without_a_question(lan: Lan, laptop: Laptop) -> None:
    text = laptop.hosts.read_text()
    laptop.hosts.write_text(
        text.replace(f'"{PIXEL}"', '"10.77.0.99"').replace("# of pixel", f'\nlast_known = ["{PIXEL}"]')
    )
    said = run(lan, laptop, "run", "-H", "pixel", "--timeout", "2", "--", "echo hello")
    assert "hello" in said and f"pixel is at {PIXEL} now" in said
    assert f'address = "{PIXEL}"' in laptop.hosts.read_text() and '"10.77.0.99"' in laptop.hosts.read_text()


def test_without_consent_the_network_is_left_alone(lan: Lan, laptop: Laptop) -> None:
    lan.move("pixel", NEW)
    met = len(lan.met("tablet"))
    before = laptop.hosts.read_bytes()
    said = run(lan, laptop, "run", "-H", "pixel", "--timeout", "2", "--", "true", expect=4)
    assert "--find looks for pixel in 10.77.0.0/24" in said
    assert laptop.hosts.read_bytes() == before and len(lan.met("tablet")) == met


def test_with_consent_it_is_found_by_its_key_and_the_inventory_follows(lan: Lan, laptop: Laptop) -> None:
    lan.move("pixel", NEW)
    met = len(lan.met("tablet"))
    said = run(lan, laptop, "run", "-H", "pixel", "--find", "--timeout", "2", "--", "touch ~/reached; echo hello")
    assert "hello" in said and f"pixel is at {NEW} now" in said
    assert (home(lan, "pixel") / "reached").exists() and not (home(lan, "tablet") / "reached").exists()
    text = laptop.hosts.read_text()
    assert f'address = "{NEW}"  # of pixel' in text and f'last_known = ["{PIXEL}"]' in text
    assert len(lan.met("tablet")) <= met + 1, "each neighbour is called once"
    assert "found" not in run(lan, laptop, "run", "-H", "pixel", "--", "true")


def test_another_phone_at_the_old_address_is_never_spoken_to(lan: Lan, laptop: Laptop) -> None:
    lan.move("pixel", NEW)
    lan.move("tablet", PIXEL)
    words = ["run", "-H", "pixel", "--timeout", "2", "--", "touch ~/moved"]
    assert "has changed" in run(lan, laptop, *words, expect=5)
    run(lan, laptop, *words[:3], "--find", *words[3:])
    assert (home(lan, "pixel") / "moved").exists() and not (home(lan, "tablet") / "moved").exists()


def test_who_is_asked_hears_whose_the_address_is_now(lan: Lan, laptop: Laptop) -> None:
    lan.move("pixel", NEW)
    lan.move("tablet", PIXEL)
    for answer, code in (("n", 5), ("y", 0)):
        words = [sys.executable, "-m", "tests.support.answer", answer, "run", "-H", "pixel", "--", "echo hello"]
        done = lan.on_laptop(words, laptop.environment)
        assert f"At {PIXEL} is tablet now. Look for pixel at the other 25" in flat(done.stdout)
        assert done.returncode == code, done.stdout
    assert f"pixel is at {NEW} now" in flat(done.stdout)


def test_a_phone_that_is_nowhere_is_said_to_be(lan: Lan, laptop: Laptop) -> None:
    text = laptop.hosts.read_text()
    laptop.hosts.write_text(
        text.replace(lan.told["pixel"]["host_key"], lan.told["pixel"]["host_key"][:-8] + "AAAAAAAA")
    )
    lan.move("pixel", NEW)
    said = run(lan, laptop, "run", "-H", "pixel", "--find", "--timeout", "2", "--", "true", expect=4)
    assert "pixel is not at the other 25" in said and "of 10.77.0.0/24 either" in said


def follow(lan: Lan, laptop: Laptop, move: Callable[[], None], *words: str) -> str:
    """What an apply says whose phone moves after its first step."""
    phone = home(lan, "pixel")
    for name in ("one", "two"):
        (phone / name).unlink(missing_ok=True)
    steps = [{"name": "one", "run": "echo first; touch ~/one", "creates": "~/one"},
             {"name": "two", "run": "sleep 4; echo second; touch ~/two", "creates": "~/two"}]  # fmt: skip
    playbook = laptop.home / "playbook.yml"
    playbook.write_text(json.dumps([{"command": step} for step in steps]))
    said: list[str] = []
    command = ("apply", str(playbook), "-H", "pixel", "--yes", "-v", "--timeout", "2", *words)
    thread = threading.Thread(target=lambda: said.append(run(lan, laptop, *command)))
    thread.start()
    deadline = time.monotonic() + 60
    while not (phone / "one").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    move()
    thread.join()
    assert (phone / "two").exists()
    assert [said[0].count(word) for word in (" first ", " second ")] == [1, 1]
    return said[0]


def test_a_run_is_followed_to_a_last_known_address_and_who_has_the_old_one_hears_nothing(
    lan: Lan, laptop: Laptop
) -> None:
    laptop.hosts.write_text(laptop.hosts.read_text().replace("# of pixel", f'\nlast_known = ["{NEW}"]'))

    def move() -> None:
        lan.move("pixel", NEW)
        lan.move("tablet", PIXEL)

    said = follow(lan, laptop, move)
    assert f", at {NEW}, no longer at {PIXEL}." in said
    assert f'address = "{NEW}"' in laptop.hosts.read_text() and f'last_known = ["{PIXEL}"]' in laptop.hosts.read_text()
    assert not (home(lan, "tablet") / "two").exists()


def test_a_run_is_followed_through_the_network_by_those_who_have_agreed_to_that(lan: Lan, laptop: Laptop) -> None:
    met = len(lan.met("tablet"))
    said = follow(lan, laptop, lambda: lan.move("pixel", NEW), "--find")
    assert f", at {NEW}, no longer at {PIXEL}." in said
    assert len(lan.met("tablet")) <= met + 1


def test_plan_and_the_others_find_it_too(lan: Lan, laptop: Laptop) -> None:
    lan.move("pixel", NEW)
    assert "OpenSSH" in run(lan, laptop, "hosts", "--facts", "-H", "pixel", "--find", "--timeout", "2")
