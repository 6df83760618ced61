"""``hello-termux log``: what a run said."""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

LIST = Option("--list", help="which runs the phone remembers")


@command(LIST, *options.TRUST, usage="[RUN]", words=1, example="hello-termux log -H pixel -v")
def log(given: Given) -> int:
    """Show what a run did and said, the last one if none is named; the phone remembers ten."""
    from provisioner.commands.attach import watch

    return show_runs(given) if given.list else watch(given, running=False)


def show_runs(given: Given) -> int:
    """The runs that the phone remembers, the newest first."""
    from provisioner.commands.ask import asker
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import options_of
    from provisioner.past import open_phone

    with open_phone(options_of(given), asker(given)) as phone:
        runs = phone.runs()
    rows = [  # what a narrow screen has no room for is left out from the right
        {"run": run.id, "state": run.state, "did": run.title, "begun": f"{run.begun:%Y-%m-%d %H:%M:%S}"}
        for run in reversed(runs)
    ]
    view_of(given).records("runs", rows, empty="No run was ever made on this phone.")
    return 0
