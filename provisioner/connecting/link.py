"""The line to one phone: a connection and the conversation over it, made anew when it breaks in the middle of a run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Self

from provisioner.digests import sha256
from provisioner.errors import ConnectError, ConnectionLost, HostKeyError
from provisioner.kept import Entry, KeptTexts
from provisioner.model import Event, EventKind
from provisioner.places import cache_folder
from provisioner.runner import Conversation
from provisioner.shell import Device

if TYPE_CHECKING:
    from provisioner.connecting import Reach
    from provisioner.facts import Fact
    from provisioner.options import Ask
    from provisioner.transport.ssh import SSHTransport

BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two tries; sshd penalises those who come more often than every 15 s (termux.md §4.4)."""
MEANWHILE = "The run on the phone goes on"
PENALTY = 15.0
"""Seconds to wait at least after sshd has sent us away: every try before that adds to its wait."""
UNWELCOME = ("penalised", "key_refused")
"""The kinds of refusal that sshd counts."""
GOES_ON = "The run goes on on the phone. `hello-termux attach` shows what it does once the phone can be reached."


class Link:
    """What is open to the phone now; ``close`` closes that, whatever was open before."""

    def __init__(
        self, transport: SSHTransport, conversation: Conversation, reopen: Callable[[], SSHTransport], patience: float
    ) -> None:
        self.transport = transport
        self.conversation = conversation
        self._reopen = reopen
        self._patience = patience
        self._noted = conversation.known

    @classmethod
    def open(
        cls,
        reach: Reach,
        ask: Ask,
        questions: Iterable[Fact[Any]],
        patience: float,
        *,
        keeps: bool = True,
        remembers: bool = False,
    ) -> Self:
        """Finish connecting; the phone hears ``questions`` on the way. Raises ConnectError, HostKeyError.

        ``patience``: seconds for which a phone that was lost is looked for. ``keeps``: the phone may keep what it is
        asked. ``remembers``: and dear answers to it.
        """
        conversation = Conversation(Device(), known=_known_to(reach.target.pins) if keeps else None)
        transport = reach.open(ask, conversation.opening(questions, remember=remembers))
        try:
            conversation.attach(transport.shell())
        except BaseException:
            transport.close()
            raise
        return cls(transport, conversation, lambda: reach.again(ask), patience)

    def again(
        self,
        error: ConnectionLost,
        marker: str,
        on_event: Callable[[Event], None],
        meanwhile: str = MEANWHILE,
        hint: str = GOES_ON,
    ) -> Conversation:
        """Reach the same phone again, however long it takes within the limit; ``meanwhile`` says what happens there,
        ``hint`` what to do if it cannot be reached.

        Raises ConnectionLost when the limit is over, HostKeyError if another phone answers.
        """
        begin, place = time.monotonic(), self.transport.target.address
        lost = error.summary[:1].upper() + error.summary[1:].rstrip(".")
        on_event(Event(EventKind.NOTE, text=f"{lost}. {meanwhile}; connecting again."))
        try:
            self.reach_again(marker, self._patience)
        except ConnectError as again:
            raise ConnectionLost(
                f"The phone could not be reached again within {self._patience:.0f} s: {again.summary}", hint=hint
            ) from again
        except HostKeyError as other:
            first = "Nothing was sent to it: another phone may have taken the address."
            raise HostKeyError(other.summary, other.fingerprint, hint=f"{first} {hint}", kind=other.kind) from None
        now = self.transport.target.address
        at = f", at {now}, no longer at {place}" if now != place else ""
        on_event(Event(EventKind.RECONNECTED, text=f"Connected again after {time.monotonic() - begin:.0f} s{at}."))
        return self.conversation

    def reach_again(self, marker: str, patience: float) -> None:
        """Hang up and connect again, with back-off. Raises the last ConnectError once ``patience`` seconds are over,
        HostKeyError at once."""
        begin = time.monotonic()
        self.close()
        for wait in chain(BACK_OFF, repeat(BACK_OFF[-1])):
            try:
                self.transport = self._reopen()
                self.conversation = Conversation(
                    self.conversation.device, self.transport.shell(), marker, met=True, known=self.conversation.known
                )
            except ConnectError as error:
                self.transport.close()
                left = patience - (time.monotonic() - begin)
                if left <= 0:
                    raise
                time.sleep(min(max(wait, PENALTY) if error.kind in UNWELCOME else wait, left))
            else:
                return

    def note_probe(self) -> None:
        """Note on the laptop by which names the phone knows our probes; forget those that it does not.

        A note that is wrong costs a turn, no more: the phone says if it does not know.
        """
        known = self.conversation.known
        if known != self._noted:
            self._noted = known
            _notes().keep(_note(self.transport.host_key.line), Entry(" ".join(known), {}))

    def close(self) -> None:
        """Hang up; never waits."""
        self.conversation.close()
        self.transport.close()


def _notes() -> KeptTexts:
    return KeptTexts(cache_folder() / "probes")


def _note(host_key: str) -> str:
    return sha256(host_key.encode())


def _known_to(host_keys: Iterable[str]) -> list[str]:
    """The digests of the probes that the phone with one of these keys was told to keep."""
    entries = (_notes().get(_note(key)) for key in host_keys)
    return next((entry.text.split() for entry in entries if entry), [])
