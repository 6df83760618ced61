"""The commands as invoke tasks, for our own program and for anybody's tasks.py or fabfile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from invoke.collection import Collection
from invoke.exceptions import Exit
from invoke.parser.argument import Argument
from invoke.tasks import Task

from provisioner.commands import edge, load_all
from provisioner.commands.base import Command, Given, Option
from provisioner.commands.options import COMMON, HELP, VERSION


class CommandTask(Task):  # type: ignore[type-arg]
    """An invoke task that runs one command; ends with ``invoke.Exit`` and our exit code unless that is 0.

    Its arguments are not read from a signature as invoke does, but are the command's own options: they have
    value names and help, and reading signatures would cost a tenth of the start-up.
    """

    def __init__(self, command: Command) -> None:
        super().__init__(command.body, name=command.name, positional=(), auto_shortflags=False)
        self.command = command

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        return [*_words(self.command), *(_argument(option) for option in task_options(self.command))]

    def __call__(self, context: Any, *words: str, **values: Any) -> Any:
        """``plan(c, "go-dev", host="pixel")`` in somebody's own task does what the command line does."""
        self.times_called += 1
        given = given_of(self.command, context, words, values)
        code = edge.written(lambda: edge.run(self.command, given))
        if code:
            raise Exit(code=code)


def make_collection() -> Collection:
    """All commands: ``namespace.add_collection(collection, "phone")``."""
    collection = Collection()
    for command in load_all().values():
        collection.add_task(CommandTask(command))
    return collection


def task_options(command: Command) -> tuple[Option, ...]:
    """The command's options and the common ones; ``--help`` and ``--version`` are the surrounding program's."""
    return (*command.options, *(option for option in COMMON if option not in (HELP, VERSION)))


def given_of(command: Command, context: Any, words: Iterable[str], values: dict[str, Any]) -> Given:
    """What was given to the task. Under ``fab -H pixel`` the context knows the host."""
    given: dict[str, Any] = {option.name: option.default for option in (*COMMON, *command.options)}
    unknown = set(values) - set(given) - {"words"}
    if unknown:
        raise TypeError(f"{command.name} has no option {', '.join(sorted(unknown))}")
    for name, value in values.items():
        given[name] = tuple(value) if isinstance(value, list) else value
    given["host"] = given["host"] or _host_of(context)
    given["words"] = (*words, *given.get("words", ()))
    return Given(**given)


def _host_of(context: Any) -> str:
    """The host of a fabric connection; its port only if it is not the one that fabric always has."""
    host, port = getattr(context, "original_host", ""), getattr(context, "port", 22)
    if not isinstance(host, str) or not host or port in (None, 22):
        return host if isinstance(host, str) else ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _words(command: Command) -> list[Argument]:
    """invoke has no optional words, so in a tasks.py a playbook is given as ``--words go-dev``."""
    if not command.words:
        return []
    return [Argument(names=("words",), kind=list, default=[], help=f"{command.usage} of the command")]


def _argument(option: Option) -> Argument:
    kind: type = list if option.many else float if option.number else str if option.value else bool
    flags = sorted((flag.lstrip("-") for flag in option.flags), key=len, reverse=True)
    default = [] if option.many else option.default
    attribute = option.name if option.name != flags[0] else None  # invoke loops on a name that is its own alias
    return Argument(names=flags, kind=kind, default=default, help=option.help, attr_name=attribute)
