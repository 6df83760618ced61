"""What a command is: a sentence, an example, options, and a function that calls one use case.

Nothing here imports invoke: ``--help`` and ``lint`` must start in milliseconds. ``namespace.py`` turns the same
commands into invoke tasks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable


class Option:
    """One option of the command line: ``--host NAME``, or a switch if ``value`` is empty."""

    __slots__ = ("flags", "help", "many", "name", "number", "value")

    def __init__(self, *flags: str, help: str, value: str = "", many: bool = False, number: bool = False) -> None:
        self.flags = flags
        self.help = help
        self.value = value
        self.many = many
        self.number = number
        self.name = max(flags, key=len).lstrip("-").replace("-", "_")

    @property
    def default(self) -> object:
        if self.many:
            return ()
        return ("" if self.value else False) if not self.number else 0.0


class Given:
    """What was given on the command line; what was not given is false or empty."""

    # The options of all commands; a command reads those that it declares.
    host: str = ""
    identity: str = ""
    timeout: float = 0.0
    verbose: bool = False
    no_color: bool = False
    json: bool = False
    debug: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    out: str = ""
    report: str = ""
    yes: bool = False
    host_key: str = ""
    rekey: bool = False
    remove: bool = False
    find: bool = False
    refresh: bool = False
    runs: bool = False
    packages: bool = False
    keep_edits: bool = False
    take_playbook: bool = False
    detach: bool = False
    wait: float = 0.0
    list: bool = False
    schema: bool = False
    playbook: str = ""
    facts: bool = False
    fix: bool = False
    force: bool = False
    show: bool = False
    address: str = ""
    mirror: str = ""
    lang: str = ""
    minutes: float = 0.0
    page: bool = False
    usb: bool = False
    keep: bool = False
    fresh: bool = False
    port: float = 0.0
    stage: str = ""
    to: str = ""
    run: bool = False
    tty: bool = False
    forward: str = ""
    words: tuple[str, ...] = ()
    """The words after the command's name that are no options."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)

    @property
    def word(self) -> str:
        """The first word, ``""`` without one: PLAYBOOK for most commands."""
        return self.words[0] if self.words else ""


class Command:
    """A command of the program; calling it does the work and gives the exit code."""

    def __init__(
        self,
        body: Callable[[Given], int],
        *,
        usage: str,
        words: int,
        example: str,
        phone: bool,
        options: Iterable[Option],
    ) -> None:
        self.body = body
        self.name = body.__name__.replace("_", "-")
        self.usage = usage
        self.words = words
        self.example = example
        self.phone = phone
        self.options = tuple(options)
        self.sentence = (body.__doc__ or "").strip()

    def __call__(self, given: Given) -> int:
        return self.body(given)

    @property
    def summary(self) -> str:
        """The sentence's first line, for lists."""
        return self.sentence.partition("\n")[0]


def command(
    *options: Option, usage: str = "", words: int = 0, example: str, phone: bool = True
) -> Callable[[Callable[[Given], int]], Command]:
    """Make the function below a command that takes up to ``words`` words, shown in its usage line as ``usage``.

    ``phone``: whether it talks to one; if not, the options of the connection mean nothing to it and help is silent of
    them.
    """

    def make(body: Callable[[Given], int]) -> Command:
        return Command(body, usage=usage, words=words, example=example, phone=phone, options=options)

    return make
