"""``hello-termux rehearse``: everything, on a stand-in phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from contextlib import ExitStack

    from provisioner.commands.exit_codes import ExitCode
    from provisioner.rehearsal import StandInPhone
    from provisioner.views.base import View

KEEP = Option("--keep", help="leave the phone up, for 'hello-termux -H rehearsal ...'")
FRESH = Option("--fresh", help="begin with a new phone even if one was kept")
PORT = Option("--port", value="N", number=True, help="the phone's port on 127.0.0.1; without it any free one")

HOST = "rehearsal"
"""The name that ``-H`` takes for the stand-in phone that is up."""


@command(
    KEEP,
    FRESH,
    PORT,
    *options.SELECT,
    usage="[PLAYBOOK]",
    words=1,
    phone=False,  # none but its own
    example="hello-termux rehearse --keep minimal",
)
def rehearse(given: Given) -> int:
    """Try a playbook on a stand-in phone on this computer."""
    from contextlib import ExitStack

    from provisioner import app
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import options_of

    given.host, given.yes = HOST, True
    app.require_sound(given.word or None, options_of(given))  # before a phone is started for nothing
    with ExitStack() as stack:
        phone, was_kept = _start(given, stack)
        try:
            return _story(given, view_of(given))
        finally:
            if given.keep or was_kept:
                _say_how_to_reach()
            else:
                phone.stop()


def _start(given: Given, stack: ExitStack) -> tuple[StandInPhone, bool]:
    """The phone, and whether it was there before: such a one is left up. Until ``stack`` is closed it is ours alone."""
    from provisioner.commands.ask import say
    from provisioner.errors import UsageError
    from provisioner.rehearsal import Options, StandInPhone
    from provisioner.rehearsal.alone import alone

    if given.port != int(given.port) or given.port > 65535:
        raise UsageError(f"--port {given.port:g} is none: a port is a whole number from 1 to 65535")

    folder = StandInPhone.default_folder()
    stack.enter_context(alone(folder))
    kept = None if given.fresh else StandInPhone.running(folder)
    if kept:
        say("using the phone that was kept (--fresh: a new one)")
        return kept, True
    say("starting the stand-in phone ...")
    granting = Options(storage="grant")  # somebody must tap "allow" in the storage dialog
    return StandInPhone.start(folder, port=int(given.port), options=granting, keep=given.keep), False


def _story(given: Given, view: View) -> int:
    """plan → apply → plan → verify, each with a session of its own, as a person would do it."""
    from provisioner.commands import exit_codes
    from provisioner.commands.exit_codes import ExitCode
    from provisioner.commands.verify import verify

    _announce(given, "plan")
    if _plan(given, view) is ExitCode.ERROR:
        return ExitCode.ERROR
    _announce(given, "apply", "--yes")
    code = _apply(given, view)
    if code not in (ExitCode.OK, ExitCode.WAITING):
        return code
    _announce(given, "plan")
    again = _plan(given, view)
    if again is not ExitCode.OK:
        return again
    _announce(given, "verify")
    proved = verify(given)
    return proved if proved is not exit_codes.ExitCode.OK else code


def _plan(given: Given, view: View) -> ExitCode:
    """As ``plan`` does it, but as JSON it is one line like everything else of a rehearsal."""
    from provisioner.commands import exit_codes
    from provisioner.commands.session import open_session

    with open_session(given, given.word or None) as session:
        planned = session.plan()
    view.proposal(planned)
    return exit_codes.of_plan(planned)


def _apply(given: Given, view: View) -> ExitCode:
    """As ``apply`` does it; the plan, which was shown a moment ago, is not shown again."""
    from provisioner.commands import exit_codes
    from provisioner.commands.session import open_session

    with open_session(given, given.word or None) as session:
        planned = session.plan()
        if not planned.pending:
            view.proposal(planned)
            view.settled(planned)
            return exit_codes.of_plan(planned)
        with view.progress(planned) as on_event:
            result = session.apply(planned, on_event)
    view.result(planned, result)
    return exit_codes.of_result(result)


def _announce(given: Given, name: str, *options: str) -> None:
    """The command as it can be typed while the phone is up."""
    from shlex import join

    from provisioner.commands.ask import say

    chosen = [f"--{name}={value}" for name in ("only", "skip", "set") for value in getattr(given, name)]
    say(f"\n$ hello-termux -H {HOST} {join([name, *options, *chosen, *given.words])}")


def _say_how_to_reach() -> None:
    from provisioner.commands.ask import say

    say("\nThe stand-in phone is up. To use it, to log in, to stop it:")
    say(f"    hello-termux -H {HOST} plan")
    say("    python -m provisioner.rehearsal ssh")
    say("    python -m provisioner.rehearsal stop")
