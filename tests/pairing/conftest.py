"""Phones and a laptop in the same Wi-Fi, and what may sit between them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.support.laptop import Laptop, ended, laptop, paste

Meet = Callable[..., Laptop]
CURL = "/debian/bin/curl"
HEAR = 'printf %s "$body" >"$HOME/heard-$$"'


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    """Starts a phone as the app installs it, without openssh, and a laptop that has never met it."""
    _need_linux()
    with ExitStack() as stack:

        def started(**options: object) -> Laptop:
            given = Options(**{"openssh": False, "storage": "grant", **options})  # type: ignore[arg-type]
            phone = stack.enter_context(StandInPhone.start(tmp_path / "phone", options=given))
            return stack.enter_context(laptop(phone, tmp_path / "laptop"))

        yield started


@pytest.fixture(scope="module")
def with_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    """A phone that has sshd already, so that a pairing takes a second."""
    _need_linux()
    with StandInPhone.start(tmp_path_factory.mktemp("phone"), options=Options(storage="grant")) as started:
        yield started


@pytest.fixture
def met(with_sshd: StandInPhone, tmp_path: Path) -> Iterator[Laptop]:
    """A laptop that this phone does not know, and nobody between them."""
    put_honest(with_sshd)
    (with_sshd.home / ".ssh/authorized_keys").write_text("")
    with laptop(with_sshd, tmp_path / "laptop") as made:
        yield made


def put_honest(phone: StandInPhone) -> None:
    """Nobody meddles with what the phone sends and gets."""
    curl = phone.prefix / "bin/curl"
    curl.unlink(missing_ok=True)
    curl.symlink_to(CURL)


def false_router(phone: StandInPhone, *, script: str = ":", message: str = ":") -> None:
    """From now on ``script`` runs when the script has come (as .h), ``message`` when one leaves (as $body)."""
    curl = phone.prefix / "bin/curl"
    curl.unlink()
    curl.write_text(
        f"""#!/data/data/com.termux/files/usr/bin/sh
case " $* " in
*" --data-binary "*) body=$(cat); {message}; printf %s "$body" | {CURL} "$@" ;;
*" -sSo .h "*) {CURL} "$@" && {{ {script}; }} ;;
*) exec {CURL} "$@" ;;
esac
"""
    )
    curl.chmod(0o700)


def heard(phone: StandInPhone) -> list[str]:
    """The messages that a false router has kept, the beginning first; they are taken away."""
    found = []
    for path in sorted(phone.home.glob("heard-*"), key=lambda path: path.stat().st_mtime_ns):
        found.append(path.read_text())
        path.unlink()
    return found


def place_in(line: str) -> str:
    """The listener's address and port."""
    return line.split()[3].partition("/")[0]


def keys(phone: StandInPhone) -> str:
    return (phone.home / ".ssh/authorized_keys").read_text()


def completes(laptop: Laptop, pairing: subprocess.Popen[str], line: str) -> None:
    """The pairing is still open for the phone that was meant."""
    put_honest(laptop.phone)
    assert "Paired with" in paste(laptop.phone, line)
    assert "paired: " in ended(pairing)


def stopped(pairing: subprocess.Popen[str]) -> str:
    """What a pairing said until it was ended by Ctrl-C."""
    pairing.send_signal(signal.SIGINT)
    return ended(pairing, 130)


def _need_linux() -> None:
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
