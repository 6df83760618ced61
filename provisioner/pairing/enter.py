"""A phone that was met gets its name and its entry in the inventory, with the host key that was vouched for."""

from __future__ import annotations

import re
from pathlib import Path

from provisioner import inventory
from provisioner.inventory import Inventory
from provisioner.inventory.file import Entry, is_name
from provisioner.lean_dataclass import dataclass, replace
from provisioner.pairing.key import OwnKey
from provisioner.transport.hostkeys import HostKey
from provisioner.transport.target import PORT


@dataclass(frozen=True, slots=True)
class Met:
    """What is known of a phone at the end of a pairing; ``model`` is what it calls itself, if anything."""

    address: str
    port: int
    host_key: HostKey
    model: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """The phone's name, and whom that name belonged to: ``known`` to itself, ``taken`` to another phone."""

    name: str
    known: bool = False
    taken: str = ""


def enter(known: Inventory, met: Met, key: OwnKey, wanted: str = "") -> Entered:
    """Write the phone down: under the name that it has already, else as ``wanted``, else by its model.

    A name that another phone has stays that phone's; ours gets a number. Raises UsageError.
    """
    ours = next((each for each in known if met.host_key.line in each.host_keys), None)
    if ours is not None:
        if ours.address != met.address:
            inventory.moved(known, ours.name, met.address)
        file = Path(ours.source.path)  # the user's own, or one beside a playbook
        inventory.add(
            replace(known, home=file), replace(_entry(ours.name, met, key), port=met.port if ours.port else _port(met))
        )
        if wanted in ("", ours.name) or wanted in known.entries:
            return Entered(ours.name, known=True, taken=wanted if wanted not in ("", ours.name) else "")
        inventory.rename(inventory.load(file.parent), ours.name, wanted)
        return Entered(wanted, known=True)
    name = _free(known, wanted or slug(met.model))
    inventory.add(known, _entry(name, met, key))
    return Entered(name, taken=wanted if wanted not in ("", name) else "")


def _entry(name: str, met: Met, key: OwnKey) -> Entry:
    return Entry(name, met.address, _port(met), identity=key.path, host_keys=(met.host_key.line,))


def _port(met: Met) -> int | None:
    return None if met.port == PORT else met.port


def slug(model: str) -> str:
    """A model's name as a name for a phone: ``Redmi Note 12`` is redmi-note-12."""
    name = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")
    return name if is_name(name) and not name[0].isdigit() else "phone"


def _free(known: Inventory, wanted: str) -> str:
    number, name = 1, wanted
    while name in known.entries:
        number += 1
        name = f"{wanted}-{number}"
    return name
