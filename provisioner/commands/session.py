"""From what was given on the command line to the use cases of ``app``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.options import Options
    from provisioner.session import Session

TIMEOUT = 15.0
"""Seconds until a silent phone is given up."""


def options_of(given: Given, host: str = "", *, remembers: bool = False) -> Options:
    """What ``app`` wants to know; ``host`` is the one of a saved plan and yields to the command line."""
    from provisioner.options import Options

    return Options(
        host=given.host or host or None,
        identity=Path(given.identity).expanduser() if given.identity else None,
        timeout=given.timeout or TIMEOUT,
        only=chosen("--only", given.only),
        skip=chosen("--skip", given.skip),
        sets=given.set,
        host_key=given.host_key or None,
        rekey=given.rekey,
        refresh=given.refresh,
        find=given.find,
        packages=given.packages,
        edits=_edits(given),
        remembers=remembers,
    )


def _edits(given: Given) -> str:
    from provisioner.errors import UsageError

    if given.keep_edits and given.take_playbook:
        raise UsageError("--keep-edits and --take-playbook contradict each other", hint="give one of them, or none")
    return "keep" if given.keep_edits else "take" if given.take_playbook else ""


def named_host(given: Given) -> str:
    """The phone that a command takes as its word; what ``-H`` names must be the same. Raises UsageError."""
    from provisioner.errors import UsageError

    if given.word and given.host not in ("", given.word):
        raise UsageError(f"which phone? -H says {given.host}, and then comes {given.word}", hint="name it once")
    return given.word


def open_session(
    given: Given, playbook: str | None, host: str = "", *, remembers: bool = False
) -> AbstractContextManager[Session]:
    """A session with the phone, with a person to ask if there is a terminal. ``remembers``: see ``Options``."""
    from provisioner import app
    from provisioner.commands.ask import asker

    return app.open_session(playbook, options_of(given, host, remembers=remembers), asker(given))


def chosen(flag: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The words of ``--only`` or ``--skip``.

    Raises UsageError if it was given and names nothing: an empty variable of a script must not come to all there is.
    """
    from provisioner.errors import UsageError

    words = split(values)
    if values and not words:
        raise UsageError(f"{flag} names nothing", hint=f"leave {flag} out if all is meant")
    return words


def split(values: tuple[str, ...]) -> tuple[str, ...]:
    """``--only shell,vim --only golang`` are three."""
    return tuple(part for value in values for part in (piece.strip() for piece in value.split(",")) if part)
