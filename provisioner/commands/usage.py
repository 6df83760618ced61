"""The texts of ``--help``: true, complete, and the same shape for every command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from provisioner import __version__
from provisioner.commands.base import Command, Option
from provisioner.commands.exit_codes import MEANINGS
from provisioner.commands.options import COMMON, CONNECTION
from provisioner.commands.parse import CommandLine

WIDTH = 80


def answer(line: CommandLine) -> str:
    """What the command line asks for that needs no command to run: help or the version; else nothing."""
    if line.asks("version"):
        return f"hello-termux {__version__}\n"
    if not line.command:
        return program_help(line.commands)
    return command_help(line.command) if line.asks("help") else ""


def program_help(commands: Mapping[str, Command]) -> str:
    """What the program is, its commands with a line each, what they all take, exit codes, an example."""
    lines = [
        "Usage: hello-termux [options] COMMAND [options] [PLAYBOOK]",
        "",
        "Turns an Android phone with Termux into a place to write Go, from a laptop.",
        "",
        "Commands:",
        *_columns((command.name, command.summary) for command in commands.values()),
        "",
        "Options, before or after the command:",
        *_option_lines(COMMON),
        "",
        "PLAYBOOK is a file or the name of a packaged playbook; without it playbook.yml",
        "of the current folder, else go-dev.",
        "",
        "Exit codes:",
        *_columns((str(int(code)), meaning) for code, meaning in MEANINGS.items()),
        "",
        "Example:",
        "  hello-termux apply -H 192.168.1.23",
        "",
        "hello-termux COMMAND --help says more.",
    ]
    return "\n".join(lines) + "\n"


def command_help(command: Command) -> str:
    """One sentence, an example, every option."""
    lines = [
        " ".join(part for part in ("Usage: hello-termux", command.name, "[options]", command.usage) if part),
        "",
        *_wrapped(" ".join(command.sentence.split()), WIDTH),
        "",
        "Example:",
        *(f"  {line}" for line in command.example.splitlines()),
        "",
    ]
    common = [option for option in COMMON if command.phone or option not in CONNECTION]
    column = max(len(_spelling(option)) for option in (*command.options, *common))
    if command.options:
        lines += ["Options:", *_option_lines(command.options, column), ""]
    lines += ["Options of every command:", *_option_lines(common, column)]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    from textwrap import wrap  # 1 ms, which lint and completion do not wait for

    return wrap(text, width)


def _option_lines(options: Iterable[Option], column: int = 0) -> Iterator[str]:
    yield from _columns(((_spelling(option), option.help + _repeatable(option)) for option in options), column)


def _spelling(option: Option) -> str:
    flags = ", ".join(option.flags)
    indent = "" if len(option.flags[0]) == 2 else "    "
    return f"{indent}{flags} {option.value}".rstrip()


def _repeatable(option: Option) -> str:
    return "; can be repeated" if option.many else ""


def _columns(rows: Iterable[tuple[str, str]], column: int = 0) -> Iterator[str]:
    """Two columns, the first at least ``column`` wide, the second one folded."""
    pairs = list(rows)
    column = max(column, *(len(left) for left, _ in pairs))
    for left, right in pairs:
        head = f"  {left.ljust(column)}  "
        for part in _wrapped(right, WIDTH - column - 4):
            yield head + part
            head = " " * (column + 4)
