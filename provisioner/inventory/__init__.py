"""The phones by name: ``hosts.toml``, read with every mistake's place, and written so that comments stay.

    [hosts.pixel]
    address = "192.168.1.7"       # or a Host of ~/.ssh/config
    port = 8022                   # optional, like everything below
    identity = "~/.ssh/id_ed25519"
    host_key = "ssh-ed25519 AAAA..."
    last_known = ["192.168.1.5"]  # where it was before; written by hello-termux
    vars = {email = "me@example.org"}

One lies in the user's configuration folder, one may lie beside the playbook; the latter wins, name by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from provisioner.errors import Mistake, PlaybookError, UsageError
from provisioner.inventory.file import NAME_HINT, Entry, edit, is_name, new_table, read
from provisioner.lean_dataclass import dataclass, replace
from provisioner.model import JSON, Source
from provisioner.places import config_folder
from provisioner.suggest import did_you_mean
from provisioner.transport import ssh_config
from provisioner.transport.hostkeys import HostKey, known_hosts
from provisioner.transport.target import LOGIN_NAME, PORT, Address, Target

FILE = "hosts.toml"
LAST_KNOWN = 5
"""Addresses of a phone that are kept."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All phones that are known, in the order of the files. ``home`` is the file that new ones are written to."""

    entries: Mapping[str, Entry]
    home: Path

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def vars_of(self, target: Target) -> Mapping[str, JSON]:
        """The variables of the target's entry; none if it has no entry."""
        entry = self.entries.get(target.name)
        return entry.vars if entry else {}

    def owner(self, fingerprint: str, but: str | None = None) -> str:
        """The name of the phone, other than ``but``, whose host key this is; empty if nobody's."""
        for entry in self:
            if entry.name != but and fingerprint in {HostKey.parse(key).fingerprint for key in entry.host_keys}:
                return entry.name
        return ""


def load(beside: Path | None = None) -> Inventory:
    """Read the user's ``hosts.toml`` and the one in the folder ``beside``. A missing file is an empty one.

    Raises PlaybookError with all mistakes of both.
    """
    home = config_folder() / FILE
    files = [home]
    if beside is not None and (beside / FILE).resolve() != home.resolve():
        files.append(beside / FILE)
    entries: dict[str, Entry] = {}
    mistakes: list[Mistake] = []
    for path in files:
        entries.update(read(path, mistakes))
    if mistakes:
        raise PlaybookError(mistakes)
    return Inventory(entries, home)


def resolve(
    inventory: Inventory,
    host: str | None,
    *,
    identity: Path | None = None,
    special: Mapping[str, Callable[[], Target]] | None = None,
) -> Target:
    """The phone meant by ``-H``: a ``special`` name (the stand-in phone), a name or address of the inventory, a Host
    of ``~/.ssh/config``, or ``ADDRESS[:PORT]``. Without ``-H`` it is the only one of the inventory. A user before an @,
    as ssh is given one, is passed over: Termux does not heed it.

    The key is ``identity``, else the entry's, else that of ``~/.ssh/config``. Pins are the entry's, else what
    ``~/.ssh/known_hosts`` has. Raises UsageError.
    """
    if host is None:
        entry = _only(inventory)
    elif special and host in special:
        target = special[host]()
        return replace(target, identity=identity) if identity else target
    else:
        place = host.rpartition("@")[2]
        entry = inventory.entries.get(place) or _by_address(inventory, place)
    return target_of(entry, identity)


def pin(inventory: Inventory, target: Target, host_key: str) -> Entry:
    """Write the phone's host key into its entry, or into a new one, and return that.

    Raises UsageError if the file cannot be written.
    """
    known = inventory.entries.get(target.name)
    if known is not None and known.source.path:
        edit(Path(known.source.path), lambda hosts: hosts[known.name].update(host_key=host_key))
        return replace(known, host_keys=(host_key,))
    new = Entry(_free_name(inventory, target), target.alias or target.address, host_keys=(host_key,))
    usual = (ssh_config.lookup(target.alias).port if target.alias else None) or PORT
    port = None if target.port == usual else target.port
    return add(inventory, replace(new, port=port))


def add(inventory: Inventory, entry: Entry) -> Entry:
    """Write a new entry into the user's file, or replace the one of that name there. Raises UsageError."""
    if not is_name(entry.name):
        raise UsageError(f"{entry.name!r} is no name for a phone", hint=NAME_HINT)

    def change(hosts: Any) -> None:
        table = hosts.get(entry.name) if entry.name in hosts else new_table()
        table["address"] = entry.address
        for key, value in (("port", entry.port), ("identity", entry.identity and str(entry.identity))):
            if value is not None:
                table[key] = value
        if entry.host_keys:
            table["host_key"] = entry.host_keys[0] if len(entry.host_keys) == 1 else list(entry.host_keys)
        hosts[entry.name] = table

    edit(inventory.home, change)
    return replace(entry, source=Source(str(inventory.home)))


