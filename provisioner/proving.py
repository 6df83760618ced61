"""Runs the proofs on the phone, sent all at once; what one serves is fetched from here through the same connection."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

from provisioner.errors import ConnectError, ProvisionerError
from provisioner.formats.elf import Elf, why_not
from provisioner.model import Event, EventKind, ProofResult, ProofStatus
from provisioner.runner import Conversation
from provisioner.shell import device_script, feed, sh
from provisioner.tasks.base import Look, Proof
from provisioner.transport.base import Transport

CANNOT_TELL = 77
"""Exit status of a proof that says nothing on this phone (as in automake's tests)."""
WAITS = 75
"""Exit status of a proof that waits for a finger on the phone (EX_TEMPFAIL of sysexits.h)."""
STOPPED = (124, 137)
"""Exit status of timeout(1) when it had to end its program, or kill it."""
SERVING = "serving\n"
"""What the script of a proof says when its port can be visited; until then the laptop leaves it alone."""
GRACE = 20.0
"""Seconds beyond its limit until a proof that does not end is a phone that does not work any more."""
PREPARED = 60.0
"""Seconds that a phone may take to make a folder and a few files."""
_PROGRAM = re.compile(r"\{(elf|why) (here|missing) ([A-Za-z0-9+/=]*)\}")


class Proving:
    """Some proofs, and the conversation in which they run."""

    def __init__(
        self, proofs: Sequence[Proof | Look], conversation: Conversation, transport: Transport, arch: str
    ) -> None:
        self._all = tuple(proofs)
        self._conversation = conversation
        self._transport = transport
        self._arch = arch

    def results(self, on_event: Callable[[Event], None]) -> Iterator[ProofResult]:
        """What each came to, in order, as it ends. Raises ConnectionLost, ConnectError; ProvisionerError if the phone
        does not end one in time. Anything else that goes wrong is a failed proof."""
        run = [proof for proof in self._all if isinstance(proof, Proof)]
        if run:
            self._conversation.begin(blocks(run))
            if self._conversation.ended(PREPARED) is None:
                raise ProvisionerError(
                    f"The phone has not made a folder for the proofs within {PREPARED:.0f} s.",
                    hint="Look at the phone: is it very low on memory, or is there no room left?",
                )
        for each in self._all:
            if isinstance(each, Look):
                yield ProofResult(each.name, ProofStatus.LOOK, each.text, 0, each.task)
                continue
            text = f"{each.task}: {each.name}{each.doing and f' ({each.doing})'}"
            on_event(Event(EventKind.NOTE, text=text))
            yield self._result(each)

    def _result(self, proof: Proof) -> ProofResult:
        begin = time.monotonic()
        fetched = "" if proof.fetch is None else "nothing answered"
        while (told := self._conversation.ended(0.2)) is None:
            if time.monotonic() - begin > proof.timeout + GRACE:
                raise ProvisionerError(
                    f"The proof {proof.name!r} of {proof.task} has not ended within {proof.timeout} s.",
                    hint="Look at the phone: is it very low on memory?",
                )
            if proof.fetch and fetched and self._conversation.said(SERVING):
                fetched = _fetch(self._transport, *proof.fetch)
        status, text = self._judged(proof, told)
        if status is ProofStatus.OK and fetched:
            status, text = ProofStatus.FAILED, f"from the laptop: {fetched}"
        ms = round((time.monotonic() - begin) * 1000)
        return ProofResult(proof.name, status, text, ms, proof.task, proof.shows, proof.how)

    def _judged(self, proof: Proof, told: dict[str, bytes]) -> tuple[ProofStatus, str]:
        text = told["out"].decode("utf-8", "replace").strip().removeprefix(SERVING).strip()
        ended = told["rc"].decode().strip()
        if ended == "needs":
            return ProofStatus.SKIPPED, f"needs {proof.after!r}"
        rc = int(ended)
        if rc in STOPPED:
            return ProofStatus.FAILED, f"stopped: not done in {proof.timeout} s{text and '; it said: '}{text[-200:]}"
        status = {0: ProofStatus.OK, CANNOT_TELL: ProofStatus.SKIPPED, WAITS: ProofStatus.WAITING}
        return status.get(rc, ProofStatus.FAILED), explained(text or _silent(rc), self._arch)


def blocks(proofs: Sequence[Proof]) -> Iterator[str]:
    """The pieces of script: one that prepares, and one a proof."""
    used = dict.fromkeys(name for proof in proofs for name in proof.uses)
    files = "".join(feed(sh('lay "$P/"{}', name), device_script(name).encode()) for name in used)
    yield f"{device_script('proof.sh')}proofs_begin\n{files}"
    numbers = {(proof.task, proof.name): number for number, proof in enumerate(proofs, 1)}
    for number, proof in enumerate(proofs, 1):
        needed = numbers[proof.task, proof.after] if proof.after else 0
        sources = "".join(sh('. "$P/"{}\n', name) for name in proof.uses)
        script = f'set -eu\ncd "$d"\n{sources}{proof.script}'
        written = feed('lay "$P/script"', script.encode("utf-8", "surrogateescape"))
        last = "proofs_end\n" if number == len(proofs) else ""
        yield written + sh("proof {} {} {}\n", number, needed, proof.timeout) + last


def explained(text: str, arch: str) -> str:
    """The text of a proof, where ``{elf here BASE64}`` and ``{why missing BASE64}`` (a program file's first bytes, and
    whether its loader is on the phone) have become words on how it is linked, and why it cannot run."""
    import base64

    def words(found: re.Match[str]) -> str:
        try:
            elf = Elf.parse(base64.b64decode(found[3]))
        except ValueError as error:
            return str(error)
        if found[1] == "elf":
            return elf.linked
        return (
            why_not(elf, arch, libc="bionic" if found[2] == "missing" else elf.libc)
            or f"it is for {elf.machine}, {elf.linked}"
        )

    return _PROGRAM.sub(words, text)


def _silent(rc: int) -> str:
    return f"it ended with exit status {rc} and says nothing" if rc else ""


def _fetch(transport: Transport, port: int, expected: str) -> str:
    """Why ``GET /`` did not answer ``expected``; empty: it did."""
    try:
        tunnel = transport.tunnel(port)
    except ConnectError as error:
        return error.summary
    try:
        tunnel.settimeout(5)
        tunnel.sendall(f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        answer = b""
        while data := tunnel.recv(65536):
            answer += data
    except (OSError, ConnectError) as error:
        return f"the answer stopped: {error}"
    finally:
        tunnel.close()
    body = answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")
    return "" if expected in body else f"the answer was {body[:80]!r}"
