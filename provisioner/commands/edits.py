"""What somebody has edited by hand on the phone: theirs or the playbook's, as they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.model import Change, Plan
    from provisioner.session import Session
    from provisioner.views.base import View

QUESTION = "Keep it (k), take the playbook's (t), or show the difference (d)?"
ANSWERS = {"k": "keep", "keep": "keep", "t": "take", "take": "take"}


def decide(session: Session, plan: Plan, given: Given, view: View) -> Plan:
    """``plan`` after a person at the terminal was asked about each thing that they have edited; without one, or with
    ``--yes``, as it is: those wait. Raises Cancelled at the end of the input."""
    from provisioner.commands.ask import is_interactive

    edited = [change for change in plan.waiting if change.edited]
    if not edited or given.yes or not is_interactive(given):
        return plan
    return session.decide({change.id: _ask(change, plan, view) for change in edited})


def _ask(change: Change, plan: Plan, view: View) -> str:
    from provisioner.commands.ask import answer, say
    from provisioner.errors import Cancelled
    from provisioner.views.harmless import harmless

    say(f"You have edited {harmless(str(change.id))} after hello-termux had written it.")
    while (said := answer(QUESTION)) not in ANSWERS:
        if said is None:
            raise Cancelled(f"nothing was changed on {plan.host}")
        if said in ("d", "diff"):
            view.change(change)
    return ANSWERS[said]
