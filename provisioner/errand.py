"""One command on the phone: Termux's environment around it, its streams handed through."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING

from provisioner.shell import Device, sh, words

if TYPE_CHECKING:
    from provisioner.transport.ssh import SSHTransport
    from provisioner.transport.streams import Sink, Streams

_PATH = 'PATH="$HOME/.local/bin:$PATH:$HOME/go/bin"\n'
"""Where programs of the user's own lie; the same order as ``golang`` and ``vim_build`` give to a login shell."""
_PIECE = 1 << 16


def script_of(command: Sequence[str], device: Device, marker: str = "") -> str:
    """The text for ``sh -s`` that runs ``command``: one word is a line of shell, several are a program and its words.

    It is parsed whole before it runs. With ``marker`` the command gets what is sent once that has been printed; without
    it its input is empty. Raises ValueError for a NUL.
    """
    line = sh('"$PREFIX/bin/sh" -c {}', command[0]) if len(command) == 1 else words(tuple(command))
    ready, source = (sh("printf %s {}\n", marker), "") if marker else ("", " </dev/null")
    return f"{device.preamble()}{_PATH}{{\n{ready}{line}{source}\nexit $?\n}}\n"


def run(transport: SSHTransport, command: Sequence[str], out: Sink, err: Sink, source: IO[bytes] | None = None) -> int:
    """Run ``command`` and hand its streams through; its exit status, 128 and the number for a signal.

    A KeyboardInterrupt reaches the command before it goes on. Raises ConnectionLost, and what ``out`` raises.
    """
    from provisioner.transport import streams

    marker = secrets.token_hex(16) if source else ""
    running = streams.start(transport)
    try:
        running.send(script_of(command, Device(), marker).encode("utf-8", "surrogateescape"))
        if source is None:
            running.end_input()
            return running.pump(out, err)
        return running.pump(_behind(marker.encode(), out, lambda: _feed(running, source)), err)
    except KeyboardInterrupt:
        running.signal("INT")
        raise
    finally:
        running.close()


def _feed(running: Streams, source: IO[bytes]) -> None:
    def feed() -> None:
        while data := source.read1(_PIECE) if hasattr(source, "read1") else source.read(_PIECE):
            running.send(data)
        running.end_input()

    threading.Thread(target=feed, name="standard input", daemon=True).start()


def _behind(marker: bytes, out: Sink, then: Callable[[], None]) -> Sink:
    """A sink for what follows ``marker``, which does ``then`` on seeing it."""
    seen = bytearray()
    waiting = True

    def sink(data: bytes) -> None:
        nonlocal waiting
        if not waiting:
            out(data)
            return
        seen.extend(data)
        if marker in seen:
            waiting = False
            then()
            if rest := bytes(seen).partition(marker)[2]:
                out(rest)

    return sink
