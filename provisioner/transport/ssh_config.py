"""What ``~/.ssh/config`` says of a host: HostName, Port, User, IdentityFile, ProxyJump.

Read by ourselves because the address is needed before paramiko is imported (two round trips pass meanwhile), and
because paramiko's reader knows no ``Include``. ``Match`` blocks are taken for ``all``, ``host``, ``originalhost``,
``user`` and ``localuser``; any other condition (``exec``) counts as not met.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from provisioner.lean_dataclass import dataclass, field
from provisioner.places import ssh_folder

_DEEP = 16
_LINE = r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)"
_WANTED = ("hostname", "port", "user", "identityfile", "proxyjump")


@dataclass(slots=True)
class HostConfig:
    """The first value given for each word; empty where there is none. ``named``: a block names this very host."""

    hostname: str = ""
    port: int | None = None
    user: str = ""
    identityfile: list[Path] = field(default_factory=list)
    proxyjump: str = ""
    named: bool = False


def config_file() -> Path:
    return Path.home() / ".ssh" / "config"


def lookup(alias: str, path: Path | None = None) -> HostConfig:
    """What the configuration says of ``alias``. A file that cannot be read says nothing; a bad port is left out."""
    found: dict[str, str] = {}
    identities: list[str] = []
    named = False
    for word, value, by_name in _lines(path or config_file(), alias):
        if word == "identityfile":
            identities.append(value)
        else:
            found.setdefault(word, value)
        named = named or by_name
    hostname = _expand(found.get("hostname", ""), {"%%": "%", "%h": alias})
    tokens = {"%%": "%", "%h": hostname or alias, "%n": alias, "%d": str(Path.home()),
              "%u": local_user(), "%r": found.get("user", ""), "%p": found.get("port", "")}  # fmt: skip
    port = found.get("port", "")
    jump = found.get("proxyjump", "")
    return HostConfig(
        hostname=hostname,
        port=int(port) if port.isascii() and port.isdigit() and 0 < int(port[:9]) < 65536 else None,
        user=found.get("user", ""),
        identityfile=[Path(_expand(i, tokens)).expanduser() for i in identities if i.lower() != "none"],
        proxyjump="" if jump.lower() == "none" else _expand(jump, tokens),
        named=named,
    )


def _lines(path: Path, alias: str, depth: int = 0) -> Iterator[tuple[str, str, bool]]:
    """The wanted lines that hold for ``alias``, in order, and whether a pattern without wildcards led to them."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return
    import glob

    active, by_name = True, False
    for raw in text.splitlines():
        word, arguments = _words(raw)
        if word == "host":
            active, by_name = _matches(arguments, alias), alias.lower() in (a.lower() for a in arguments)
        elif word == "match":
            active, by_name = _conditions(arguments, alias), False
        elif active and arguments and word == "include" and depth < _DEEP:
            for pattern in arguments:
                base = os.path.expanduser(pattern)  # noqa: PTH111 - a glob pattern, not a path
                whole = base if os.path.isabs(base) else str(Path.home() / ".ssh" / base)  # noqa: PTH117
                for name in sorted(glob.glob(whole)):  # noqa: PTH207
                    if Path(name).parent == ssh_folder():
                        continue  # what we have written there says what the inventory said then
                    for found, value, named in _lines(Path(name), alias, depth + 1):
                        yield found, value, named or by_name
        elif active and arguments and word in _WANTED:
            yield word, arguments[0], by_name
        if active and by_name and word == "host":
            yield "host", alias, True


def _words(raw: str) -> tuple[str, list[str]]:
    line = re.match(_LINE, raw)
    if line is None:
        return "", []
    word, rest = line[1].lower(), line[2]
    try:
        lexer = shlex.shlex(rest, posix=True)
        lexer.whitespace_split, lexer.commenters, lexer.escape, lexer.quotes = True, "#", "", '"'
        return word, list(lexer)
    except ValueError:  # an open quotation mark
        return word, rest.replace('"', "").split()


def _matches(patterns: list[str], name: str) -> bool:
    hit = False
    for pattern in patterns:
        if fnmatch.fnmatchcase(name.lower(), pattern.removeprefix("!").lower().replace("[", "[[]")):
            if pattern.startswith("!"):
                return False
            hit = True
    return hit


def _conditions(arguments: list[str], alias: str) -> bool:
    words = [word.lower() for word in arguments]
    if words == ["all"]:
        return True
    values = {"host": alias, "originalhost": alias, "localuser": local_user()}
    for word, patterns in zip(words[::2], arguments[1::2], strict=False):
        subject = values.get(word.removeprefix("!"))
        if subject is None or _matches(patterns.split(","), subject) == word.startswith("!"):
            return False
    return len(words) % 2 == 0


def local_user() -> str:
    """The name of the person at this machine; empty if it is not known."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _expand(text: str, tokens: dict[str, str]) -> str:
    result, position = "", 0
    while position < len(text):
        token = text[position : position + 2]
        result += tokens.get(token, text[position])
        position += 2 if token in tokens else 1
    return result
