"""The same command line as an invoke ``Program``, for whoever embeds or extends it: ``HelloTermux().run()``.

``hello-termux`` itself takes the short way (``cli.py``), past the import of invoke; what runs is the same ``Command``.
"""

from __future__ import annotations

import sys
from typing import Any

from invoke.config import Config
from invoke.exceptions import Exit
from invoke.parser.context import ParserContext
from invoke.parser.parser import ParseResult
from invoke.program import Program

from provisioner import __version__
from provisioner.commands import edge, usage
from provisioner.commands.exit_codes import ExitCode
from provisioner.commands.namespace import make_collection
from provisioner.commands.parse import CommandLine
from provisioner.errors import UsageError


class NoFiles(Config):
    """invoke's configuration without its files and environment: an ``invoke.yaml`` nearby is not ours."""

    def load_base_conf_files(self) -> None: ...
    def load_project(self, merge: bool = True) -> None: ...
    def load_runtime(self, merge: bool = True) -> None: ...
    def load_shell_env(self) -> None: ...


class HelloTermux(Program):
    """One command per call, its options before or after its name, and an optional word behind it.

    invoke's parser can do none of the three, so ours reads the command line and its answer is handed on in invoke's
    own form; loading, configuring and executing stay invoke's.
    """

    line: CommandLine

    def __init__(self) -> None:
        super().__init__(version=__version__, name="hello-termux", namespace=make_collection(), config_class=NoFiles)

    def run(self, argv: list[str] | None = None, exit: bool = True) -> None:
        """As invoke's, but a signal stays what it is: invoke makes exit code 1 of it."""
        try:
            super().run(argv, exit)
        except SystemExit as end:
            if isinstance(end.__context__, KeyboardInterrupt):
                raise end.__context__ from None
            raise

    def parse_core(self, argv: list[str] | None) -> None:
        self.normalize_argv(argv)
        self.line = CommandLine()
        try:
            self.line.feed(self.argv[1:])
        except UsageError as error:
            edge.show(error, self.line.given)
            raise Exit(code=ExitCode.ERROR) from error

    def parse_tasks(self) -> None:
        self.core = ParseResult([ParserContext()])
        self.tasks: Any = []
        if self.line.command:
            self.tasks = [(self.line.command.name, {**self.line.values, "words": self.line.words})]

    def parse_cleanup(self) -> None:
        if text := usage.answer(self.line):
            sys.stdout.write(text)
            raise Exit

    def update_config(self, merge: bool = True) -> None:
        """Nothing on our command line configures invoke."""
