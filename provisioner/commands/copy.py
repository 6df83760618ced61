"""``hello-termux copy``: files there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, command

if TYPE_CHECKING:
    from provisioner.copying.operands import Errand

EXAMPLE = """\
hello-termux copy main.go :src/hello/
hello-termux copy 'pixel:storage/downloads/报告.pdf' .
hello-termux copy -H pixel src/ :"""


@command(*options.TRUST, usage="SRC... DEST", words=100_000, example=EXAMPLE)
def copy(given: Given) -> int:
    """Copy files and directories to the phone or from it; what is there is written :PATH or NAME:PATH.
    Everything is proved by its digest before any of it is put in place."""
    from provisioner.commands.ask import asker
    from provisioner.commands.edge import view_of
    from provisioner.commands.session import options_of
    from provisioner.connecting import connected
    from provisioner.copying.transfer import download, upload

    view, errand = view_of(given), _errand(given)
    with connected(options_of(given, errand.host), asker(given)) as transport, view.transfer() as begin:
        carry = upload if errand.up else download
        copied = carry(transport, errand.sources, errand.dest, begin)
        to = f"{transport.target.name}:{errand.dest.removeprefix('./')}" if errand.up else errand.dest
    view.copied(copied.to_json(to))
    return 0


def _errand(given: Given) -> Errand:
    """What is to be copied. Raises UsageError."""
    from pathlib import Path

    from provisioner import inventory
    from provisioner.connecting import REHEARSAL
    from provisioner.copying import operands
    from provisioner.errors import UsageError

    known = [*inventory.load(Path.cwd()).entries, REHEARSAL]
    errand = operands.plan(given.words, known, [word for word in given.words if Path(word).exists()])
    if errand.host and given.host not in ("", errand.host):
        raise UsageError(f"which phone? -H says {given.host}, and then comes {errand.host}:", hint="name it once")
    return errand
