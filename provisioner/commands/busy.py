"""Another run is at work on the phone: watch it, wait for its end, or stop, as the person says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.errors import Locked
    from provisioner.session import Session

A_MOMENT = 60.0
"""Seconds until a run that was watched to its last step has let go of the phone."""


def wait_for_the_other(session: Session, error: Locked, given: Given) -> None:
    """Return once the run that holds the phone has ended: ``--wait`` says how long that is waited for; without it a
    person is asked whether to watch it.

    Raises ``error`` if nobody wants to wait or it takes longer, ConnectionLost.
    """
    from provisioner.commands.ask import confirm, is_interactive, say
    from provisioner.views import screen
    from provisioner.views.harmless import hanging, harmless

    if not given.wait and not is_interactive(given):
        raise error
    for line in hanging(harmless(error.summary), screen.stderr(color=False).width):
        say(line)
    if given.wait:
        say(f"Waiting up to {given.wait:.0f} s for its end.")
    elif confirm("Watch it to its end, and go on then?"):
        _watch(given)
    else:
        raise error
    if not session.wait_for_the_other(given.wait or A_MOMENT):
        raise error


def _watch(given: Given) -> None:
    """What ``attach`` does; a run that has ended in the meantime is as good."""
    from provisioner.commands.attach import watch
    from provisioner.commands.base import Given
    from provisioner.errors import ConnectError, ProvisionerError

    try:
        watch(Given(**{**vars(given), "words": ()}), running=True)
    except ConnectError:
        raise
    except ProvisionerError:
        return
