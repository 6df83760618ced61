"""The edge of the program: the only place that catches everything, says what went wrong, and picks the exit code."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from provisioner.commands import exit_codes
from provisioner.commands.exit_codes import ExitCode

if TYPE_CHECKING:
    from provisioner.commands.base import Command, Given
    from provisioner.errors import ProvisionerError
    from provisioner.views.base import View


def run(command: Command, given: Given) -> int:
    """Do the command; every error ends as sentences on standard error and an exit code."""
    from provisioner.errors import ProvisionerError

    try:
        code = command(given)
        sys.stdout.flush()
        return code
    except ProvisionerError as error:
        _trace(given)
        show(error, given)
        return exit_codes.of_error(error)
    except KeyboardInterrupt as error:
        _trace(given)
        with contextlib.suppress(OSError):  # the terminal may be what has gone
            print(f"\nhello-termux: {str(error) or 'stopped'}", file=sys.stderr, flush=True)  # noqa: T201
        return exit_codes.of_error(error)
    except BrokenPipeError:
        _close_stdout()
        return ExitCode.ERROR
    except Exception as error:
        _trace(given)
        hint = "" if given.debug else "this is a mistake of the program; --debug shows where"
        show(ProvisionerError(f"{type(error).__name__}: {error}", hint=hint), given)
        return ExitCode.ERROR


def say(text: str) -> int:
    """Print a text of ours that is an answer by itself."""
    from provisioner.views import screen

    try:
        out = screen.stdout()
        out.write(text)
        out.flush()
    except BrokenPipeError:
        _close_stdout()
    return ExitCode.OK


def show(error: ProvisionerError, given: Given) -> None:
    """Print the error as the chosen view does."""
    view_of(given).error(error)


def view_of(given: Given) -> View:
    """The view that the command line asks for."""
    from provisioner.views.base import view_for

    return view_for(json=given.json, color=not given.no_color, verbose=given.verbose)


def _trace(given: Given) -> None:
    if given.debug:
        import traceback

        traceback.print_exc()


def _close_stdout() -> None:
    """``hello-termux plan | head``: the reader has gone, so Python must not complain when it flushes at its end."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
