"""The edge of the program: the only place that catches everything, says what went wrong, and picks the exit code."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from provisioner.commands import exit_codes
from provisioner.commands.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.commands.base import Command, Given
    from provisioner.errors import ProvisionerError
    from provisioner.views.base import View


def written(work: Callable[[], int]) -> int:
    """Do the work, and see to it that what it said has left us: the exit code is another one if that cannot be."""
    try:
        code = work()
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError as error:
        from provisioner.commands.output import give_up

        return give_up(error)
    return code


def run(command: Command, given: Given) -> int:
    """Do the command; every error ends as sentences on standard error and an exit code.

    Raises OSError only for our own output, which ``written`` tells.
    """
    from provisioner.errors import ProvisionerError

    try:
        return command(given)
    except ProvisionerError as error:
        _trace(given)
        show(error, given)
        return exit_codes.of_error(error)
    except KeyboardInterrupt as error:
        _trace(given)
        with _read_by_somebody_or_not():
            print(f"\nhello-termux: {str(error) or 'stopped'}", file=sys.stderr, flush=True)  # noqa: T201
        return exit_codes.of_error(error)
    except OSError as error:
        from provisioner.commands.output import is_of_output

        if is_of_output(error):
            raise
        return _surprised(ProvisionerError(f"{error.strerror or error}{_of_file(error)}"), given)
    except Exception as error:
        hint = "" if given.debug else "this is a mistake of the program; --debug shows where"
        return _surprised(ProvisionerError(f"{type(error).__name__}: {error}", hint=hint), given)


@contextmanager
def _read_by_somebody_or_not() -> Iterator[None]:
    """Why we end decides on the exit code, not that standard error leads nowhere: the terminal may be what has gone."""
    try:
        yield
        sys.stderr.flush()
    except OSError:
        from provisioner.commands.output import forget

        forget(sys.stderr)


def _surprised(error: ProvisionerError, given: Given) -> int:
    _trace(given)
    show(error, given)
    return ExitCode.ERROR


def _of_file(error: OSError) -> str:
    return f": {error.filename}" if error.filename else ""


def say(text: str) -> int:
    """Print a text of ours that is an answer by itself."""
    from provisioner.views import screen

    out = screen.stdout()
    out.write(text)
    out.flush()
    return ExitCode.OK


def show(error: ProvisionerError, given: Given) -> None:
    """Print the error as the chosen view does."""
    with _read_by_somebody_or_not():
        view_of(given).error(error)


def view_of(given: Given) -> View:
    """The view that the command line asks for."""
    from provisioner.views.choice import view_for

    return view_for(json=given.json, color=not given.no_color, verbose=given.verbose)


def view_of_plans(given: Given) -> View:
    """The same, with what shows a plan and what came of it: to be loaded while the phone answers, not after."""
    import provisioner.plan_json
    import provisioner.views.plain_progress
    import provisioner.views.result_text  # noqa: F401

    return view_of(given)


def _trace(given: Given) -> None:
    if given.debug:
        import traceback

        traceback.print_exc()
