"""``unpair``: our key line goes from the phone, and the phone from the inventory, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.errors import ConnectError, RunFailed
from provisioner.lean_dataclass import replace
from provisioner.model import Source

if TYPE_CHECKING:
    from provisioner.connecting.link import Link
    from provisioner.model import Plan
    from provisioner.options import Ask, Options
    from provisioner.resources.paired_key import PairedKeyGone
    from provisioner.session import Session

PATIENCE = 20.0
"""Seconds for which the phone is called again if the link breaks: once the line is gone nobody lets us in."""


class Farewell:
    """A connection to a phone that shall forget this laptop."""

    def __init__(self, session: Session, link: Link, key: PairedKeyGone) -> None:
        self._session = session
        self._link = link
        self._key = key
        self._plan: Plan = session.plan()

    @property
    def name(self) -> str:
        return self._session.name

    @property
    def line(self) -> str:
        """The comment of our line on the phone; empty if there is none."""
        return next((str(change.fields[0].before) for change in self._plan.pending), "")

    def left(self) -> tuple[str, ...]:
        """The comments of lines that hold the same key and are not ours: they stay, and let this laptop in."""
        return self._key.left(self._link.conversation.ask(self._key.facts()))

    def remove(self) -> None:
        """Take the line away, and prove it by reading again. Raises RunFailed, Locked, PlanStale, ConnectError."""
        result = self._session.apply(self._plan, lambda event: None)
        if not result.converged:
            said = " ".join(outcome.message or outcome.tail for outcome in result.failed) or "it is still there"
            raise RunFailed(f"the key line of {self.name} could not be removed: {said}")

    def gets_in(self) -> bool:
        """Whether the phone still takes the key, found out by a login beside this one."""
        try:
            self._link.transport.prove_login()
        except ConnectError:
            return False
        return True


@contextmanager
def open_farewell(options: Options, ask: Ask) -> Iterator[Farewell]:
    """Reach the phone and look at its keys; nothing is changed. Raises ConnectError, HostKeyError."""
    from provisioner import connecting
    from provisioner.connecting.link import Link
    from provisioner.playbook.entries import Playbook
    from provisioner.resources.base import Declared
    from provisioner.resources.paired_key import PairedKeyGone
    from provisioner.session import Session, questions_of

    reach = connecting.reach(options, Path.cwd(), ask)
    try:
        link = Link.open(reach, ask, questions_of(()), PATIENCE)
    except BaseException:
        reach.abandon()
        raise
    with closing(link):
        key = PairedKeyGone(link.transport.login_key)
        declared = [Declared(key, "unpair", Source("unpair"))]
        session = Session(reach.name, link, Playbook.none("unpair"), declared, options=replace(options, refresh=False))
        yield Farewell(session, link, key)
