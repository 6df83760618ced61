"""``pair --host ADDRESS``: where the phone cannot come to this computer, a person compares what both show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.errors import ConnectError

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.pairing.enter import Met
    from provisioner.pairing.key import OwnKey


def by_hand(given: Given) -> int:
    """Go to the phone; if it is not ready, show the line that makes it so, and try again when it has run."""
    from provisioner.commands.ask import is_interactive, say
    from provisioner.commands.pair import finish
    from provisioner.commands.pair_screen import show_line
    from provisioner.pairing.by_hand import is_unprepared
    from provisioner.pairing.key import have_own_key
    from provisioner.pairing.script import alone

    key = have_own_key()
    while True:
        try:
            met = _visit(given, key)
            break
        except ConnectError as error:
            if not is_unprepared(error):
                raise
            if not is_interactive(given):
                error.hint = f"give the phone this line, then type the same again:\n   {alone(key)}"
                raise
            say(f"{error.summary}.")
            show_line(given, alone(key), ())
            _await_enter("When it has run (it takes minutes, and ends with six groups of characters), press Enter: ")
    return finish(given, met, key)


def _visit(given: Given, key: OwnKey) -> Met:
    from pathlib import Path

    from provisioner import inventory
    from provisioner.commands.ask import is_interactive
    from provisioner.commands.session import options_of
    from provisioner.pairing.by_hand import target_of, visit

    compare = _compare if is_interactive(given) else _nobody
    known, options = inventory.load(Path.cwd()), options_of(given)
    target = target_of(given.host, known, key)
    return visit(target, known, compare, expected=given.host_key, timeout=options.timeout)


def _compare(groups: str, fingerprint: str) -> bool:
    from provisioner.commands.ask import confirm, say

    say(f"\nThe phone's host key, as six groups:\n\n    {groups}\n")
    say(f"and as ssh-keygen -lf writes it:\n\n    {fingerprint}\n")
    return confirm("Does the phone show the same?")


def _nobody(groups: str, fingerprint: str) -> bool:
    return False


def _await_enter(request: str) -> None:
    """Raises Cancelled at the end of the input."""
    import sys

    from provisioner.errors import Cancelled

    sys.stderr.write(request)
    sys.stderr.flush()
    if not sys.stdin.readline():
        raise Cancelled("nothing was paired")
