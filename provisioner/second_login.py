"""Nobody is locked out: whoever is logged in must be let in once more before a change to sshd counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.errors import ConnectError
from provisioner.lean_dataclass import replace
from provisioner.model import Event, Outcome, Plan, Status
from provisioner.shell import sh
from provisioner.transport.base import Transport

if TYPE_CHECKING:
    from provisioner.connecting.link import Link

SSHD = ("openssh", "sshd_config", "apt_upgrade", "fed_packages")
"""Tasks and kinds after which a second login must be proved."""


ENOUGH = 30.0
"""Seconds for which the second login is tried if the way to the phone is bad just then."""


def answer_step(transport: Transport, run: str, event: Event) -> None:
    """A step of ``run`` waits for a second login to an sshd that it tries out: make it, and tell the step.

    Raises ConnectionLost if it was the connection that failed: nothing is said of that sshd then.
    """
    port, _, token = event.text.partition(" ")
    try:
        transport.prove_login(int(port))
        answer = f"proved-{token}"
    except ConnectError:
        answer = f"refused-{token}"  # the step puts back what was there
    shell = transport.shell()
    folder = "/.local/state/hello-termux/runs/"
    shell.send(sh(': >"$HOME"' + folder + "{}/{}\nexit\n", run, answer).encode())
    while shell.receive(15):
        pass
    shell.close()


def judge(link: Link, plan: Plan, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """sshd may have changed: whoever is let in now must be let in again, or the change has failed."""
    touched = [c for c in plan.pending if c.task in SSHD or c.id.kind in SSHD or c.id.name == "openssh"]
    if not touched:
        return outcomes
    try:
        _log_in(link)
    except ConnectError as error:
        text = f"a second login did not work: {error.summary} Keep this session's phone at hand and start sshd on it."
        ids = {change.id for change in touched}
        return tuple(replace(o, status=Status.FAILED, message=text) if o.id in ids else o for o in outcomes)
    return outcomes


def _log_in(link: Link) -> None:
    """Raises ConnectError. A connection that breaks just then proves nothing; one made anew is a second login."""
    try:
        link.transport.prove_login()
    except ConnectError as error:
        if error.kind == "key_refused":
            raise
        link.reach_again(link.conversation.marker, ENOUGH)
