"""``hello-termux attach``: watch a run that is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, command

if TYPE_CHECKING:
    from provisioner.past import Phone


@command(*options.TRUST, usage="[RUN]", words=1, example="hello-termux attach -H pixel")
def attach(given: Given) -> int:
    """Watch a run that is on, from its beginning; Ctrl-C stops watching, not the run."""
    return watch(given, running=True)


def watch(given: Given, *, running: bool) -> int:
    """Show a run to its end (``running``: one that is on is meant), and what it came to."""
    from provisioner.commands.ask import asker
    from provisioner.commands.session import options_of
    from provisioner.past import open_phone

    with open_phone(options_of(given), asker(given)) as phone:
        return _show(phone, given, running=running)


def _show(phone: Phone, given: Given, *, running: bool) -> int:
    from contextlib import ExitStack

    from provisioner.commands import exit_codes
    from provisioner.commands.edge import view_of
    from provisioner.commands.stopping import going_on

    view = view_of(given)
    with ExitStack() as stack:
        if running:
            stack.enter_context(going_on())
        run = phone.pick(given.word or None, running=running)
        show = view.progress if running else view.told
        plan, result = phone.follow(run, lambda plan: stack.enter_context(show(plan)))
    view.result(plan, result)
    return exit_codes.of_result(result)
