"""A fabric ``Connection`` on top of one of ours, for tasks in somebody's own fabfile."""

from __future__ import annotations

from typing import Any, cast

import fabric  # type: ignore[import-untyped]
import paramiko
from paramiko.config import SSHConfig

from provisioner.transport.ssh import SSHTransport


def adopt(transport: SSHTransport) -> fabric.Connection:
    """A ``Connection`` that uses this login: host key checked, one key offered, no second connection.

    ``run``, ``put`` and ``get`` work as ever; closing it closes ``transport``. It must not be opened again: fabric
    would then take any host key.
    """
    target = transport.target
    config = fabric.Config(ssh_config=SSHConfig())  # ~/.ssh/config has had its say already
    connection = fabric.Connection(target.address, user=target.user, port=target.port, config=config)
    client: Any = paramiko.SSHClient()
    client._transport = transport.session
    settings = cast(Any, connection)
    settings.client = client
    settings.transport = transport.session
    return connection
