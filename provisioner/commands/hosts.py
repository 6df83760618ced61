"""``hello-termux hosts``: the phones that are known."""

from __future__ import annotations

from provisioner.commands.base import Given, Option, command

FACTS = Option("--facts", help="ask the phone (-H) about itself")


@command(
    FACTS,
    usage="[list | rename OLD NEW | remove NAME]",
    words=3,
    example="hello-termux hosts rename 192.168.1.23 pixel",
)
def hosts(given: Given) -> int:
    """List the phones that are known, or rename or remove one."""
    return 0
