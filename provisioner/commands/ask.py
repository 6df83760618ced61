"""The person at the terminal, who is asked; without a terminal nobody is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.app import Ask
    from provisioner.commands.base import Given


def asker(given: Given) -> Ask:
    """Somebody to ask if both ends are a terminal; with ``--json`` a program reads, and a program does not answer."""
    return Person() if is_interactive(given) else Nobody()


def is_interactive(given: Given) -> bool:
    """Whether a question would be seen and could be answered."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not given.json


def confirm(question: str) -> bool:
    """Ask on standard error, so that the answer does not depend on where the results go. No is the default."""
    from provisioner.views.harmless import harmless

    print(f"{harmless(question)} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201
    answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)  # noqa: T201 - end of file: the cursor is still behind the question
    return answer.strip().lower() in ("y", "yes")


class Person:
    """Answers at the terminal."""

    def confirm_host_key(self, question: str) -> bool:
        return confirm(question)

    def passphrase(self, path: Path) -> str | None:
        from getpass import getpass

        from provisioner.views.harmless import harmless

        try:
            return getpass(f"Passphrase of {harmless(str(path))}: ", stream=sys.stderr)
        except EOFError:
            return None


class Nobody:
    """Says no, and knows no passphrase."""

    def confirm_host_key(self, question: str) -> bool:
        return False

    def passphrase(self, path: Path) -> str | None:
        return None
