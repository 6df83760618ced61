"""One pairing, from the first message to the only one that counts. Pure: no socket, and the clock is handed in."""

from __future__ import annotations

from provisioner.lean_dataclass import dataclass
from provisioner.pairing.report import Message, Report
from provisioner.pairing.token import is_mac, mac

MINUTES = 10.0
"""How long a code lives that no phone has used."""
WORK = 60.0
"""Minutes in all for the phone that has begun: a first upgrade over a slow line."""
TRIES = 5
"""Wrong messages after which the code is dead."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message: ``answer`` goes back; ``why`` is for the person if it was refused."""

    answer: str = ""
    why: str = ""
    begun: bool = False
    report: Report | None = None

    @property
    def accepted(self) -> bool:
        return not self.why


class Claim:
    """Who may pair: whoever knows ``token``, once, from one address, in time.

    The code dies after the first report that counts, after ``TRIES`` wrong messages, and after ``minutes``.
    """

    def __init__(self, token: str, nonce: str, now: float, minutes: float = MINUTES) -> None:
        self._token = token
        self._nonce = nonce
        self._start = now
        self._seconds = minutes * 60
        self.wrong = 0
        self.begun_at = ""
        """The address of the phone that is at work."""
        self.done = False

    def left(self, now: float) -> float:
        """Seconds until the code dies; 0 or less if it is dead."""
        if self.done or self.wrong >= TRIES:
            return 0
        return self._start + (max(self._seconds, WORK * 60) if self.begun_at else self._seconds) - now

    @property
    def exhausted(self) -> bool:
        return self.wrong >= TRIES

    def judge(self, body: bytes, peer: str, now: float) -> Verdict:
        """What a message from ``peer`` comes to. Every wrong one counts."""
        if self.left(now) <= 0:
            return Verdict(why="the code is dead")
        try:
            return self._judge(body, peer)
        except ValueError as error:
            self.wrong += 1
            return Verdict(why=str(error))

    def _judge(self, body: bytes, peer: str) -> Verdict:
        given, _, signed = body.partition(b"\n")
        if not is_mac(self._token, signed, given.decode("ascii", "replace")):
            raise ValueError("its MAC is not made with this code")
        try:
            message = Message.parse(signed.decode("utf-8"))
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8") from None
        if message.fields.get("nonce") != self._nonce:
            raise ValueError("it belongs to another pairing")
        if message.fields.get("address") != peer:
            raise ValueError(f"it was made at {message.fields.get('address') or 'no address'}, and came from {peer}")
        if self.begun_at not in ("", peer):
            raise ValueError(f"the phone at {self.begun_at} has begun with this code")
        if message.kind == "begin":
            self.begun_at = peer
            return Verdict(self._yes("begin"), begun=True)
        if message.kind != "report":
            raise ValueError("it is neither a beginning nor a report")
        report = Report.of(message, peer)
        self.done = True
        return Verdict(self._yes("report"), report=report)

    def _yes(self, to: str) -> str:
        """The answer by which the phone knows that it is we who heard it."""
        return mac(self._token, f"yes {to} {self._nonce}".encode())
