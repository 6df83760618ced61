"""Talks to one shell on the phone: sends pieces of script, reads framed answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any

from provisioner.errors import ConnectionLost, ProbeError, UnsuitableHost
from provisioner.facts import Fact, Facts
from provisioner.probe import MOST_KEPT, UNKNOWN, by_name, compile_probe, digest_of, keep, read_answers
from provisioner.shell import Device
from provisioner.transport.base import Shell

PROBE_LIMIT = 120.0
"""Seconds without a byte after which a probe is given up: its slowest question (apt's) takes a few on an old phone."""
RUN_LIMIT = 3600.0
"""Seconds without a byte after which we stop following a run; every program in it has a shorter limit of its own."""
NEVER = "never"
"""The section by which a script says that there is nothing to go on with."""
STILL = "still"
"""The section by which a script says that there will be more, though it has ended itself."""


class Conversation:
    """One shell on the phone, spoken to in blocks. Each block is parsed whole before it runs, its input is /dev/null,
    and the end of its output is known by a marker that nobody else can know."""

    def __init__(
        self,
        device: Device,
        shell: Shell | None = None,
        marker: str = "",
        *,
        met: bool = False,
        known: Iterable[str] | None = None,
    ) -> None:
        """``met``: the phone has answered before, so a shell that ends at once was ended by something; ``known``: the
        digests of the probes that the phone is thought to have kept; None: nor shall it keep any."""
        self.device = device
        self.known = tuple(known or ())
        """The newest first."""
        self._keeps = known is not None
        self.marker = marker or secrets.token_hex(16)
        self._open_shell = shell
        self._asked: list[Fact[Any]] = []
        self._pending: list[Fact[Any]] = []
        self._name, self._whole = "", ""
        self._greeted = False
        self._understood = met
        self._buffer = b""

    def opening(self, facts: Iterable[Fact[Any]], *, remember: bool = False) -> bytes:
        """What the shell is to hear first, for a transport that sends it together with the login (one turn less).
        The first ``ask`` for the same facts only reads the answer. To be followed by ``attach``.

        ``remember`` as in ``ask``, for a phone that has kept the questions: no other is known to be one of ours yet.
        """
        self._asked = list(dict.fromkeys(facts))
        return self._probe(self._asked, remember, keeps=False).encode("utf-8", "surrogateescape")

    def attach(self, shell: Shell) -> None:
        """Go on with this shell, which has been sent the ``opening``."""
        self._open_shell = shell

    @property
    def _shell(self) -> Shell:
        if self._open_shell is None:
            raise RuntimeError("there is no shell to talk to yet")
        return self._open_shell

    def ask(
        self, facts: Iterable[Fact[Any]], *, remember: bool = False, meanwhile: Callable[[], object] | None = None
    ) -> Facts:
        """Answers to ``facts``, in one turn; ``remember``: dear ones are kept on the phone (``facts.memo``);
        ``meanwhile``: what is done until they come.

        Raises ProbeError, ConnectionLost, UnsuitableHost.
        """
        questions = list(dict.fromkeys(facts))
        if not questions:
            return Facts()
        if not self._already_asked(questions):
            self._send(self._probe(questions, remember))
        if meanwhile is not None:
            meanwhile()
        return self._answers(questions)

    def _already_asked(self, questions: list[Fact[Any]]) -> bool:
        asked, self._asked = self._asked, []
        if asked and asked != questions:
            self._answers(asked)  # nobody wants to know any more
        return bool(asked) and asked == questions

    def begin(self, scripts: Iterable[str]) -> None:
        """Send pieces of script that run one after the other; ``ended`` tells what each came to."""
        self._already_asked([])
        self._send("".join(self._block(script) for script in scripts))

    def ended(self, wait: float) -> dict[str, bytes] | None:
        """The sections that the piece under way has printed; None: not ended after ``wait`` seconds without a byte."""
        try:
            return self._sections(wait)
        except ProbeError:
            return None

    def said(self, words: str) -> bool:
        """Whether the piece under way has printed these words so far."""
        return words.encode() in self._buffer

    def close(self) -> None:
        if self._open_shell is not None:
            self._open_shell.close()

    # ---- what is sent

    def ask_after(self, script: str, facts: Iterable[Fact[Any]]) -> None:
        """Send ``script``, and behind it the questions that ``answers`` reads; nothing is waited for."""
        self._already_asked([])
        self._pending = list(dict.fromkeys(facts))
        self._send(self._greeting() + script + self._probe(self._pending, remember=True))

    def answers(self) -> Facts | str:
        """The answers to the questions of ``ask_after``; NEVER or STILL if ``script`` has printed that section."""
        sections = self._probed()
        said = next((word for word in (NEVER, STILL) if word in sections), None)
        return said or read_answers(self._pending, sections)

    def _probe(self, questions: list[Fact[Any]], remember: bool, *, keeps: bool = True) -> str:
        """The questions themselves or, where the phone has kept them, their name: a twentieth of the bytes. With
        ``remember`` it keeps them, and dear answers (without ``keeps`` only where it has the questions already);
        without, not one byte is written there."""
        probe = compile_probe(questions)
        digest = digest_of(probe)
        remember = remember and (keeps or digest in self.known)
        memo = "memo=1\n" if remember else "memo=\n"
        self._name, self._whole = digest, memo + probe
        if digest in self.known:
            return self._block(memo + by_name(digest))
        if not (remember and self._keeps and probe):
            return self._block(self._whole)
        self.known = (digest, *self.known)[:MOST_KEPT]
        return self._block(memo + keep(probe) + by_name(digest))

    def _probed(self) -> dict[str, bytes]:
        """The answer to the probe under way, which is asked in full if the phone does not know it by name."""
        sections = self._sections(PROBE_LIMIT)
        if UNKNOWN in sections:
            self.known = tuple(each for each in self.known if each != self._name)
            if not {NEVER, STILL} & sections.keys():  # else nobody wants the answer
                self._send(self._block(self._whole))
                sections = self._sections(PROBE_LIMIT)
        return sections

    def _block(self, script: str) -> str:
        return f"{self._greeting()}{{\n{script}s end\n}} </dev/null\n"

    def _greeting(self) -> str:
        """What each shell hears once: our environment, the marker, the function that begins a section."""
        if self._greeted:
            return ""
        self._greeted = True
        return self.device.preamble() + f"M={self.marker}\n" + 's() { printf \'\\n%s %s\\n\' "$M" "$1"; }\n'

    def _send(self, text: str) -> None:
        self._shell.send(text.encode("utf-8", "surrogateescape"))

    # ---- what is heard

    def _answers(self, questions: list[Fact[Any]]) -> Facts:
        return read_answers(questions, self._probed())

    def _sections(self, limit: float) -> dict[str, bytes]:
        mark = b"\n" + self.marker.encode() + b" "
        end = mark + b"end\n"
        while end not in self._buffer:
            self._buffer += self._more(limit)
        self._understood = True
        text, _, self._buffer = self._buffer.partition(end)
        sections: dict[str, bytes] = {}
        for piece in text.split(mark)[1:]:
            name, _, answer = piece.partition(b"\n")
            sections[name.decode()] = answer
        return sections

    def follow(self, feed: Callable[[bytes], None]) -> None:
        """Hand on whatever arrives, as soon as it is whole lines, up to the first section of the block that follows.

        Raises ConnectionLost.
        """
        mark = self.marker.encode()
        while True:
            at = 0 if self._buffer.startswith(mark + b" ") else self._buffer.find(b"\n" + mark + b" ") + 1
            ended = at > 0 or self._buffer.startswith(mark + b" ")
            # Whole lines are news at once; the beginning of one may still become a marker.
            last = self._buffer.rpartition(b"\n")[2]
            held = len(last) if mark.startswith(last[: len(mark)]) else 0
            safe = at if ended else len(self._buffer) - held
            piece, self._buffer = self._buffer[:safe], self._buffer[safe:]
            feed(piece)
            if ended:
                self._buffer = b"\n" + self._buffer
                return
            self._buffer += self._more(RUN_LIMIT)

    def _more(self, limit: float) -> bytes:
        try:
            data = self._shell.receive(limit)
        except TimeoutError as error:
            raise ProbeError(
                f"The phone has not said a word for {limit:.0f} s, though the connection is alive.",
                hint="Look at the phone: is it very low on memory, or is a question open in Termux?",
            ) from error
        if not data and self._understood:
            raise ConnectionLost(
                "The shell on the phone has ended in the middle of the conversation.",
                hint="Android may have killed it: keep Termux open on the screen and run the same command again.",
            )
        if not data:
            raise _no_shell(self.device.shell[0], self._buffer.decode("utf-8", "replace").strip()[-300:])
        return data


def _no_shell(sh: str, said: str) -> UnsuitableHost:
    """A login shell that cannot start ``sh`` names it; one that never came to that was ended by a file of its own."""
    if sh in said:
        return UnsuitableHost(
            f"The other side has no shell at {sh}: it is not Termux, or its prefix is empty.", hint=f"It said: {said}"
        )
    return UnsuitableHost(
        f"The login shell of the other side has ended before it started {sh}; it said: {said or '(nothing)'}",
        hint="Does a file that it reads at every start say exit, or exec? zsh: ~/.zshenv; fish: "
        "~/.config/fish/config.fish. Termux opens without it if you press its icon long: Failsafe.",
    )
