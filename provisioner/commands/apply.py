"""``hello-termux apply``: make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.model import Plan
    from provisioner.session import Session
    from provisioner.views.base import View

YES = Option("-y", "--yes", help="do not ask")
REFRESH = Option("--refresh", help="fetch a fresh package index even if the phone's is recent")

DETACH = Option("--detach", help="start it and leave it to the phone; 'hello-termux attach' watches it")

WAIT = Option(
    "--wait", value="SECONDS", number=True, help="if another run is at work there, wait that long for its end"
)


@command(
    YES,
    REFRESH,
    DETACH,
    WAIT,
    *options.EDITS,
    *options.SELECT,
    *options.TRUST,
    usage="[PLAYBOOK or saved plan]",
    words=1,
    example="hello-termux apply -H pixel --yes",
)
def apply(given: Given) -> int:
    """Make the phone as the playbook says, and prove it by reading again."""
    from provisioner.commands.busy import wait_for_the_other
    from provisioner.commands.edge import view_of_plans
    from provisioner.commands.session import open_session
    from provisioner.errors import Locked

    saved = _saved(given)
    playbook = saved.playbook if saved else given.word
    with open_session(given, playbook or None, host=saved.host if saved else "", remembers=not saved) as session:
        view = view_of_plans(given)  # loaded while the phone answers
        try:
            return carry_out(session, saved or session.plan(), given, view)
        except Locked as error:
            wait_for_the_other(session, error, given)
            # What the other run did may be what we wanted, or more: look again, and ask again.
            return carry_out(session, saved or session.plan(), given, view)


def carry_out(session: Session, plan: Plan, given: Given, view: View, before: Callable[[], None] = lambda: None) -> int:
    """Show ``plan``, have it agreed to, make it so, show what it came to. ``before``: what must be done once it is
    agreed to. Raises Locked, and as ``Session.apply``."""
    from provisioner.commands import exit_codes
    from provisioner.commands.edits import decide
    from provisioner.commands.stopping import going_on

    plan = decide(session, plan, given, view)
    view.proposal(plan)
    if not plan.pending:
        view.settled(plan)
        session.settle()
        return exit_codes.of_plan(plan)
    _agree(plan, given)
    before()
    if given.detach:
        run = session.start(plan)
        view.message(f"The run {run} has begun on {plan.host}; hello-termux attach watches it.")
        return 0
    with going_on(), view.progress(plan) as on_event:
        result = session.apply(plan, on_event)
    view.result(plan, result)
    return exit_codes.of_result(result)


def _saved(given: Given) -> Plan | None:
    """The saved plan, if that is what the word names."""
    from pathlib import Path

    from provisioner.errors import UsageError
    from provisioner.plan_json import is_saved_plan

    path = Path(given.word).expanduser()
    if given.word and path.suffix in (".json", ".plan") and not path.exists():
        raise UsageError(f"there is no saved plan {given.word}", hint=f"hello-termux plan --out {given.word} saves one")
    if not given.word or not is_saved_plan(path):
        return None
    if given.only or given.skip or given.keep_edits or given.take_playbook:
        hint = "make a new one with --only, --skip, --keep-edits or --take-playbook"
        raise UsageError("a saved plan is applied as a whole, and as it is", hint=hint)
    from provisioner import app

    return app.load_saved(path)


def _agree(plan: Plan, given: Given) -> None:
    """Raise unless the person agrees."""
    from provisioner.commands.ask import agree

    count = len(plan.pending)
    changes = "this change" if count == 1 else f"these {count} changes"
    agree(given, f"Apply {changes} to {plan.host}?", untouched=f"nothing was changed on {plan.host}")
