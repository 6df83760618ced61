"""``hello-termux feed``: packages by way of this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.feeding.feed import Feeder
    from provisioner.views.base import View

MIRROR = Option("--mirror", value="NAME", help="tuna, bfsu, ustc, ..., or the address of a main repository")
YES = Option("-y", "--yes", help="do not ask")


@command(MIRROR, YES, *options.TRUST, usage="[PACKAGE...]", words=1000, example="hello-termux feed -H pixel")
def feed(given: Given) -> int:
    """Fetch packages on this computer and install them on the phone.

    For a phone whose own apt cannot fetch: its https is broken, or it has no
    way to a mirror. Without a name all that is outdated is brought, which
    mends a phone that is half upgraded. The phone checks everything by its
    own keys.
    """
    from provisioner.commands.ask import asker
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import options_of
    from provisioner.feeding.feed import open_feeder

    view = view_of(given)
    with open_feeder(given.words, options_of(given), asker(given)) as feeder:
        return _feed(feeder, given, view)


def _feed(feeder: Feeder, given: Given, view: View) -> int:
    from provisioner.commands.apply import carry_out
    from provisioner.commands.ask import say
    from provisioner.views.harmless import harmless

    def tell(text: str) -> None:
        if not given.json:
            say(harmless(text))

    feeder.bring_index(given.mirror, tell)
    return carry_out(feeder.session, feeder.session.plan(), given, view, before=lambda: feeder.bring_packages(tell))
