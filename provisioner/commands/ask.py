"""The person at the terminal, who is asked; without a terminal nobody is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.options import Ask
    from provisioner.transport.hostkeys import HostKeyQuestion


def asker(given: Given) -> Ask:
    """Somebody to ask if both ends are a terminal; with ``--json`` a program reads, and a program does not answer."""
    return Person() if is_interactive(given) else Nobody(quiet=given.json)


def is_interactive(given: Given) -> bool:
    """Whether a question would be seen and could be answered."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not given.json


def say(line: str) -> None:
    """A line of ours to the person, on standard error. A terminal gets it folded at words, unless it is indented: what
    is to be copied stays whole."""
    from provisioner.views.harmless import wrap
    from provisioner.views.screen import stderr

    err = stderr()
    for part in wrap(line, err.width) if err.terminal and not line.startswith(" ") else [line]:
        err.line(part)
    err.flush()


def confirm(question: str) -> bool:
    """No is the default."""
    return answer(f"{question} [y/N]") in ("y", "yes")


def answer(question: str) -> str | None:
    """What a person answers, in small letters; None at the end of the input.

    Asks on standard error, so that the answer does not depend on where the results go.
    """
    from shutil import get_terminal_size

    from provisioner.views.harmless import harmless, wrap

    lines = wrap(harmless(question), get_terminal_size().columns)
    print("\n".join(lines), end=" ", file=sys.stderr, flush=True)  # noqa: T201
    line = sys.stdin.readline()
    if not line:
        say("")  # the cursor is still behind the question
    return line.strip().lower() if line else None


def choose(question: str, offered: Sequence[str]) -> int:
    """Ask which one is meant, until an answer is the number of one; the place in ``offered``.

    Raises Cancelled at the end of the input.
    """
    from provisioner.errors import Cancelled
    from provisioner.views.harmless import harmless

    say(harmless(question))
    for number, each in enumerate(offered, start=1):
        say(f"  {number}  {harmless(each)}")
    while True:
        print(f"1 to {len(offered)}: ", end="", file=sys.stderr, flush=True)  # noqa: T201
        answer = sys.stdin.readline()
        if not answer:
            raise Cancelled("nothing was chosen")
        if answer.strip().isdigit() and 0 < int(answer) <= len(offered):
            return int(answer) - 1


def agree(given: Given, question: str, *, untouched: str) -> None:
    """Raise unless the person agrees, beforehand with ``--yes`` or now; ``untouched``: what a no leaves as it is."""
    from provisioner.errors import Cancelled, UsageError

    if given.yes:
        return
    if not is_interactive(given):
        raise UsageError(f"there is no terminal to ask at; {untouched}", hint="--yes agrees")
    if not confirm(question):
        raise Cancelled(untouched)


class Person:
    """Answers at the terminal."""

    def confirm_host_key(self, question: HostKeyQuestion) -> bool:
        from provisioner.errors import HostKeyError
        from provisioner.views.harmless import harmless

        key, target = question.key, harmless(str(question.target))
        known = "has a new host key" if question.changed else "is not known yet; it shows this host key"
        say(f"{target} {known} ({harmless(key.type)}):")
        say(f"    {harmless(key.fingerprint)}")
        say("Compare it with what this prints on the phone:")
        say("    ssh-keygen -lf $PREFIX/etc/ssh/ssh_host_ed25519_key.pub")
        if not confirm("Is it the same?"):
            raise HostKeyError("Not accepted; nothing was done.", key.fingerprint)
        return True

    def look_for(self, question: str) -> bool:
        return confirm(question)

    def tell(self, sentence: str) -> None:
        from provisioner.views.harmless import harmless

        say(harmless(sentence))

    def passphrase(self, path: Path) -> str | None:
        from getpass import getpass

        from provisioner.views.harmless import harmless

        try:
            return getpass(f"Passphrase of {harmless(str(path))}: ", stream=sys.stderr)
        except EOFError:
            return None


class Nobody:
    """Says no, and knows no passphrase."""

    def __init__(self, *, quiet: bool = True) -> None:
        self._quiet = quiet

    def confirm_host_key(self, question: HostKeyQuestion) -> bool:
        return False

    def look_for(self, question: str) -> bool:
        return False

    def tell(self, sentence: str) -> None:
        if not self._quiet:
            Person().tell(sentence)

    def passphrase(self, path: Path) -> str | None:
        return None