def moved(inventory: Inventory, name: str, address: str) -> Inventory:
    """Write down that the phone has another address now, and keep the old one as last known. Raises UsageError."""
    entry = named(inventory, name)
    before = dict.fromkeys((entry.address, *entry.last_known))
    last_known = [each for each in before if each != address][:LAST_KNOWN]

    def change(hosts: Any) -> None:
        hosts[name]["address"] = address
        hosts[name]["last_known"] = last_known

    edit(Path(entry.source.path), change)
    moved = replace(entry, address=address, last_known=tuple(last_known))
    return replace(inventory, entries={**inventory.entries, name: moved})


def rename(inventory: Inventory, old: str, new: str) -> None:
    """Give an entry another name. Raises UsageError if there is no such entry, or one of the new name."""
    entry = named(inventory, old)
    if new in inventory.entries:
        raise UsageError(f"there is already a phone {new}", hint=f"it is at {inventory.entries[new].source}")
    if not is_name(new):
        raise UsageError(f"{new!r} is no name for a phone", hint=NAME_HINT)

    def change(hosts: Any) -> None:
        hosts[new] = hosts.pop(old)

    edit(Path(entry.source.path), change)


def remove(inventory: Inventory, name: str) -> None:
    """Forget a phone, its pinned host key too. Raises UsageError if there is no such entry."""
    edit(Path(named(inventory, name).source.path), lambda hosts: hosts.pop(name))


def named(inventory: Inventory, name: str) -> Entry:
    """The entry of that name. Raises UsageError with a "did you mean"."""
    entry = inventory.entries.get(name)
    if entry is None:
        raise UsageError(f"no phone is named {name}", hint=did_you_mean(name, inventory.entries, _known(inventory)))
    return entry


def one(inventory: Inventory, name: str) -> Entry:
    """The entry of that name, else the only one there is. Raises UsageError."""
    return named(inventory, name) if name else _only(inventory)


def _only(inventory: Inventory) -> Entry:
    found = list(inventory)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            "which phone? None is known yet",
            hint="meet one: hello-termux pair NAME; or give -H ADDRESS[:PORT]; or with none: hello-termux rehearse",
        )
    raise UsageError("which phone? Several are known", hint=f"give -H with one of: {', '.join(inventory.entries)}")


def _by_address(inventory: Inventory, host: str) -> Entry:
    """The entry with this address, else one that lives only now."""
    try:
        address = Address.parse(host)
    except ValueError as error:
        raise UsageError(f"-H {host}: {error}") from None
    for entry in inventory:
        if entry.address == address.host and (address.port is None or (entry.port or PORT) == address.port):
            return entry
    return Entry(address.host, address.host, address.port)


def target_of(entry: Entry, identity: Path | None = None) -> Target:
    """How to reach the phone of an entry; ``~/.ssh/config`` has its say where the entry has none. Raises UsageError."""
    config = ssh_config.lookup(entry.address)
    chosen = identity or entry.identity or _first(config.identityfile)
    address = config.hostname or entry.address
    target = Target(
        name=entry.name,
        address=address,
        port=entry.port or config.port or PORT,
        identity=chosen,
        user=config.user or LOGIN_NAME,
        jump=_jumps(config.proxyjump),
        alias=entry.address if config.named else "",
    )
    if entry.host_keys:
        return replace(target, pins=entry.host_keys, pinned_in=str(entry.source))
    known = known_hosts(target)
    return replace(target, pins=known, pinned_in="~/.ssh/known_hosts") if known else target


def _jumps(text: str) -> tuple[Target, ...]:
    return tuple(_jump(part.strip()) for part in text.split(",") if part.strip())


def _jump(text: str) -> Target:
    user, at, place = text.removeprefix("ssh://").rpartition("@")
    try:
        address = Address.parse(place)
    except ValueError as error:
        raise UsageError(f"ProxyJump {text} in ~/.ssh/config: {error}") from None
    config = ssh_config.lookup(address.host)
    target = Target(
        name=address.host,
        address=config.hostname or address.host,
        port=address.port or config.port or 22,  # a computer, not a phone
        identity=_first(config.identityfile),
        user=user if at else config.user or ssh_config.local_user(),
    )
    return replace(target, pins=known_hosts(target), pinned_in="~/.ssh/known_hosts")


def _first(paths: list[Path]) -> Path | None:
    return next((path for path in paths if path.exists()), paths[0] if paths else None)


def _free_name(inventory: Inventory, target: Target) -> str:
    if target.alias or (is_name(target.name) and not target.name[0].isdigit()):
        wanted = target.alias or target.name
    else:
        wanted = "phone"
    number = 1
    name = wanted
    while name in inventory.entries:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _known(inventory: Inventory) -> str:
    return f"known: {', '.join(inventory.entries)}" if inventory.entries else "none is known yet"
