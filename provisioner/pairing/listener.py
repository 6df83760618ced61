"""The one-shot listener: a few fixed paths on one private address, one client at a time, until one report counts."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping

from provisioner.connecting.addresses import require_private
from provisioner.errors import ConnectError, UsageError
from provisioner.lean_dataclass import dataclass
from provisioner.pairing import http
from provisioner.pairing.claim import TRIES, Claim
from provisioner.pairing.report import Report

REPORT = "/report"
SCRIPT = "/s"
PAGE = "/p"
_TICK = 1.0  # seconds between two looks at the clock; Windows notices Ctrl-C only then


@dataclass(frozen=True, slots=True)
class Page:
    """What a path answers with."""

    body: bytes
    kind: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the person at the laptop may want to see: fetched, begun, refused (with ``why``), reported, or a
    tick of the clock."""

    what: str
    address: str = ""
    why: str = ""
    left: float = 0.0


Watch = Callable[[Happening], None]


class Listener:
    """Open from its making to ``close``. Raises UsageError for an address that it must not or cannot have.

    ``seconds`` bound one client, from its first byte to its last.
    """

    def __init__(self, address: str, *, seconds: float = http.SECONDS) -> None:
        family = socket.AF_INET6 if ":" in require_private(address) else socket.AF_INET
        try:
            self._socket = socket.create_server((address, 0), family=family, backlog=4)
        except OSError as error:
            raise UsageError(f"nothing can listen on {address}: {error.strerror}") from None
        self.address = address
        self._seconds = seconds
        self.port: int = self._socket.getsockname()[1]

    @property
    def place(self) -> str:
        """As it stands in an address for curl."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def wait(self, claim: Claim, pages: Mapping[str, Page], watch: Watch) -> Report:
        """Serve until a report counts. Raises ConnectError when the code has died before."""
        try:
            while (left := claim.left(time.monotonic())) > 0:
                self._socket.settimeout(min(left, _TICK))
                try:
                    client, peer = self._socket.accept()
                except TimeoutError:
                    watch(Happening("tick", left=left))
                    continue
                with client:
                    report = self._serve(client, str(peer[0]), claim, pages, watch)
                if report is not None:
                    return report
        finally:
            self.close()
        raise _died(claim)

    def _serve(
        self, client: socket.socket, peer: str, claim: Claim, pages: Mapping[str, Page], watch: Watch
    ) -> Report | None:
        try:
            request = http.read_request(client, self._seconds)
        except (http.BadRequest, OSError) as error:
            http.answer(client, error.status if isinstance(error, http.BadRequest) else "400 Bad Request")
            return None
        if request.method == "GET" and request.path in pages:
            page = pages[request.path]
            http.answer(client, "200 OK", page.body, page.kind)
            watch(Happening("fetched", peer))
            return None
        if (request.method, request.path) != ("POST", REPORT):
            http.answer(client, "404 Not Found")
            return None
        verdict = claim.judge(request.body, peer, time.monotonic())
        http.answer(client, "200 OK" if verdict.accepted else "403 Forbidden", verdict.answer.encode())
        if not verdict.accepted:
            watch(Happening("refused", peer, verdict.why))
        else:
            watch(Happening("begun" if verdict.begun else "reported", peer))
        return verdict.report

    def close(self) -> None:
        self._socket.close()


def _died(claim: Claim) -> ConnectError:
    if claim.exhausted:
        return ConnectError(
            f"{TRIES} messages came that were not made with this code, so it is dead; nothing was paired",
            hint="somebody else may be in this network: start again, or use the cable (pair --usb)",
            kind="pairing_tries",
        )
    if claim.begun_at:
        return ConnectError(
            f"the phone at {claim.begun_at} has begun, but did not report",
            hint="look at its screen: if it shows six groups of characters, run\n"
            f"    hello-termux pair --host {claim.begun_at}",
            kind="pairing_silent",
        )
    return ConnectError(
        "no phone has come, and the code is dead now",
        hint="if it printed an error of curl, it cannot reach this computer (a firewall here, or a Wi-Fi that keeps "
        "its clients apart). Then there are two ways:\n"
        "    hello-termux pair --usb              through a cable\n"
        "    hello-termux pair --host ADDRESS     with a line for the phone that needs nothing from here",
        kind="pairing_nobody",
    )
