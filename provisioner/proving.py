"""Runs one proof on the phone; one that serves a port is fetched from the laptop through the same connection."""

from __future__ import annotations

import time

from provisioner.errors import ConnectError, ProvisionerError
from provisioner.model import ProofResult, ProofStatus
from provisioner.runner import Conversation
from provisioner.tasks.base import Proof
from provisioner.transport.base import Transport

CANNOT_TELL = 77
"""Exit status of a proof that says nothing on this phone (as in automake's tests)."""
WAITS = 75
"""Exit status of a proof that waits for a finger on the phone (EX_TEMPFAIL of sysexits.h)."""
SERVING = "serving\n"
"""What the script of a proof says when its port can be visited; until then the laptop leaves it alone."""


def prove(proof: Proof, conversation: Conversation, transport: Transport) -> ProofResult:
    """What the proof came to. Raises ConnectionLost; anything else that goes wrong is a failed proof."""
    begin = time.monotonic()
    fetched = "" if proof.fetch is None else "nothing answered"
    conversation.begin_proof(proof.script)
    while (answer := conversation.proof_answer(0.2)) is None:
        if time.monotonic() - begin > proof.timeout:
            raise ProvisionerError(
                f"The proof {proof.name!r} of {proof.task} has not ended within {proof.timeout} s.",
                hint="Look at the phone: is it very low on memory?",
            )
        if proof.fetch and fetched and conversation.proof_said(SERVING):
            fetched = _fetch(transport, *proof.fetch)
    rc, text = answer[0], answer[1].removeprefix(SERVING).strip()
    status = {0: ProofStatus.OK, CANNOT_TELL: ProofStatus.SKIPPED, WAITS: ProofStatus.WAITING}.get(
        rc, ProofStatus.FAILED
    )
    if status is ProofStatus.OK and fetched:
        status, text = ProofStatus.FAILED, f"from the laptop: {fetched}"
    return ProofResult(proof.name, status, text, round((time.monotonic() - begin) * 1000), proof.task)


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
