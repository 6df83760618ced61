"""A pseudo terminal on the phone, led through to this one: for one command, or for a shell where no ssh client is."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from typing import TYPE_CHECKING

from paramiko.ssh_exception import SSHException

from provisioner.lean_dataclass import dataclass
from provisioner.transport import explain

if TYPE_CHECKING:
    import paramiko

    from provisioner.transport.ssh import SSHTransport

_PIECE = 1 << 14


@dataclass(frozen=True, slots=True)
class Script:
    """What a shell that was started by ``command`` is to be told. It prints ``marker`` once it has heard everything and
    begins: what came before is the terminal's echo and a profile's greetings, for nobody to see."""

    command: str
    text: bytes
    marker: bytes


def interact(transport: SSHTransport, script: Script | None = None) -> int:
    """Lead the phone's login shell, or what ``script`` runs, through to this terminal until it ends; its exit status.

    POSIX only. Raises ConnectError, ConnectionLost. The terminal is left as it was, whatever happens.
    """
    session, begun = transport.session, b""
    try:
        channel = session.open_channel("session", timeout=transport.limits.channel)
        size = os.get_terminal_size(sys.stdout.fileno())
        channel.get_pty(os.environ.get("TERM", "xterm-256color"), size.columns, size.lines)
        if script:
            begun = _begun(channel, script, transport.limits.channel)
        else:
            channel.invoke_shell()
    except (SSHException, EOFError, OSError) as error:
        raise (
            explain.lost(session.wire.died) if session.dead else explain.no_terminal(transport.target, error)
        ) from None
    transport.cost.execs += 1
    _write(sys.stdout.fileno(), begun)
    with _raw(sys.stdin.fileno()), _follows_size(channel):
        _lead_through(channel)
    status = channel.recv_exit_status()
    if status < 0:
        raise explain.lost(session.wire.died)
    return status


def _begun(channel: paramiko.Channel, script: Script, limit: float) -> bytes:
    """What was said behind the marker so far; all, if it never came. Raises OSError after ``limit`` silent seconds."""
    channel.exec_command(script.command)
    channel.sendall(script.text)
    channel.settimeout(limit)
    said = b""
    while script.marker not in said:
        data = channel.recv(_PIECE)
        if not data:
            return said
        said += data
    channel.settimeout(None)
    return said.partition(script.marker)[2]


def _lead_through(channel: paramiko.Channel) -> None:
    """Carry bytes both ways until the shell has ended."""
    ended, waker = os.pipe()

    def show() -> None:
        while data := channel.recv(_PIECE):
            _write(sys.stdout.fileno(), data)
        os.close(waker)

    shown = threading.Thread(target=show, daemon=True)
    shown.start()
    source = sys.stdin.fileno()
    try:
        while True:
            ready, _, _ = select.select([source, ended], [], [])
            if ended in ready:
                break
            data = os.read(source, _PIECE)
            if not data:
                channel.shutdown_write()
                break
            channel.sendall(data)
    except OSError:  # the shell has ended between two keys
        pass
    shown.join()
    os.close(ended)


def _write(target: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


@contextlib.contextmanager
def _raw(terminal: int) -> Iterator[None]:
    """Every key goes to the phone, Ctrl-C too."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setraw(terminal)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _follows_size(channel: paramiko.Channel) -> Iterator[None]:
    """The phone's terminal has the size of this one, whenever it changes."""

    def tell(*_: object) -> None:
        size = os.get_terminal_size(sys.stdout.fileno())
        with contextlib.suppress(SSHException, OSError):
            channel.resize_pty(size.columns, size.lines)

    before = signal.signal(signal.SIGWINCH, tell)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
