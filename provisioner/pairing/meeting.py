"""One meeting of a phone and this laptop: the listener, the script that it serves, the line that fetches it."""

from __future__ import annotations

import time
from pathlib import Path

from provisioner.errors import UsageError
from provisioner.lean_dataclass import dataclass, replace
from provisioner.pairing.claim import MINUTES, Claim
from provisioner.pairing.key import OwnKey, laptop_name
from provisioner.pairing.listener import PAGE, SCRIPT, Listener, Page, Watch
from provisioner.pairing.report import Report
from provisioner.pairing.script import Script
from provisioner.pairing.texts import LANGUAGES, language
from provisioner.pairing.token import new_nonce, new_token
from provisioner.suggest import did_you_mean
from provisioner.tasks.mirror import KNOWN, Place


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person may want of a meeting; empty is the usual."""

    mirror: str = ""
    language: str = ""
    minutes: float = 0.0
    page: bool = False


class Meeting:
    """Open from its making until ``wait`` has ended or ``close``. Raises UsageError for wishes or an address that
    cannot be."""

    def __init__(self, address: str, key: OwnKey, wishes: Wishes) -> None:
        self._token = new_token()
        self._wishes = wishes
        script = script_for("", key, wishes)
        self._listener = Listener(address)
        self.script = replace(script, place=self._listener.place)

    @property
    def line(self) -> str:
        """What is typed, pasted or scanned into Termux. It holds the secret."""
        return self.script.line(self._token)

    @property
    def code(self) -> str:
        """What the code on the screen holds: the line itself, or where the page with it is."""
        return self.script.page(self._token) if self._wishes.page else self.line

    @property
    def fed(self) -> str:
        """The script as it can be fed to a shell, secret and all, where nobody can alter it on the way."""
        return f"T={self._token}\n{self.script.text}"

    @property
    def place(self) -> str:
        return self._listener.place

    @property
    def port(self) -> int:
        return self._listener.port

    def seen_at(self, place: str) -> None:
        """The phone reaches the listener there, by a way of its own."""
        self.script = replace(self.script, place=place)

    def wait(self, watch: Watch) -> Report:
        """Until a phone has come and reported. Raises ConnectError when the code has died before."""
        claim = Claim(self._token, self.script.nonce, time.monotonic(), self._wishes.minutes or MINUTES)
        pages = {SCRIPT: Page(self.script.text.encode())}
        if self._wishes.page:
            pages[PAGE] = Page((Path(__file__).parent / "page.html").read_bytes(), "text/html; charset=utf-8")
        return self._listener.wait(claim, pages, watch)

    def close(self) -> None:
        self._listener.close()


def script_for(place: str, key: OwnKey, wishes: Wishes) -> Script:
    """The script, with everything filled in. Raises UsageError for a mirror or a language that there is not."""
    spoken = language(wishes.language)
    if spoken not in LANGUAGES:
        raise UsageError(f"--lang {spoken}: there are {' and '.join(LANGUAGES)}")
    return Script(place, new_nonce(), laptop_name(), key, _mirror(wishes.mirror), spoken)


def _mirror(name: str) -> Place | None:
    if name and name not in KNOWN:
        raise UsageError(f"--mirror {name}: no mirror is called so", hint=did_you_mean(name, KNOWN, ", ".join(KNOWN)))
    return KNOWN.get(name)
