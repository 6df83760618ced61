"""One command on the phone: Termux's environment around it, its streams handed through, Ctrl-C too."""

from __future__ import annotations

import base64
import secrets
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from provisioner.errors import Stopped
from provisioner.lean_dataclass import dataclass, field
from provisioner.shell import Argument, Device, device_script, sh, words

if TYPE_CHECKING:
    from provisioner.transport.ssh import SSHTransport
    from provisioner.transport.streams import Sink, Streams

HANGS_UP = ("HUP",)
"""As if its terminal was closed: what is to go on without the laptop ignores it (``nohup``)."""
ENDS = ("TERM", "KILL")
SIGNALS = ("INT", "TERM", "KILL")
"""What the first, second and third Ctrl-C become on the phone."""
SIGNALS_ONE = "SSH-2.0-dropbear"
"""Its servers signal the shell alone, not what runs in it (svr-chansession.c): there Ctrl-C ends the connection."""
KILLED = 137
"""128 and the number of the signal that no shell outlives to tell of."""
_PATH = 'PATH="$HOME/.local/bin:$PATH:$HOME/go/bin"\n'
"""Where programs of the user's own lie; the same order as ``golang`` and ``vim_build`` give to a login shell."""
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Errand:
    """What is run: ``line`` in the phone's sh, which ``line_of`` makes of a person's words."""

    line: str
    environment: Mapping[str, str] = field(default_factory=dict)
    without_us: Sequence[str] = HANGS_UP
    """The signals for it, with all that it has started, when the laptop is gone."""

    def script(self, device: Device, marker: str = "") -> str:
        """The text for ``sh -s``. It is parsed whole before it runs.

        With ``marker`` the command gets what is sent once that has been printed; without it its input is empty.
        """
        settings = "".join(sh(f"export {name}={{}}\n", value) for name, value in self.environment.items())
        begin = f"program_begin {words(tuple(self.without_us))}\n"
        ready, source = (sh("printf %s {}\n", marker), "") if marker else ("", " </dev/null")
        return (
            f"{device.preamble()}{_PATH}{settings}{device_script('program.sh')}"
            f"{{\n{begin}{ready}{self.line}{source}\nprogram_end $?\n}}\n"
        )


def at_terminal(transport: SSHTransport, errand: Errand) -> int:
    """Run it at a terminal of its own on the phone, led through to ours; its exit status. POSIX only.

    Keys are the command's, Ctrl-C too. Raises ConnectError, ConnectionLost.
    """
    from provisioner.transport.terminal import Script, interact

    device, marker = Device(), secrets.token_hex(16)
    text = errand.script(device, marker).encode("utf-8", "surrogateescape")
    # Without +i, sh would take the terminal for a person. In base64 no byte is a key that the terminal acts upon.
    told = f"eval \"$(base64 -d <<'E'\n{base64.encodebytes(text).decode()}E\n)\"\n"
    return interact(transport, Script(f"{device.shell[0]} +i -s", told.encode(), marker.encode()))


def line_of(command: Sequence[Argument]) -> str:
    """One word is a line of shell, several are a program and its words. Raises ValueError for a NUL."""
    return sh('"$PREFIX/bin/sh" -c {}', command[0]) if len(command) == 1 else words(tuple(command))


def run(
    transport: SSHTransport,
    errand: Errand,
    out: Sink,
    err: Sink,
    source: IO[bytes] | None = None,
    on_signal: Callable[[str], None] = lambda name: None,
) -> int:
    """Run it and hand its streams through; its exit status, 128 and the number for a signal.

    Ctrl-C goes to the command, with all that it has started in its group; ``on_signal`` hears which signal it became.
    Raises ConnectionLost, what ``out`` raises, and KeyboardInterrupt at the fourth Ctrl-C or for another signal that
    ends us: then, and whenever the connection ends first, the phone sends the command the signals of ``without_us``.
    """
    from provisioner.transport import streams

    marker = secrets.token_hex(16) if source else ""
    running = streams.start(transport)
    try:
        running.send(errand.script(Device(), marker).encode("utf-8", "surrogateescape"))
        if source is None:
            running.end_input()
        else:
            out = _behind(marker.encode(), out, lambda: _feed(running, source))
        names = () if transport.server.startswith(SIGNALS_ONE) else SIGNALS
        return _pump(running, out, err, iter(names), on_signal)
    finally:
        running.close()


def _pump(running: Streams, out: Sink, err: Sink, names: Iterator[str], on_signal: Callable[[str], None]) -> int:
    aside = running.listen_aside(err)
    while True:
        try:
            while data := running.receive():
                out(data)
            aside.join()
            return running.status(killed=KILLED)
        except KeyboardInterrupt as pressed:
            name = _meant(pressed, names)
            running.signal(name)
            on_signal(name)


def _meant(pressed: KeyboardInterrupt, names: Iterator[str]) -> str:
    """The signal that the command is to get. Raises ``pressed`` if it is for us."""
    ends_us = isinstance(pressed, Stopped) and pressed.signal != signal.SIGINT
    name = None if ends_us else next(names, None)
    if name is None:
        raise pressed
    return name


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
