"""``hello-termux verify``: does the phone still match, and does it work?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.past import LastRun
    from provisioner.session import Session

REPORT = Option("--report", value="FILE.html", help="also write a page: the proofs, the plan, the last run's steps")


@command(REPORT, *options.SELECT, *options.TRUST, usage="[PLAYBOOK]", words=1, example="hello-termux verify -H pixel")
def verify(given: Given) -> int:
    """Report drift from the playbook, then prove that things work."""
    from provisioner.commands import exit_codes
    from provisioner.commands.edge import view_of_plans
    from provisioner.commands.session import open_session
    from provisioner.commands.written import place_for

    file = place_for(given.report)
    with open_session(given, given.word or None) as session:
        view = view_of_plans(given)  # loaded while the phone answers
        with view.progress(None) as on_event:
            plan, proofs = session.verify(on_event)
        last = _last_run(session) if file else None
    view.verified(plan, proofs)
    if file:
        from provisioner.commands.ask import say
        from provisioner.report.page import write_page

        write_page(file, plan, proofs, last)
        say(f"Report: {file}")
    return exit_codes.of_verify(plan, proofs)


def _last_run(session: Session) -> LastRun | None:
    from provisioner.past import Phone

    return Phone(session.name, session.transport).last()
