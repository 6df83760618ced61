"""``hello-termux hosts``: the phones that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.inventory import Inventory
    from provisioner.inventory.file import Entry
    from provisioner.model import JSON

WORDS = "list | rename OLD NEW | remove NAME"
FACTS = Option("--facts", help="ask the phone that -H names what it says of itself")

RUNS = Option("--runs", help="ask the phone that -H names which runs it remembers, for log and undo")


@command(
    FACTS,
    RUNS,
    *options.TRUST,
    usage=f"[{WORDS}]",
    words=3,
    example="hello-termux hosts rename 192.168.1.23 pixel",
)
def hosts(given: Given) -> int:
    """List the phones that are known, or rename or remove one."""
    from pathlib import Path

    from provisioner import inventory
    from provisioner.commands.edge import view_of
    from provisioner.commands.log import show_runs
    from provisioner.errors import UsageError
    from provisioner.inventory import ssh_alias
    from provisioner.suggest import did_you_mean

    view = view_of(given)
    known = inventory.load(Path.cwd())
    match given.words:
        case () | ("list",) if given.runs:
            return show_runs(given)
        case () | ("list",) if given.facts:
            view.facts(_facts(given))
        case () | ("list",):
            view.records("hosts", [_row(entry) for entry in known], empty=_nobody(known))
        case ("rename", old, new):
            inventory.rename(known, old, new)
            ssh_alias.refresh()
            view.message(f"{old} is now {new}")
        case ("remove", name):
            inventory.remove(known, name)
            ssh_alias.refresh()
            view.message(f"{name} is forgotten, and its host key too")
        case ("rename" | "remove" | "list", *_):
            raise UsageError(f"hosts {given.word} takes other words", hint=f"hello-termux hosts [{WORDS}]")
        case _:
            meant = did_you_mean(given.word, ("list", "rename", "remove"), "hello-termux hosts --help shows its words")
            raise UsageError(f"hosts cannot {given.word!r}", hint=meant)
    return 0


def _facts(given: Given) -> dict[str, JSON]:
    from provisioner.commands.ask import asker
    from provisioner.commands.session import options_of
    from provisioner.diagnosis import open_clinic

    with open_clinic(options_of(given), asker(given), facts_only=True) as clinic:
        return clinic.facts()


def _row(entry: Entry) -> dict[str, JSON]:
    from provisioner.transport.hostkeys import HostKey

    return {
        "name": entry.name,
        "address": f"{entry.address}:{entry.port}" if entry.port else entry.address,
        "identity": str(entry.identity or ""),
        "host_key": ", ".join(HostKey.parse(key).fingerprint for key in entry.host_keys),
        "file": entry.source.path,
    }


def _nobody(known: Inventory) -> str:
    return f"No phone is known yet. `hello-termux pair NAME` meets one, and writes it to {known.home}."
