"""``hello-termux plan``: what would change?"""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

OUT = Option("-o", "--out", value="FILE", help="save the plan, for 'hello-termux apply FILE'")


@command(
    OUT,
    *options.EDITS,
    *options.SELECT,
    *options.TRUST,
    usage="[PLAYBOOK]",
    words=1,
    example="hello-termux plan -H pixel --only shell",
)
def plan(given: Given) -> int:
    """Show what would change on the phone; change nothing, not one byte."""
    from provisioner.commands import exit_codes
    from provisioner.commands.ask import say
    from provisioner.commands.edge import view_of_plans
    from provisioner.commands.session import open_session
    from provisioner.commands.written import place_for

    file = place_for(given.out)
    with open_session(given, given.word or None) as session:
        view = view_of_plans(given)  # loaded while the phone answers
        planned = session.plan()
        if file:
            session.save(planned, file)
    view.plan(planned)
    if given.out:
        from shlex import join

        same = [f"--set={each}" for each in given.set]  # the playbook is read again, with them
        say(f"Saved to {given.out}; {join(['hello-termux', 'apply', given.out, *same])} carries it out.")
    return exit_codes.of_plan(planned)
