"""Who answers at an address? One connection, the host key, and out again: no login, not one command."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from provisioner.errors import ProvisionerError
from provisioner.lean_dataclass import replace
from provisioner.transport.dialling import Dialling, load
from provisioner.transport.hostkeys import NOBODY, HostKey, pins_of
from provisioner.transport.target import Limits, Target

PARALLEL = 64
"""Connections under way at one time: few enough for a home router."""
PATIENCE = 1.5
"""Seconds for one address of the same network to take a connection; an awake phone takes a tenth."""
_LIMITS = Limits(connect=PATIENCE, banner=5.0, exchange=5.0)


def search(target: Target, addresses: Sequence[str], seconds: float) -> str | None:
    """The first of these addresses at which the phone with the target's pinned host key answers; None: at none.

    Each is called once, by at most ``PARALLEL`` at a time, and no new one after ``seconds``.
    """
    if not addresses:
        return None
    load()  # once, and not by each of the threads
    deadline = time.monotonic() + seconds
    pool = ThreadPoolExecutor(min(PARALLEL, len(addresses)), thread_name_prefix="look for the phone")
    try:
        looks = {pool.submit(_answers, replace(target, address=address), deadline): address for address in addresses}
        return next((looks[look] for look in as_completed(looks) if look.result()), None)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _answers(target: Target, deadline: float) -> bool:
    """Whether one of the pinned keys is shown there."""
    if time.monotonic() > deadline:
        return False
    try:
        sock = socket.create_connection((target.address, target.port), PATIENCE)
    except OSError:
        return False
    with contextlib.closing(sock):
        return shows_pin(target, sock)


def shows_pin(target: Target, sock: socket.socket | None = None) -> bool:
    """Whether who answers shows one of the pinned keys; ``sock``: the connection to use, which stays the caller's."""
    dialling = Dialling(target, NOBODY, _LIMITS, sock)
    try:
        return HostKey.of(dialling.result().get_remote_server_key().asbytes()) in pins_of(target)
    except (ProvisionerError, ValueError):  # whoever it is, it is not the phone
        return False
    finally:
        dialling.abandon()
