"""``hello-termux ssh-config``: ``ssh pixel``, git remotes and remote editors reach the phone by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    pass

REMOVE = Option("--remove", help="take the aliases and the line in ~/.ssh/config away")
YES = Option("-y", "--yes", help="do not ask")


@command(REMOVE, YES, phone=False, example="hello-termux ssh-config")
def ssh_config(given: Given) -> int:
    """Let ssh, git and editors know the phones by name, with our key and the pinned host key.
    What is written is shown first: a file of our own, and one line at the top of ~/.ssh/config that includes it."""
    from pathlib import Path

    from provisioner import inventory
    from provisioner.commands.ask import agree
    from provisioner.commands.edge import view_of
    from provisioner.errors import UsageError
    from provisioner.inventory import ssh_alias

    view = view_of(given)
    if given.remove:
        proposal, done = ssh_alias.removal(), "ssh does not know the phones by name any more."
    else:
        known = inventory.load(Path.cwd())
        proposal = ssh_alias.propose(known)
        if not proposal.names:
            raise UsageError("no phone is known whose host key is pinned", hint="hello-termux pair meets one")
        done = _usage(proposal.names)
    for note in proposal.notes:
        view.message(note)
    if proposal.writings:
        view.writings([(str(each.path), each.before, each.after) for each in proposal.writings])
        agree(given, "Write this?", untouched="nothing was written")
        proposal.carry_out()
    view.message(done)
    return 0


def _usage(names: tuple[str, ...]) -> str:
    first, *others = names
    more = f" So are {', '.join(others)}." if others else ""
    return f"{first} is known to ssh: ssh {first}, git clone {first}:repo, sftp {first}, an editor's remote mode.{more}"
