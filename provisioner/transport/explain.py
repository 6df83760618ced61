"""What went wrong on the way to the phone, in sentences: what happened, where, and what to do next."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

from provisioner.errors import ConnectError, ConnectionLost, HostKeyError
from provisioner.transport.target import Target

if TYPE_CHECKING:
    from provisioner.transport.channel import ShellChannel
    from provisioner.transport.session import Session

WAKE = "unlock the phone, open Termux and plug it in; `termux-wake-lock` keeps it awake"
_NO_ROUTE = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, getattr(errno, "EHOSTDOWN", -1))


def unknown_name(target: Target, error: OSError | UnicodeError) -> ConnectError:
    host, _, zone = target.address.partition("%")
    if zone and ":" in host:
        known = ", ".join(name for _, name in socket.if_nameindex())
        return ConnectError(f"this computer has no network {zone}", hint=f"it has {known}", kind="unknown_name")
    temporary = isinstance(error, socket.gaierror) and error.errno == getattr(socket, "EAI_AGAIN", None)
    return ConnectError(
        f"{target.address} cannot be looked up" if temporary else f"no host is known by the name {target.address}",
        hint="check the network of this machine" if temporary else "use the phone's address: -H ADDRESS[:PORT], "
        "or meet it first: `hello-termux pair NAME`",
        kind="unknown_name",
    )  # fmt: skip


def unreachable(target: Target, error: OSError, waited: float) -> ConnectError:
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return timed_out(target, waited)
    if isinstance(error, ConnectionRefusedError):
        hint = "open Termux on the phone and type: sshd"
        if target.port == 22:
            hint = "Termux's sshd listens on 8022: give -H ADDRESS:8022"
        return ConnectError(f"{target} refuses the connection: no sshd listens there", hint=hint, kind="port_closed")
    if isinstance(error, ConnectionResetError):
        return closed_early(target)
    if error.errno == errno.EINVAL and target.address.lower().startswith("fe80:") and "%" not in target.address:
        return ConnectError(
            f"{target.address} counts in one network only, and this computer may be in several",
            hint=f"say which, by its name on this computer: -H {target.address}%wlan0",
            kind="no_route",
        )
    if error.errno in _NO_ROUTE:
        return ConnectError(
            f"there is no way to {target} from here: {error.strerror}",
            hint="put phone and laptop in the same network, or use a cable: -H usb:NAME",
            kind="no_route",
        )
    return ConnectError(
        f"{target} cannot be reached: {error.strerror or error}", hint="check the address and the port", kind="no_route"
    )


def timed_out(target: Target, waited: float) -> ConnectError:
    return ConnectError(
        f"{target} does not answer: no connection within {waited:g} s",
        hint="is that the phone's address, is it in the same Wi-Fi, awake, and is sshd running? "
        "Through a cable: -H usb:NAME",
        kind="filtered",
    )


def no_banner(target: Target, waited: float) -> ConnectError:
    return ConnectError(
        f"{target} takes the connection and then says nothing for {waited:g} s",
        hint=f"the phone probably dozes: {WAKE}",
        kind="no_banner",
    )


def closed_early(target: Target) -> ConnectError:
    return ConnectError(
        f"{target} takes the connection and closes it without a word",
        hint="is sshd running? In Termux type: sshd - an adb forward takes connections even when nothing listens",
        kind="closed_early",
    )


def no_ssh(target: Target, said: bytes) -> ConnectError:
    if b"Not allowed at this time" in said:
        return ConnectError(
            f"{target} does not let this machine in for now: its sshd saw too many failed logins",
            hint="wait a minute and try once more; every try adds to the wait",
            kind="penalised",
        )
    return ConnectError(
        f"{target} is no SSH server; it said: {quote(said)}",
        hint="check the port: Termux's sshd has 8022",
        kind="not_ssh",
    )


def quote(said: bytes, limit: int = 60) -> str:
    """A foreign peer's bytes, harmless: first line, printable ASCII, the rest escaped."""
    line = said.lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")
    shown = "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in line[:limit])
    return f'"{shown}{"..." if len(line) > limit else ""}"'


