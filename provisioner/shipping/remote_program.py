"""A program of the phone's, run as if it were here: its output as it comes, Ctrl-C, its exit status."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from provisioner.errors import Stopped
from provisioner.shell import Argument, Device, device_script, sh, words

if TYPE_CHECKING:
    from provisioner.transport.ssh import SSHTransport
    from provisioner.transport.streams import Sink

SIGNALS = ("INT", "TERM", "KILL")
"""What the first, second and third Ctrl-C become there."""


def run_program(
    command: Sequence[Argument],
    transport: SSHTransport,
    out: Sink,
    err: Sink,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Run it, standard input empty; its exit status, 128 and the number for a signal.

    Ctrl-C goes to the program, with all that it started in its session; so does a hang-up, as the signal TERM: other
    than ``errand`` this leaves nothing running. Raises ConnectionLost, and KeyboardInterrupt at the fourth Ctrl-C or
    for another signal that ends us.
    """
    from provisioner.transport import streams

    settings = "".join(sh(f"export {name}={{}}\n", value) for name, value in (environment or {}).items())
    call = f"{{\nprogram {words(tuple(command))}\n}}\n"
    script = Device().preamble() + device_script("program.sh") + settings + call
    names = iter(SIGNALS)
    running = streams.start(transport)
    try:
        running.send(script.encode("utf-8", "surrogateescape"))
        while True:
            try:
                return running.pump(out, err)
            except KeyboardInterrupt as pressed:
                ends_us = isinstance(pressed, Stopped) and pressed.signal != signal.SIGINT
                name = None if ends_us else next(names, None)
                if name is None:
                    raise
                running.send(f"{name}\n".encode())
    finally:
        running.close()
