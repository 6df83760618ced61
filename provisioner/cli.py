"""The program: invoke's ``Program``, made to behave as people expect of a command."""

from __future__ import annotations

import sys
from typing import Any

from invoke import Config, Exit, Program
from invoke.parser import ParserContext, ParseResult

from provisioner import __version__
from provisioner.commands import edge, load_all
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
    """One command per call; its options may stand before its name too."""

    line: CommandLine

    def __init__(self) -> None:
        super().__init__(version=__version__, name="hello-termux", namespace=make_collection(), config_class=NoFiles)

    def parse_core(self, argv: list[str] | None) -> None:
        self.normalize_argv(argv)
        self.line = CommandLine(load_all())
        try:
            self.line.feed(self.argv[1:])
        except UsageError as error:
            edge.show(error, self.line.given)
            raise Exit(code=ExitCode.ERROR) from error

    def parse_tasks(self) -> None:
        """Hand our reading of the command line to invoke, in its own form."""
        self.core = ParseResult([ParserContext()])
        self.tasks: list[Any] = []
        if self.line.command:
            self.tasks = [(self.line.command.name, {**self.line.values, "words": self.line.words})]

    def parse_cleanup(self) -> None:
        from provisioner.commands import usage

        if self.line.asks("version"):
            sys.stdout.write(f"hello-termux {__version__}\n")
            raise Exit
        if self.line.asks("help") or not self.line.command:
            command = self.line.command
            sys.stdout.write(usage.command_help(command) if command else usage.program_help(self.line.commands))
            raise Exit

    def update_config(self, merge: bool = True) -> None:
        """Nothing on our command line configures invoke."""


def main(argv: list[str] | None = None) -> None:
    """Run the program and exit."""
    HelloTermux().run(argv)