def lost(why: str) -> ConnectionLost:
    if why:
        return ConnectionLost(f"the connection is dead: the phone {why}", hint=WAKE)
    return ConnectionLost("the phone closed the connection", hint=WAKE)


def exchange_failed(
    target: Target, error: BaseException | None, finished: bool, version: str
) -> ConnectError | HostKeyError:
    """The version lines were exchanged, and then no common secret came of it."""
    from provisioner.transport import hostkeys

    said = str(error or "")
    if "host key" in said and "no acceptable" in said:
        pins = hostkeys.pins_of(target)
        if pins:
            return hostkeys.changed(target, pins, None)
        return ConnectError(f"{target} ({harmless(version)}) has no host key of a kind that can be used")
    if "no acceptable" in said:
        return ConnectError(
            f"{target} ({harmless(version)}) and this program have no common cipher: {harmless(said)}",
            hint="pkg upgrade openssh, on the phone",
        )
    if not finished:
        said = f"{target} says hello ({harmless(version)}) and then nothing more"
        return ConnectError(said, hint=WAKE, kind="no_login")
    if error is None or isinstance(error, EOFError | ConnectionError):
        return ConnectError(
            f"{target} ({harmless(version)}) closes the connection during the key exchange",
            hint="openssh was perhaps upgraded while its old daemon runs. In Termux: "
            'kill "$(cat $PREFIX/var/run/sshd.pid)"; sshd',
            kind="key_exchange",
        )
    return ConnectError(
        f"the key exchange with {target} ({harmless(version)}) failed: {harmless(said)}",
        hint="is that the phone's address and port? If so: pkg upgrade openssh, on the phone",
        kind="key_exchange",
    )


def login_failed(target: Target, session: Session, finished: bool, waited: float) -> ConnectError:
    if not finished:
        return ConnectError(f"{target} does not answer the login within {waited:g} s", hint=WAKE, kind="no_login")
    if session.dead and not session.allowed:
        return ConnectError(
            f"{target} closes the connection during the login",
            hint="too many failed logins, perhaps: wait a minute and try once more",
            kind="penalised",
        )
    methods = ",".join(harmless(name) for name in session.allowed)
    if "publickey" not in session.allowed:
        return ConnectError(
            f"{target} takes no keys, only: {methods or 'nothing'}",
            hint="set PubkeyAuthentication yes on the phone",
            kind="key_refused",
        )
    return ConnectError(
        f"{target} does not let us in with this key: Permission denied ({methods})",
        hint="add the public half to ~/.ssh/authorized_keys on the phone, as one line, or give another key with -i",
        kind="key_refused",
    )


def no_shell(target: Target, channel: ShellChannel) -> ConnectError:
    return ConnectError(
        f"logged in to {target}, but {channel.refused or 'it closes the session'}",
        hint="is the key restricted in ~/.ssh/authorized_keys, or sshd by ForceCommand or MaxSessions?",
        kind="no_shell",
    )


def no_terminal(target: Target, error: BaseException) -> ConnectError:
    return ConnectError(
        f"logged in to {target}, but it opens no terminal: {harmless(str(error)) or 'it says no'}",
        hint="is the key restricted in ~/.ssh/authorized_keys (no-pty), or sshd by PermitTTY?",
        kind="no_shell",
    )


def no_tunnel(target: Target, host: str, port: int, error: BaseException) -> ConnectError:
    from paramiko.ssh_exception import ChannelException

    if isinstance(error, ChannelException) and error.code == 1:
        return ConnectError(
            f"{target} forwards no ports", hint="sshd has AllowTcpForwarding no; or the key is restricted"
        )
    if isinstance(error, ChannelException):
        return ConnectError(f"nothing listens on {host}:{port} of {target}")
    return ConnectError(f"{target} does not open a way to {host}:{port} of its own", hint=WAKE)


def harmless(text: str) -> str:
    """Text of the peer's, for a message: one line of printable characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:200]
