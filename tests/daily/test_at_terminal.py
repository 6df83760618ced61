"""``run -t``: a command that has a terminal on the phone, led through to this one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop
from tests.daily.gone import wait_until_gone
from tests.support.terminal import Terminal

pytestmark = [
    pytest.mark.usefixtures("pixel"),
    pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal"),
]


def run(laptop: Laptop, *words: str) -> Terminal:
    return Terminal(["run", "-t", "--", *words], laptop.home, laptop.environment)


@pytest.fixture
def greeting(phone: StandInPhone) -> Iterator[None]:
    """A profile that talks, as many do; a terminal makes a login shell of the person's shell."""
    profile = phone.home / ".profile"
    before = profile.read_bytes() if profile.exists() else None
    profile.write_text("echo welcome to my phone\n")
    yield
    profile.unlink() if before is None else profile.write_bytes(before)


def test_it_has_a_terminal_of_our_size_keys_and_an_exit_code(laptop: Laptop, greeting: None) -> None:
    with closing(run(laptop, 'echo "$(stty size) $(tty) $LANG"; read -r x; echo "got $x"; exit 7')) as at:
        at.expect("24 80 /dev/pts/")
        at.expect("en_US.UTF-8")
        at.type("韩梅梅\r")
        at.expect("got 韩梅梅")
        assert at.ended() == 7
        assert at.seen.startswith("24 80 /dev/pts/"), "a greeting or the terminal's echo of our script is seen"
        assert at.is_sane


def test_its_size_follows_ours(laptop: Laptop) -> None:
    with closing(run(laptop, "trap 'stty size; exit 4' WINCH; echo ready; while :; do sleep 0.1; done")) as at:
        at.expect("ready")
        at.resize(100, 30)
        at.expect("30 100")
        assert at.ended() == 4


def test_ctrl_c_is_a_key_of_the_commands(laptop: Laptop) -> None:
    with closing(run(laptop, "trap 'echo told; exit 3' INT; echo ready; sleep 60 & wait")) as at:
        at.expect("ready")
        at.type("\x03")
        at.expect("told")
        assert at.ended() == 3
    with closing(run(laptop, "echo ready; exec sleep 60")) as at:
        at.expect("ready")
        at.type("\x03")
        assert at.ended() == 130


def test_words_of_any_length_and_kind_reach_it_as_they_are(laptop: Laptop) -> None:
    """Longer than a line of a terminal may be, and with keys that a terminal acts upon."""
    long, keys = "x" * 9000, "\x03\x04\x1a'\"$\\ 中"
    with closing(run(laptop, "sh", "-c", 'printf %s "$2" | od -An -tx1; echo ${#1} end', "sh", long, keys)) as at:
        at.expect("9000 end")
        assert at.ended() == 0
        assert at.seen.split("9000")[0].split() == [f"{byte:02x}" for byte in keys.encode()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_it_ends_with_us(number: signal.Signals, laptop: Laptop, phone: StandInPhone) -> None:
    with closing(run(laptop, "echo ready; sleep 4326 & sleep 4327")) as at:
        at.expect("ready")
        at.process.send_signal(number)
        at.ended()
    wait_until_gone(phone, "sleep 432")


def test_without_a_terminal_here_it_says_so(laptop: Laptop) -> None:
    assert "that needs a terminal here" in laptop.run("run", "-t", "--", "true", expect=1)
