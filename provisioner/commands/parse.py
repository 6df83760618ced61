"""The words of the command line → one command and what was given to it.

invoke's own parser knows no optional words (``plan [PLAYBOOK]``), chains tasks, and reads a mistyped option as one more
task. Ours is for one command with options before and after its name; ``program.HelloTermux`` hands its answer to
invoke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisioner.commands import Commands
from provisioner.commands.base import Command, Given, Option
from provisioner.commands.options import COMMON
from provisioner.errors import UsageError
from provisioner.suggest import did_you_mean

EMPTY = "is a variable of a script empty? What is not meant is left out"
TRY_HELP = "hello-termux --help lists the commands"


class CommandLine:
    """What was asked for; ``command`` is None if no command was named."""

    def __init__(self, commands: Mapping[str, Command] | None = None) -> None:
        self.commands = Commands() if commands is None else commands
        self.command: Command | None = None
        self.words: list[str] = []
        self._all: Sequence[str] = ()
        self.values: dict[str, object] = {option.name: option.default for option in COMMON}

    @property
    def given(self) -> Given:
        return Given(**self.values, words=tuple(self.words))

    def asks(self, name: str) -> bool:
        """Whether a switch (``help``, ``version``) was given."""
        return bool(self.values[name])

    def feed(self, arguments: Sequence[str]) -> None:
        """Read everything after the program's name. Raises UsageError at the first word that makes no sense."""
        self._all, rest = arguments, list(arguments)
        while rest:
            part = rest.pop(0)
            if part == "--":
                for word in rest:
                    self._word(word)
                break
            if part.startswith("--"):
                self._long(part, rest)
            elif part.startswith("-") and part != "-":
                self._short(part, rest)
            elif part:
                self._word(part)
            else:  # it would mean the usual playbook, the last run, the folder one is in
                raise UsageError("a word is empty", hint=EMPTY)
        self._check_words()

    @property
    def options(self) -> dict[str, Option]:
        """Every option that makes sense at this point, by its flags."""
        own = self.command.options if self.command else ()
        return {flag: option for option in (*COMMON, *own) for flag in option.flags}

    def _word(self, word: str) -> None:
        if self.command is not None:
            self.words.append(word)
            return
        if word in ("help", "version"):  # as people type it: hello-termux help plan
            self.values[word] = True
            return
        if word not in self.commands:
            raise UsageError(f"there is no command {word!r}", hint=did_you_mean(word, self.commands, TRY_HELP))
        self.command = self.commands[word]
        self.values = {**{option.name: option.default for option in self.command.options}, **self.values}

    def _long(self, part: str, rest: list[str]) -> None:
        flag, equals, value = part.partition("=")
        option = self._find(flag)
        if not option.value:
            if equals:
                raise UsageError(f"{flag} takes no value", hint=self._help_hint())
            self.values[option.name] = True
            return
        self._store(option, flag, value if equals else self._next(option, flag, rest))

    def _short(self, part: str, rest: list[str]) -> None:
        """``-H pixel``, ``-Hpixel``, ``-H=pixel`` and ``-vh`` all work. ``-out`` is a slip, not ``--out ut``."""
        if f"-{part}".partition("=")[0] in self.options:
            raise UsageError(f"{part} has one dash too few", hint=f"write -{part}")
        for position, letter in enumerate(part[1:], start=2):
            option = self._find(f"-{letter}")
            if option.value:
                glued = part[position:]
                value = glued.removeprefix("=") if glued else self._next(option, f"-{letter}", rest)
                self._store(option, f"-{letter}", value)
                return
            self.values[option.name] = True

    def _find(self, flag: str) -> Option:
        found = self.options.get(flag)
        if found:
            return found
        owners = [c.name for c in self.commands.values() if any(flag in o.flags for o in c.options)]
        if not self.command and owners:
            meant = next((name for name in owners if name in self._all), owners[0])
            raise UsageError(f"{flag} goes after the command: hello-termux {meant} {flag}")
        of = f"{self.command.name} has" if self.command else "there is"
        otherwise = f"it belongs to {', '.join(owners)}" if owners else self._help_hint()
        known = () if owners else self.options
        raise UsageError(f"{of} no option {flag}", hint=did_you_mean(flag, known, otherwise))

    def _next(self, option: Option, flag: str, rest: list[str]) -> str:
        if not rest or rest[0].partition("=")[0] in self.options:
            raise UsageError(f"{flag} needs a value: {flag} {option.value}", hint=self._help_hint())
        return rest.pop(0)

    def _store(self, option: Option, flag: str, value: str) -> None:
        if not value:
            raise UsageError(f"{flag} has an empty value", hint=EMPTY)
        if option.many:
            before = self.values[option.name]
            assert isinstance(before, tuple)  # noqa: S101 - Option.default made it so
            self.values[option.name] = (*before, value)
        else:
            self.values[option.name] = _number(flag, value) if option.number else value

    def _check_words(self) -> None:
        command = self.command
        if command is None or self.asks("help"):
            return
        if command.usage == "[PLAYBOOK]" or len(self.words) > command.words:
            for word in self.words:
                if word in self.commands:
                    raise UsageError(
                        f"one command at a time: {word!r} comes after {command.name!r}", hint=self._hint_of(word)
                    )
        if len(self.words) > command.words:
            extra = self.words[command.words]
            takes = f"takes {command.usage} only" if command.usage else "takes no words"
            raise UsageError(f"{command.name} {takes}, and {extra!r} is one too many", hint=self._help_hint())

    def _hint_of(self, word: str) -> str:
        """How a command's name behind another command may have been meant."""
        for flag in ("only", "skip"):  # a task may be called as a command is
            if isinstance(given := self.values.get(flag), tuple) and given:
                return f"several are written --{flag} {','.join([*given, word])}"
        return f"a playbook of that name is ./{word}"

    def _help_hint(self) -> str:
        if self.command and self.command.usage.startswith("-- "):
            return f"what belongs to the phone's command goes behind --: hello-termux {self.command.name} -- ..."
        return f"hello-termux {self.command.name} --help shows its options" if self.command else TRY_HELP


def _number(flag: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e9:
        raise UsageError(f"{flag} needs a number above 0, not {value!r}")
    return number
