"""A fabfile can use our login."""

from __future__ import annotations

import pytest

from provisioner.transport import ssh
from tests.ssh.conftest import QUICK
from tests.support.sshd import Sshd

pytest.importorskip("fabric")


def test_fabric_runs_on_our_connection(server: Sshd) -> None:
    from provisioner.transport.fabric_bridge import adopt

    with ssh.connect(server.target(), limits=QUICK) as transport:
        connection = adopt(transport)
        assert connection.is_connected
        assert connection.run("echo hi", hide=True, in_stream=False).stdout == "hi\n"
        assert transport.cost.connections == 1
        connection.close()
        assert not connection.is_connected
