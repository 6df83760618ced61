"""As much of HTTP as one ``curl`` and one browser need, with a limit on everything."""

from __future__ import annotations

import contextlib
import socket
import time

from provisioner.lean_dataclass import dataclass

HEAD = 8192
BODY = 4096
SECONDS = 10.0
"""For one client, from its first byte to its last: whoever dribbles is cut off."""


FIRST = 3.0
"""Seconds until its first byte: browsers open connections in reserve, and we serve one at a time."""
LINGER = 2.0
"""Seconds for it to take the answer and go."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes = b""


class BadRequest(Exception):
    """It cannot be served; ``status`` says why."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def read_request(client: socket.socket, seconds: float) -> Request:
    """Read one request. Raises BadRequest when it is malformed, too large or too slow."""
    start = time.monotonic()
    deadline = start + seconds
    data = _some(client, min(deadline, start + FIRST))
    while (end := data.find(b"\r\n\r\n")) < 0:
        if len(data) > HEAD:
            raise BadRequest("431 Request Header Fields Too Large")
        data += _some(client, deadline)
    lines = data[:end].decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or not words[1].startswith("/"):
        raise BadRequest("400 Bad Request")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        raise BadRequest("411 Length Required")
    if len(length) > 6 or int(length) > BODY:
        raise BadRequest("413 Content Too Large")
    body = data[end + 4 :]
    while len(body) < int(length):
        body += _some(client, deadline)
    return Request(words[0], words[1], body[: int(length)])


def _some(client: socket.socket, deadline: float) -> bytes:
    left = deadline - time.monotonic()
    if left <= 0:
        raise BadRequest("408 Request Timeout")
    client.settimeout(left)
    try:
        data = client.recv(4096)
    except TimeoutError:
        raise BadRequest("408 Request Timeout") from None
    if not data:
        raise BadRequest("400 Bad Request")
    return data


def answer(client: socket.socket, status: str, body: bytes = b"", kind: str = "text/plain; charset=utf-8") -> None:
    """Send an answer, and say that it was the last one here."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    client.settimeout(LINGER)
    with contextlib.suppress(OSError):  # whoever went away does not want it
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        for _ in range(32):  # an unread rest would turn our close into a reset, which takes the answer with it
            if not client.recv(4096):
                break
