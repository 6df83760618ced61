"""The program's way in: reads the command line, answers help by itself, and runs the one command.

``--help``, a mistyped option, ``lint`` and completion must be there in milliseconds, and a plan waits for whatever is
imported before it can connect. So each command loads what it needs and nothing else; not invoke either, which takes as
long as starting Python three times. Who wants the same line as an invoke program has it in ``commands/program.py``.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from provisioner.commands import edge, exit_codes, usage
from provisioner.commands.exit_codes import ExitCode
from provisioner.commands.parse import CommandLine
from provisioner.errors import UsageError


def program() -> NoReturn:
    """Run the program as a process of its own: ``main``, and out at once.

    Taking the interpreter apart in good order takes up to 15 ms, and nothing of ours waits for it: what we hold on the
    phone and in files is closed by those who opened it, before ``main`` ends.
    """
    try:
        code = _closed_streams() or _main(sys.argv)
    except KeyboardInterrupt as stop:  # where nothing was begun yet, or a second time while it was being ended
        code = exit_codes.of_error(stop)
    os._exit(code)


def main(argv: list[str] | None = None) -> None:
    """Run the program with ``argv`` (its own name first, ``sys.argv`` if not given) and exit."""
    sys.exit(_main(sys.argv if argv is None else argv))


def _main(argv: list[str]) -> int:
    return edge.written(lambda: _answer(argv))


def _answer(argv: list[str]) -> int:
    line = CommandLine()
    try:
        line.feed(argv[1:])
    except UsageError as error:
        edge.show(error, line.given)
        return ExitCode.ERROR
    if text := usage.answer(line):
        return edge.say(text)
    assert line.command  # noqa: S101 - without a command ``answer`` has something to say
    from provisioner import lean_pathlib

    lean_pathlib.prepare()
    if line.command.phone:
        from provisioner.commands.stopping import heed_signals

        heed_signals()
    return edge.run(line.command, line.given)


def _closed_streams() -> int:
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return ExitCode.OK
    from provisioner.commands.output import stand_in_for_closed

    return stand_in_for_closed()
