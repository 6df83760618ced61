"""``hello-termux verify``: does the phone still match, and does it work?"""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.base import Given, command


@command(*options.SELECT, *options.TRUST, usage="[PLAYBOOK]", words=1, example="hello-termux verify -H pixel")
def verify(given: Given) -> int:
    """Report drift from the playbook, then prove that things work."""
    from provisioner.commands import exit_codes
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import open_session

    view = view_of(given)
    with open_session(given, given.word or None) as session, view.progress(None) as on_event:
        plan, proofs = session.verify(on_event)
    view.verified(plan, proofs)
    return exit_codes.of_verify(plan, proofs)
