"""Shell text is made here and nowhere else; every argument is quoted by it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeAlias

from provisioner.digests import sha256
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import HOME, PREFIX, RemotePath

DEVICE = Path(__file__).parent / "device"

Argument: TypeAlias = str | int | RemotePath

WORD = 65536
"""Bytes of a text up to which it is a word of the shell's, which that copies a few times."""

_PLAIN = r"[A-Za-z0-9_@%+=:,./-]+"
_HEREDOC_SAFE = rb"[\t\n\x20-\x7e]*"


def quote(argument: Argument) -> str:
    """One word of POSIX sh that stands for exactly ``argument``. Raises ValueError for a NUL: no word holds one."""
    if isinstance(argument, int):
        return str(argument)
    if isinstance(argument, RemotePath):
        root = {"~": '"$HOME"', "$PREFIX": '"$PREFIX"'}.get(argument.base, "")
        return f"{root}/{quote(argument.rest)}" if argument.rest else root
    if "\0" in argument:
        raise ValueError("a NUL character cannot be given to a program")
    if re.fullmatch(_PLAIN, argument):
        return argument
    return "'" + argument.replace("'", "'\\''") + "'"


def sh(template: str, *arguments: Argument) -> str:
    """``template`` with each ``{}`` replaced by the next argument, quoted. Other braces stay as they are.

    Raises ValueError if their numbers differ.
    """
    pieces = template.split("{}")
    if len(pieces) != len(arguments) + 1:
        raise ValueError(f"{len(arguments)} arguments for {len(pieces) - 1} places in {template!r}")
    text = pieces[0]
    for argument, piece in zip(arguments, pieces[1:], strict=True):
        text += quote(argument) + piece
    return text


def words(arguments: list[str] | tuple[Argument, ...] | list[RemotePath]) -> str:
    """The arguments as quoted words with spaces between."""
    return " ".join(quote(argument) for argument in arguments)


def feed(command: str, data: bytes) -> str:
    """``command`` with ``data`` on its standard input, byte for byte.

    Plain ASCII lines travel as a here-document; anything else as base64, since the shells' here-documents cannot hold a
    NUL and dash uses some bytes above 0x7f for itself.
    """
    mark = "E" + sha256(data)[:12]
    plain = re.fullmatch(_HEREDOC_SAFE, data) and data.endswith(b"\n") and mark.encode() not in data
    if plain or not data:
        return f"{command} <<'{mark}'\n{data.decode()}{mark}\n"
    from base64 import encodebytes

    body = encodebytes(data).decode()
    return f"base64 -d <<'{mark}' | {command}\n{body}{mark}\n"


def printed(data: bytes) -> str:
    """A command that prints ``data``, byte for byte: one of the shell's own where it may be, which starts no program.

    A long text, or one that holds a NUL, no word of the shell's can be.
    """
    if len(data) > WORD or b"\0" in data:
        return feed("cat", data)
    return f"printf %s {quote(data.decode('utf-8', 'surrogateescape'))}\n"


@dataclass(frozen=True, slots=True)
class Device:
    """Where Termux lives on the phone: its own places, or a temporary root in tests."""

    prefix: str = PREFIX
    home: str = HOME
    path: str = ""
    """More folders for PATH, after ``$PREFIX/bin``."""

    @property
    def shell(self) -> tuple[str, ...]:
        """The remote command line: one absolute path and plain words, which any login shell reads alike."""
        return (f"{self.prefix}/bin/sh", "-s")

    def preamble(self) -> str:
        """The environment every script of ours sets for itself: what sshd hands on depends on how it was started
        (termux.md §1.3)."""
        path = f"$PREFIX/bin:{quote(self.path)}" if self.path else "$PREFIX/bin"
        return (
            f"PREFIX={quote(self.prefix)} HOME={quote(self.home)}\n"
            f"PATH={path} TMPDIR=$PREFIX/tmp LANG=en_US.UTF-8 SVDIR=$PREFIX/var/service LOGDIR=$PREFIX/var/log\n"
            "export PREFIX HOME PATH TMPDIR LANG SVDIR LOGDIR\n"
            'unset LC_ALL CDPATH IFS GIT_DIR GIT_WORK_TREE GOROOT GOFLAGS\ncd "$HOME" || exit 1\n'
        )


def device_script(name: str) -> str:
    """The text of ``provisioner/device/NAME``, without the comment lines, which the phone does not need."""
    text = (DEVICE / name).read_text("utf-8")
    return "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("#"))
