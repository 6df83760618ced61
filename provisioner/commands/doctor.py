"""``hello-termux doctor``: what ails the phone, and the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.diagnosis import Clinic, Diagnosis
    from provisioner.views.base import View

FIX = Option("--fix", help="repair what needs no person; the plan is shown first")
YES = Option("-y", "--yes", help="do not ask before repairing")


@command(FIX, YES, *options.TRUST, example="hello-termux doctor -H pixel --fix")
def doctor(given: Given) -> int:
    """Say what is wrong with the phone or the way to it, why, and what to do."""
    from provisioner import diagnosis
    from provisioner.commands import exit_codes
    from provisioner.commands.ask import asker
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import options_of
    from provisioner.errors import ConnectError, HostKeyError

    view, wanted = view_of(given), options_of(given)
    try:
        with diagnosis.open_clinic(wanted, asker(given)) as clinic:
            found = clinic.examine()
            view.diagnosed(found.to_json())
            return _fix(clinic, found, given, view) if given.fix else exit_codes.of_diagnosis(found)
    except (ConnectError, HostKeyError) as error:
        view.diagnosed(diagnosis.unreached(error, wanted).to_json())
        return exit_codes.of_error(error)


def _fix(clinic: Clinic, found: Diagnosis, given: Given, view: View) -> int:
    from provisioner.commands import exit_codes
    from provisioner.commands.apply import carry_out
    from provisioner.commands.ask import is_interactive

    session = clinic.repairs(found)
    plan = session.plan()
    if plan.pending and not given.yes and not is_interactive(given):
        view.proposal(plan)
        return exit_codes.of_plan(plan)
    if not plan.changes:
        return exit_codes.of_diagnosis(found)
    done = carry_out(session, plan, given, view)
    if not plan.pending:
        return done
    left = clinic.examine()
    view.diagnosed(left.to_json())
    return done or exit_codes.of_diagnosis(left)
