"""``hello-termux show``: a template as the phone would get it."""

from __future__ import annotations

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

PLAYBOOK = Option("-p", "--playbook", value="PLAYBOOK", help="take the variables and options from this playbook")


@command(options.SET, PLAYBOOK, usage="[TEMPLATE]", words=1, phone=False, example="hello-termux show vimrc")
def show(given: Given) -> int:
    """Print a template as the phone would get it, without a phone."""
    from provisioner import app
    from provisioner.commands import edge

    return edge.say(app.show(given.word or None, playbook=given.playbook or None, sets=given.set))
