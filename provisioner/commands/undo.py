"""``hello-termux undo``: take back what a run did."""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.apply import YES
from provisioner.commands.base import Given, Option, command

ONLY = Option("--only", value="WHAT", many=True, help="only what these tasks or addresses of the run changed")
PACKAGES = Option("--packages", help="remove the packages that the run added, where nothing else needs them")


@command(
    YES, ONLY, PACKAGES, *options.TRUST, usage="[RUN]", words=1, example="hello-termux undo -H pixel --only zsh_startup"
)
def undo(given: Given) -> int:
    """Take back what a run did, the last that changed anything if none is named; what you changed since stays."""
    from provisioner import app
    from provisioner.commands.apply import carry_out
    from provisioner.commands.ask import asker
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import options_of

    with app.open_undo(given.word, options_of(given), asker(given)) as session:
        return carry_out(session, session.plan(), given, view_of(given))
