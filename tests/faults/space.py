"""A full disk: a part of the phone is a small file system of its own, and so many pages of it are free."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from provisioner.errors import ProvisionerError
from provisioner.rehearsal import Options, StandInPhone
from provisioner.rehearsal.packages import APP, PREFIX
from tests.faults.kit import Kit, known
from tests.faults.trial import DoesNotHold
from tests.support.program import Phone

HOME = APP / "files/home"
PAGE = 4096
PLENTY = 2000 * PAGE
OLD = b"what I wrote\r\n" * 500
NEW = "what the playbook says\\n" * 700
TALK = "- command: {name: talk, run: 'seq 6000; touch $PREFIX/tmp/talked', creates: $PREFIX/tmp/talked}\n"
FILES = f"""\
- file: {{path: ~/mine, content: "{NEW}"}}
- block: {{path: ~/.profile, label: x, content: "export A=1"}}
- directory: ~/src
"""
PACKAGES = "- mirror: tuna\n- packages: [tmux, ctags]\n"

PLACES: dict[str, tuple[PurePath, str]] = {
    "our own records": (HOME / ".local/state", TALK),
    "home": (HOME, FILES),
    "fetched packages": (APP / "cache/apt/archives", PACKAGES),
    "dpkg's records": (PREFIX / "var/lib/dpkg", PACKAGES),
}
"""What is cramped, and a playbook that writes there."""
FEW, MANY = tuple(range(12)), (14, 17, 20, 24, 30, 40, 60, 100)


@dataclass(frozen=True, slots=True)
class Full:
    """``pages``: how many of 4 kB are left."""

    name: str
    pages: int

    def __str__(self) -> str:
        return f"no room for {self.name}, {self.pages} pages left"

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the table."""
        return (self.name, "few" if self.pages in FEW else "many")

    def try_it(self, kit: Kit | None, folder: Path) -> bool:
        """True once all holds. Raises DoesNotHold."""
        place, text = PLACES[self.name]
        with cramped(folder, place) as (phone, standin):
            self.in_a_phone(phone, standin, place, phone.write(text))
        return True

    def in_a_phone(self, phone: Phone, standin: StandInPhone, place: PurePath, playbook: str) -> bool:
        """Whether the room was enough. Raises DoesNotHold."""
        for name in ("mine", ".profile"):
            put(standin, name, OLD)
        before = _own(standin)
        leave(standin, place, self.pages)
        error, converged = attempt(phone, playbook)
        leave(standin, place, None)
        now = _own(standin)
        if error is not None and "room" not in f"{error.summary} {error.hint}":
            raise DoesNotHold(f"it does not say why: {error.summary}")
        again, put_right = attempt(phone, playbook)
        if not put_right:
            raise DoesNotHold(f"with room enough the next run does not converge: {again}")
        after = _own(standin)
        if converged and now != after:
            raise DoesNotHold("it looked like a success, and was none")
        for name, what in now.items():
            if what not in (before[name], after[name]):
                raise DoesNotHold(f"~/{name} is neither as it was nor as it should be")
        if left := standin.inside("find", str(HOME), "-name", "*.hello-termux-*").stdout:
            raise DoesNotHold(f"left behind: {left}")
        return converged


@contextmanager
def cramped(folder: Path, place: PurePath) -> Iterator[tuple[Phone, StandInPhone]]:
    """A phone on which ``place`` is a small file system of its own, with what was there. Raises RehearsalError where
    that cannot be had."""
    with StandInPhone.start(folder / "phone", options=Options(small={place: PLENTY})) as standin:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.add(standin.folder / f"phone{place}", ".")
        (standin.folder / "phone/stand-in/there.tar").write_bytes(packed.getvalue())
        done = standin.inside("tar", "-C", str(place), "--no-same-owner", "-xf", "/stand-in/there.tar")
        if done.returncode:
            raise DoesNotHold(f"the small file system was not filled: {done.stderr}")
        yield known(standin, folder), standin


def leave(standin: StandInPhone, place: PurePath, pages: int | None) -> None:
    """So much room is left there, to the page; None: plenty."""
    fill = f"{place}/fill"
    script = f"rm -f {fill}"
    if pages is not None:
        script += f"; dd if=/dev/zero of={fill} bs={PAGE} 2>/dev/null; truncate -s -{pages * PAGE} {fill}; true"
    standin.inside("sh", "-c", script)


def attempt(phone: Phone, playbook: str) -> tuple[ProvisionerError | None, bool]:
    """The typed error that a run ended with, and whether it has converged."""
    try:
        with phone.session(playbook) as session:
            return None, session.apply(session.plan(), lambda event: None).converged
    except ProvisionerError as error:
        return error, False


def put(standin: StandInPhone, name: str, data: bytes) -> None:
    """A file of the user's, on a phone on which we have never written it: else it would count as edited by hand."""
    forget = f"rm -rf $PREFIX/tmp/talked {HOME}/.local/state/hello-termux/last"
    standin.inside("sh", "-c", f"cat >{HOME}/{name}; {forget}", input=data.decode())


def _own(standin: StandInPhone) -> dict[str, str]:
    return {name: standin.inside("sha256sum", f"{HOME}/{name}").stdout for name in ("mine", ".profile")}
