"""``hello-termux rehearse``: everything, on a stand-in phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.rehearsal import StandInPhone
    from provisioner.views.base import View

KEEP = Option("--keep", help="leave the phone up, for 'hello-termux -H rehearsal ...'")
FRESH = Option("--fresh", help="begin with a new phone even if one was kept")
PORT = Option("--port", value="N", number=True, help="the phone's port on 127.0.0.1; without it any free one")

HOST = "rehearsal"
"""The name that ``-H`` takes for the stand-in phone that is up."""


@command(
    KEEP, FRESH, PORT, *options.SELECT, usage="[PLAYBOOK]", words=1, example="hello-termux rehearse --keep minimal"
)
def rehearse(given: Given) -> int:
    """Try a playbook on a stand-in phone on this computer."""
    from provisioner.commands.edge import view_of

    given.host, given.yes = HOST, True
    phone = _start(given)
    try:
        return _story(given, view_of(given))
    finally:
        if given.keep:
            _say_how_to_reach(phone)
        else:
            phone.stop()


def _start(given: Given) -> StandInPhone:
    from provisioner.commands.ask import say
    from provisioner.errors import ProvisionerError
    from provisioner.rehearsal import Options, RehearsalError, StandInPhone

    folder = StandInPhone.default_folder()
    try:
        kept = None if given.fresh else StandInPhone.running(folder)
        if kept:
            return kept
        say("starting the stand-in phone ...")
        granting = Options(storage="grant")  # somebody must tap "allow" in the storage dialog
        return StandInPhone.start(folder, port=int(given.port), options=granting, keep=given.keep)
    except RehearsalError as error:
        raise ProvisionerError(str(error)) from error


def _story(given: Given, view: View) -> int:
    """plan → apply → plan → verify, each with a session of its own, as a person would do it."""
    from provisioner.commands import exit_codes
    from provisioner.commands.apply import carry_out
    from provisioner.commands.exit_codes import ExitCode
    from provisioner.commands.plan import plan
    from provisioner.commands.session import open_session
    from provisioner.commands.verify import verify

    _announce("apply")
    with open_session(given, given.word or None) as session:
        code = carry_out(session, session.plan(), given, view)
    if code not in (ExitCode.OK, ExitCode.WAITING):
        return code
    _announce("plan")
    again = plan(given)
    if again is not ExitCode.OK:
        return again
    _announce("verify")
    proved = verify(given)
    return proved if proved is not exit_codes.ExitCode.OK else code


def _announce(name: str) -> None:
    from provisioner.commands.ask import say

    say(f"\n$ hello-termux -H {HOST} {name}")


def _say_how_to_reach(phone: StandInPhone) -> None:
    from shlex import join

    from provisioner.commands.ask import say

    say(f"\nThe stand-in phone is up: hello-termux -H {HOST} plan, or")
    say(f"    {join(phone.ssh)}")
