"""How the stand-in's mirror misbehaves, at the wire: told by ``StandInPhone.misbehave``, obeyed by ``mirror.py``.

The faults lie in ``faults.json`` in the phone's folder and are read again for every request, so that they can be
changed while the phone runs.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import time
from dataclasses import asdict, dataclass
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Literal, get_args

Kind = Literal[
    "403", "404", "503",  # it says so
    "portal",  # the Wi-Fi answers in its place, with a page to log in on
    "silent",  # accepts, and says nothing
    "reset",  # closes the connection hard
    "truncated",  # half the file, then the end
    "flipped",  # one bit is another
    "mid-sync",  # the file is not (yet, any more) the one of the index: its size differs
    "crawl",  # a few bytes a second
    "certificate",  # signed by nobody that the phone knows
    "nameless",  # its name does not resolve
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
BODIES = ("truncated", "flipped", "mid-sync")
"""Kinds that spoil what is sent; without a path these are the packages, since apt would not come to them otherwise."""
PORTAL = b"<html><body>Welcome to Cafe Wi-Fi. Please log in.</body></html>\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """One host, one way to misbehave; ``path`` is a regular expression that is searched in a request's path."""

    host: str
    kind: str
    path: str = ""


def write(folder: Path, faults: list[Fault]) -> None:
    """These are the faults from the next request on."""
    new = folder / "faults.new"
    new.write_text(json.dumps([asdict(fault) for fault in faults]))
    new.rename(folder / "faults.json")


def read(folder: Path) -> list[Fault]:
    """The faults of now; none if nobody told any."""
    try:
        return [Fault(**fault) for fault in json.loads((folder / "faults.json").read_text())]
    except OSError:
        return []


def of(folder: Path, host: str, path: str) -> str:
    """The kind of fault that a request meets; empty: none."""
    found = (fault for fault in read(folder) if fault.host == host and re.search(fault.path, path))
    return next((fault.kind for fault in found), "")


def strange(folder: Path, host: str | None) -> bool:
    """Whether the host shows a certificate that nobody knows."""
    return any(fault.kind == "certificate" and fault.host == host for fault in read(folder))


def answer(request: SimpleHTTPRequestHandler, kind: str, file: Path) -> None:
    """The answer to a GET or HEAD, spoilt in that way."""
    if kind.isdigit():
        request.send_error(int(kind))
    elif kind in ("silent", "reset"):
        request.log_request()
        request.close_connection = True
        (_say_nothing if kind == "silent" else _reset)(request.connection)
    elif kind == "portal":
        _send(request, PORTAL, len(PORTAL))
    elif not file.is_file():
        request.send_error(404)
    else:
        _send_spoilt(request, kind, file.read_bytes())


def _send_spoilt(request: SimpleHTTPRequestHandler, kind: str, content: bytes) -> None:
    middle = len(content) // 2
    if kind == "truncated":
        request.close_connection = True
        _send(request, content[:middle], len(content))
    elif kind == "flipped":
        content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        _send(request, content, len(content))
    elif kind == "mid-sync":
        _send(request, content + b"\n" * 7, len(content) + 7)
    else:
        _send(request, content, len(content), pause=0.2)


def _send(request: SimpleHTTPRequestHandler, content: bytes, length: int, pause: float = 0) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(length))
    request.end_headers()
    if request.command == "HEAD":
        return
    if not pause:
        request.wfile.write(content)
    for byte in content if pause else b"":
        request.wfile.write(bytes([byte]))
        time.sleep(pause)


def _say_nothing(connection: socket.socket) -> None:
    connection.settimeout(120)
    while connection.recv(4096):
        pass


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
