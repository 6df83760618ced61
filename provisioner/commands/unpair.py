"""``hello-termux unpair``: this laptop's key goes, and the phone is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.inventory import Inventory
    from provisioner.inventory.file import Entry
    from provisioner.pairing.unpairing import Farewell
    from provisioner.views.base import View

FORCE = Option("--force", "--local", help="only forget the phone here; its key line stays on it")
YES = Option("-y", "--yes", help="do not ask")


@command(FORCE, YES, *options.TRUST, usage="[NAME]", words=1, example="hello-termux unpair pixel")
def unpair(given: Given) -> int:
    """Take this laptop's key line off the phone, so that it gets in no more, and forget the phone."""
    from pathlib import Path

    from provisioner import inventory
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import named_host
    from provisioner.inventory import ssh_alias
    from provisioner.transport.target import CABLE

    view, known = view_of(given), inventory.load(Path.cwd())
    host = named_host(given) or given.host
    entry = inventory.one(known, host.removeprefix(CABLE))
    if given.force:
        inventory.remove(known, entry.name)
        view.message(f"{entry.name} is forgotten here. Its key line is still on it: whoever has the key gets in.")
    else:
        _part(known, entry, host or entry.name, given, view)
    ssh_alias.refresh()
    return 0


def _part(known: Inventory, entry: Entry, host: str, given: Given, view: View) -> None:
    from provisioner import inventory
    from provisioner.commands.ask import agree, asker
    from provisioner.commands.session import options_of
    from provisioner.errors import ConnectError, HostKeyError
    from provisioner.pairing.unpairing import open_farewell

    try:
        with open_farewell(options_of(given, host), asker(given)) as farewell:
            question = f"No key line of ours is on {farewell.name}. Forget the phone?"
            if farewell.line:
                question = f'Remove the key line "{farewell.line}" from {farewell.name}, and forget the phone?'
            agree(given, question, untouched=f"{farewell.name} keeps its key, and is still known here")
            said = _remove(farewell)
    except (ConnectError, HostKeyError) as error:
        error.hint = f"{error.hint}\nNothing was removed, neither there nor here; --force forgets it here only".strip()
        raise
    inventory.remove(known, entry.name)
    view.message(f"{said} {entry.name} is forgotten here.")


def _remove(farewell: Farewell) -> str:
    """What became of the key on the phone, in sentences."""
    left = farewell.left()
    if farewell.line:
        farewell.remove()
    gone = f'The key line "{farewell.line}" is gone from {farewell.name}.' if farewell.line else ""
    if left:
        theirs = "it has no comment" if not left[0] else f'its comment is "{left[0]}"'
        stays = f"{farewell.name} has the key in a line that hello-termux did not write ({theirs}): it stays,"
        return f"{gone} {stays} and this laptop still gets in.".strip()
    if farewell.gets_in():
        return f"{gone} Yet it still lets this laptop in: its sshd knows the key from elsewhere.".strip()
    return f"{gone} This laptop does not get in any more; hello-termux pair makes it known again.".strip()
