"""``ssh NAME``: an alias for each known phone, in a file of our own that one line of ``~/.ssh/config`` includes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.errors import UsageError
from provisioner.inventory import load, openssh_client, target_of
from provisioner.lean_dataclass import dataclass
from provisioner.places import ssh_folder
from provisioner.transport import ssh_config
from provisioner.whole_file import write_whole

if TYPE_CHECKING:
    from provisioner.inventory import Inventory
    from provisioner.inventory.file import Entry

MARK = "# Phones by name; hello-termux ssh-config --remove takes these two lines."
HEAD = "# Written by hello-termux ssh-config, and anew when hosts.toml changes.\n"
_PLAIN = re.compile(r"[\w.+-]+")
_BLOCK = re.compile(rb"\s*(host|match)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Writing:
    """What shall become of one file; ``None``: it is not there."""

    path: Path
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything that would be written, nothing of it yet."""

    writings: tuple[Writing, ...]
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def carry_out(self) -> None:
        """Write it, the user's own file last: what it includes is there by then. Raises UsageError."""
        for writing in self.writings:
            _write(writing)


def propose(inventory: Inventory) -> Proposal:
    """An alias for every phone whose host key is pinned. Raises UsageError for what cannot be read."""
    entries = _met(inventory)
    config = ssh_config.config_file()
    before = _read(config)
    files = (*_own(entries), (config, _included(before or b"")))
    writings = tuple(Writing(path, old, text) for path, text in files if (old := _read(path)) != text)
    return Proposal(writings, tuple(entry.name for entry in entries), tuple(_notes(inventory, entries)))


def removal() -> Proposal:
    """The aliases and the line go; every other byte of ``~/.ssh/config`` stays. Raises UsageError."""
    config = ssh_config.config_file()
    before = _read(config)
    wanted: list[tuple[Path, bytes | None]] = [(config, None if before is None else _without(before) or None)]
    wanted += [(path, None) for path in _files()]
    return Proposal(tuple(Writing(path, old, text) for path, text in wanted if (old := _read(path)) != text))


def refresh() -> None:
    """Bring the aliases up to date, if there are any: the inventory has changed. The user's own file is not touched.

    Raises UsageError.
    """
    if _files()[0].exists():
        for path, text in _own(_met(load(Path.cwd()))):
            if _read(path) != text:
                _write(Writing(path, None, text))


def _met(inventory: Inventory) -> list[Entry]:
    """The phones that ssh can be told of: met before, and with a name that is no pattern to it."""
    return [entry for entry in inventory if entry.host_keys and _PLAIN.fullmatch(entry.name)]


def _files() -> tuple[Path, Path]:
    return ssh_folder() / "config", ssh_folder() / "known_hosts"


def _own(entries: Iterable[Entry]) -> Iterator[tuple[Path, bytes]]:
    """The texts of our two files."""
    config, known_hosts = _files()
    blocks, keys = [HEAD], [HEAD]
    for entry in entries:
        target = target_of(entry)
        jump = ssh_config.lookup(entry.address).proxyjump
        lines = (f"    {key} {value}\n" for key, value in openssh_client.Settings(target, known_hosts, jump))
        blocks.append(f"\nHost {entry.name}\n" + "".join(lines))
        keys.append(openssh_client.known_hosts(target.name, entry.host_keys))
    yield known_hosts, "".join(keys).encode()
    yield config, "".join(blocks).encode()


def _notes(inventory: Inventory, entries: list[Entry]) -> Iterator[str]:
    for entry in inventory:
        if not entry.host_keys:
            asks = f"hello-termux plan -H {entry.name} asks for it"
            yield f"{entry.name} is left out: its host key is not known yet; {asks}."
        elif entry not in entries:
            yield f"{entry.name} is left out: its name means something else to ssh; hello-termux hosts rename."
        elif entry.address != entry.name and ssh_config.lookup(entry.name).named:
            yield f"~/.ssh/config has a Host {entry.name} too; what is said here comes before it."


def _include() -> bytes:
    return f"Include {openssh_client.quoted(_files()[0])}".encode()


def _included(text: bytes) -> bytes:
    """The text with our line where it holds for every host: before the first Host or Match."""
    for line in text.splitlines():
        if _BLOCK.match(line):
            break
        if line.strip() == _include():
            return text
    end = b"\r\n" if b"\r\n" in text else b"\n"
    return MARK.encode() + end + _include() + end + _without(text)


def _without(text: bytes) -> bytes:
    ours = (MARK.encode(), _include())
    return b"".join(line for line in text.splitlines(keepends=True) if line.strip() not in ours)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _write(writing: Writing) -> None:
    path = writing.path
    try:
        if writing.after is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        write_whole(Path(os.path.realpath(path)), writing.after, mode)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
