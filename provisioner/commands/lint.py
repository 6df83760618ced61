"""``hello-termux lint``: is the playbook right?"""

from __future__ import annotations

import sys

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

SCHEMA = Option("--schema", help="print the JSON Schema of playbooks, for editors")


@command(SCHEMA, options.SET, usage="[PLAYBOOK...]", words=1000, phone=False, example="hello-termux lint playbook.yml")
def lint(given: Given) -> int:
    """Check playbooks and their templates, without a phone."""
    from provisioner import app

    if given.schema:
        import json

        from provisioner.playbook.json_schema import json_schema

        sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
        return 0
    from provisioner.commands.edge import view_of
    from provisioner.errors import PlaybookError

    mistakes = app.lint(given.words, given.set)
    if mistakes:
        raise PlaybookError(mistakes)
    view_of(given).message("no mistakes")
    return 0
