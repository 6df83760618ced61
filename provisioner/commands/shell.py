"""``hello-termux shell``: a shell on the phone, at this terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, command

if TYPE_CHECKING:
    from provisioner.transport.ssh import SSHTransport


@command(*options.TRUST, usage="[NAME]", words=1, example="hello-termux shell pixel")
def shell(given: Given) -> int:
    """Open a shell on the phone, by OpenSSH's client with the pinned host key and our key.
    Where there is no such client, by a terminal of our own."""
    from dataclasses import replace

    from provisioner.commands.ask import asker
    from provisioner.commands.session import named_host, options_of
    from provisioner.connecting import connected
    from provisioner.inventory import openssh_client
    from provisioner.transport.cable import led_here

    with connected(options_of(given, named_host(given)), asker(given)) as transport:
        ssh = openssh_client.program()
        if ssh is None:
            return _terminal(transport)
        target = replace(transport.target, pins=(transport.host_key.line,))
    with led_here(target) as reachable:
        return openssh_client.hand_over(ssh, reachable)


def _terminal(transport: SSHTransport) -> int:
    import os

    from provisioner.commands.streams import require_terminal
    from provisioner.errors import UsageError

    if os.name == "nt":
        raise UsageError("there is no ssh on this computer", hint="Settings > Optional features > OpenSSH Client")
    require_terminal(hint="hello-termux run -- COMMAND needs none")
    from provisioner.transport.terminal import interact

    return interact(transport)
