"""ProxyJump: through one host, or several, to the phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from provisioner.errors import ConnectError, HostKeyError
from provisioner.transport import ssh
from tests.ssh.conftest import QUICK, ask, everything
from tests.support.sshd import Sshd

OK = b"echo ok; exit\n"


@pytest.fixture
def hops(start: Callable[..., Sshd]) -> list[Sshd]:
    return [start(), start()]


def test_through_one_and_two_hosts(server: Sshd, hops: list[Sshd]) -> None:
    one, two = (hop.target(name="hop") for hop in hops)
    assert ask(server.target(jump=(one,)), OK) == b"ok\n"
    with ssh.connect(server.target(jump=(one, two)), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"echo ok; head -c 3000000 /dev/zero; exit\n")
        assert len(everything(shell)) == 3_000_003
        transport.prove_login()
        assert transport.cost.turns <= 12
    assert all("Accepted publickey" in hop.log for hop in hops)


def test_a_hop_that_is_not_there(server: Sshd, hops: list[Sshd]) -> None:
    gone = hops[0].target(port=1, name="hop")
    with pytest.raises(ConnectError, match=r"hop \(127\.0\.0\.1:1\) refuses"):
        ssh.connect(server.target(jump=(gone,)), limits=QUICK)


def test_a_hop_with_an_unknown_key(server: Sshd, hops: list[Sshd]) -> None:
    unknown = replace(hops[0].target(name="hop"), pins=())
    with pytest.raises(HostKeyError, match="hop") as caught:
        ssh.connect(server.target(jump=(unknown,)), limits=QUICK)
    assert "ProxyJump of test" in caught.value.hint
    assert "publickey" not in hops[0].log


def test_nothing_behind_the_hop(server: Sshd, hops: list[Sshd]) -> None:
    with pytest.raises(ConnectError, match=r"nothing listens on 127\.0\.0\.1:1 of hop"):
        ssh.connect(server.target(port=1, jump=(hops[0].target(name="hop"),)), limits=QUICK)


def test_the_phone_dies_behind_the_hop(start: Callable[..., Sshd], hops: list[Sshd]) -> None:
    from provisioner.errors import ConnectionLost

    phone = start()
    with ssh.connect(phone.target(jump=(hops[0].target(),)), limits=QUICK) as transport:
        shell = transport.shell()
        shell.send(b"echo up; cat\n")
        assert shell.receive(5) == b"up\n"
        phone.kill_sessions()
        with pytest.raises(ConnectionLost):
            shell.receive(5)
