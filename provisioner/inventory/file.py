"""The text of ``hosts.toml``: read into values with their places, and changed so that comments and order stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from provisioner.errors import Mistake, UsageError
from provisioner.lean_dataclass import dataclass, field
from provisioner.model import JSON, Source
from provisioner.suggest import did_you_mean
from provisioner.transport.hostkeys import HostKey
from provisioner.whole_file import write_whole

REHEARSAL = "rehearsal"
"""What ``-H`` calls the stand-in phone: no other has this name."""
NAME_HINT = f"letters, digits, dots and dashes will do; {REHEARSAL} is the stand-in phone"
_NAME = r"[^\s:@\[\]/\\\x00-\x1f-][^\s:@\[\]/\\\x00-\x1f]*"
"""What a phone may be called: no part of an address, a path or an option."""

_KEYS = ("address", "port", "identity", "host_key", "last_known", "vars")
_TOML_PLACE = r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$"


def is_name(text: str) -> bool:
    """Whether a phone may be called so."""
    return re.fullmatch(_NAME, text) is not None and text != REHEARSAL


@dataclass(frozen=True, slots=True)
class Entry:
    """One phone as ``hosts.toml`` has it. ``source`` is its place; ``host_keys`` are the pinned ones."""

    name: str
    address: str
    port: int | None = None
    identity: Path | None = None
    host_keys: tuple[str, ...] = ()
    last_known: tuple[str, ...] = ()
    """Where the phone was before, the latest first."""
    vars: Mapping[str, JSON] = field(default_factory=dict)
    source: Source = Source("")


def read(path: Path, mistakes: list[Mistake]) -> dict[str, Entry]:
    """The entries of a file, none if it does not exist. What is wrong goes to ``mistakes``."""
    return _Reader(path, mistakes).read()


class _Reader:
    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self._path = path
        self._mistakes = mistakes
        self._lines: list[str] = []

    def read(self) -> dict[str, Entry]:
        try:
            text = self._path.read_bytes().decode().removeprefix("\ufeff")
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._note(f"{self._path} cannot be read: {error.strerror}", 0)
            return {}
        except UnicodeDecodeError as error:
            self._note(f"{self._path} is not UTF-8", error.object.count(b"\n", 0, error.start) + 1)
            return {}
        import tomllib  # 4 ms before a plan's first packet, where there is a file

        self._lines = text.splitlines()
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(_TOML_PLACE, str(error))
            line, column = (int(place[1]), int(place[2])) if place and place[1] else (len(self._lines), 0)
            bare = re.match(r"\s*(address|identity|host_key)\s*=\s*[^\s\"'\[#]", "".join(self._lines[line - 1 : line]))
            hint = f'a text stands in quotes: {bare[1]} = "..."' if bare else ""
            self._note(f"this is not TOML: {re.sub(_TOML_PLACE, '', str(error))}", line, column, hint)
            return {}
        for key in document.keys() - {"hosts"}:
            self._note(
                f"unknown word {key}", self._line_of(key, 0), hint=did_you_mean(key, ("hosts",), "write [hosts.NAME]")
            )
        hosts = document.get("hosts", {})
        if not isinstance(hosts, dict):
            self._note("hosts must be a table: write [hosts.NAME]", self._line_of("hosts", 0))
            return {}
        found = (self._entry(name, value) for name, value in hosts.items())
        return {entry.name: entry for entry in found if entry is not None}

    def _entry(self, name: str, table: object) -> Entry | None:
        start = self._header(name)
        if not is_name(name):
            self._note(f"{name!r} is no name for a phone", start, hint=NAME_HINT)
            return None
        if not isinstance(table, dict):
            self._note(f"hosts.{name} must be a table", start, hint=f"write [hosts.{name}]")
            return None
        before = len(self._mistakes)
        for key in table:
            if key not in _KEYS:
                hint = did_you_mean(key, _KEYS, f"known are {', '.join(_KEYS)}")
                self._note(f"unknown key {key} in hosts.{name}", self._line_of(key, start), hint=hint)
        if "address" not in table and not any(did_you_mean(key, ("address",)) for key in table):
            self._note(f"hosts.{name} has no address", start, hint='write address = "192.168.1.7"')
        address = self._typed(table, "address", str, "a text", start) or ""
        if "address" in table and isinstance(table["address"], str) and not _is_address(address):
            hint = "the port goes into port =" if address.count(":") == 1 else "a name or an IP address"
            self._note(f"{address!r} is no address", self._line_of("address", start), hint=hint)
        port = self._typed(table, "port", int, "a number from 1 to 65535", start)
        if port is not None and not 0 < port < 65536:
            self._note(f"{port} is no port: it must be from 1 to 65535", self._line_of("port", start))
        identity = self._typed(table, "identity", str, "the path of a private key", start)
        entry = Entry(
            name=name,
            address=address,
            port=port,
            identity=self._path.parent / Path(identity).expanduser() if identity else None,
            host_keys=self._host_keys(table.get("host_key", []), start),
            last_known=self._last_known(table, start),
            vars=self._vars(table, start),
            source=Source(str(self._path), start, 1),
        )
        return entry if len(self._mistakes) == before else None

    def _typed(self, table: dict[str, Any], key: str, kind: type, what: str, start: int) -> Any:
        value = table.get(key)
        if value is None or (isinstance(value, kind) and not isinstance(value, bool)):
            return value
        self._note(f"{key} must be {what}, not {_shown(value)}", self._line_of(key, start))
        return None

    def _host_keys(self, value: object, start: int) -> tuple[str, ...]:
        keys: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            try:
                if not isinstance(item, str):
                    raise ValueError(f"host_key must be a text, not {_shown(item)}")
                keys.append(HostKey.parse(item).line)
            except ValueError as error:
                self._note(str(error), self._line_of("host_key", start))
        return tuple(keys)

    def _last_known(self, table: dict[str, Any], start: int) -> tuple[str, ...]:
        found = self._typed(table, "last_known", list, "a list of addresses", start) or []
        for each in found:
            if not isinstance(each, str) or not _is_address(each):
                self._note(
                    f"{each!r} is no address", self._line_of("last_known", start), hint="a name or an IP address"
                )
        return tuple(each for each in found if isinstance(each, str))

    def _vars(self, table: dict[str, Any], start: int) -> Mapping[str, JSON]:
        found = self._typed(table, "vars", dict, "a table", start) or {}
        for key, value in found.items():
            if not _is_json(value):
                self._note(f"the variable {key} is a date or time", self._line_of(key, start), hint="put it in quotes")
        return found

    def _note(self, summary: str, line: int, column: int = 0, hint: str = "") -> None:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        column = column or (len(text) - len(text.lstrip()) + 1 if line else 0)
        self._mistakes.append(Mistake(summary, Source(str(self._path), line, column), line=text, hint=hint))

    def _header(self, name: str) -> int:
        """The line where an entry begins, as well as that can be told without TOML's own marks."""
        quoted = re.escape(name)
        for pattern in (
            rf"\s*\[\s*hosts\s*\.\s*[\"']?{quoted}[\"']?\s*[\].]",
            rf"\s*(hosts\.)?[\"']?{quoted}[\"']?\s*[=.]",
        ):
            for number, line in enumerate(self._lines, 1):
                if re.match(pattern, line):
                    return number
        return 0

    def _line_of(self, key: str, start: int) -> int:
        pattern = re.compile(rf"(.*[\s{{,.]|\s*\[?)[\"']?{re.escape(key)}[\"']?\s*[\]=.]")
        for number, line in enumerate(self._lines[max(start - 1, 0) :], max(start, 1)):
            if pattern.match(line):
                return number
        return start


def edit(path: Path, change: Callable[[Any], object]) -> None:
    """Change the ``hosts`` table of a file, which is made if need be; it appears at once or not at all, mode 600.

    Raises UsageError if the file cannot be read or written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = path.resolve()  # a link to a file in somebody's dotfiles stays one
    try:
        document = tomlkit.parse(path.read_text("utf-8") if path.exists() else "")
        if "hosts" not in document:
            document["hosts"] = tomlkit.table(is_super_table=True)
        change(document["hosts"])
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, tomlkit.dumps(document).encode())
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path} cannot be changed: {reason}") from None


def new_table() -> Any:
    """An empty entry for ``edit``."""
    import tomlkit

    return tomlkit.table()


def _is_address(text: str) -> bool:
    from provisioner.transport.target import Address

    try:
        return Address.parse(text).port is None
    except ValueError:
        return False


def _is_json(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(_is_json(item) for item in value.values())
    return isinstance(value, str | int | float | bool)


def _shown(value: object) -> str:
    names = {bool: "true or false", str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")
