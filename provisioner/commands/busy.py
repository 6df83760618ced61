"""Another run is at work on the phone: wait for its end, or stop, as the person says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.errors import Locked
    from provisioner.session import Session

PATIENCE = 3600.0
"""Seconds to wait for a run if a person said so at the terminal, and may press Ctrl-C."""


def wait_for_the_other(session: Session, error: Locked, given: Given) -> None:
    """Return once the run that holds the phone has ended; ``--wait`` says how long, without it a person is asked.

    Raises ``error`` if nobody wants to wait or it takes longer, ConnectionLost.
    """
    from provisioner.commands.ask import confirm, is_interactive, say
    from provisioner.views import screen
    from provisioner.views.harmless import hanging, harmless

    if not given.wait and not is_interactive(given):
        raise error
    for line in hanging(harmless(error.summary), screen.stderr(color=False).width):
        say(line)
    if not given.wait and not confirm("Wait for its end?"):
        raise error
    seconds = given.wait or PATIENCE
    say(f"Waiting up to {seconds:.0f} s for its end.")
    if not session.wait_for_the_other(seconds):
        raise error
