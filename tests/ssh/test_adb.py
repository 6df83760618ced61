"""The adb client and the stand-in server: phones, ports, ways back, commands; and what can be wrong with a cable."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from provisioner.errors import ConnectError
from provisioner.transport.adb import Adb, AdbDevice
from tests.support import adb_server, odd_peers
from tests.support.adb_server import AdbServer, Phone


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a service that says what it hears; it plays the phone's 8022."""

    def behave(sock: socket.socket) -> None:
        while data := sock.recv(4096):
            sock.sendall(data)

    with odd_peers.peer(behave) as port:
        yield port


@pytest.fixture
def server(echo: int) -> Iterator[AdbServer]:
    with adb_server.running(Phone("R58M", ports={8022: echo})) as running:
        yield running


@pytest.fixture
def adb(server: AdbServer) -> Adb:
    return Adb.of(server.environment)


def said(sock: socket.socket, text: bytes) -> bytes:
    with sock:
        sock.sendall(text)
        return sock.recv(4096)


def test_a_phone_is_listed_with_its_model(adb: Adb) -> None:
    assert adb.devices() == (AdbDevice("R58M", "device", "Pixel_7"),)
    assert str(adb.pick()) == "R58M (Pixel 7)"


def test_a_port_of_the_phone_is_a_stream(adb: Adb) -> None:
    assert said(adb.open_port("R58M", 8022), b"hello") == b"hello"


def test_a_port_where_nothing_listens_is_said_at_once(adb: Adb) -> None:
    with pytest.raises(ConnectError, match="nothing listens on port 8023 of R58M") as caught:
        adb.open_port("R58M", 8023)
    assert caught.value.kind == "port_closed"


def test_a_forward_leads_to_the_phone_until_it_is_removed(adb: Adb) -> None:
    local = adb.forward("R58M", 8022)
    assert said(socket.create_connection(("127.0.0.1", local)), b"hello") == b"hello"
    with pytest.raises(ConnectError, match="cannot rebind"):
        adb.forward("R58M", 8022, local)
    adb.remove_forward("R58M", local)
    with pytest.raises(ConnectError, match=f"does not forward port {local}|refuses"):
        adb.remove_forward("R58M", local)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", local))


def test_a_way_back_leads_to_this_computer_until_it_is_removed(adb: Adb, echo: int) -> None:
    port = adb.reverse("R58M", 0, echo)
    assert said(socket.create_connection(("127.0.0.1", port)), b"hello") == b"hello"
    adb.remove_reverse("R58M", port)
    with pytest.raises(ConnectError, match="leads nothing to port"):
        adb.remove_reverse("R58M", port)


def test_a_command_has_input_both_outputs_and_a_status(adb: Adb) -> None:
    done = adb.shell("R58M", "tr a-z A-Z; echo oh >&2; exit 3", "größe 中文\n".encode())
    assert (done.status, done.out.decode(), done.err) == (3, "GRößE 中文\n", b"oh\n")
    assert adb.shell("R58M", "kill -9 $$").status == 137
    assert len(adb.shell("R58M", "head -c 300000 /dev/zero").out) == 300000


def test_a_command_that_does_not_end_is_given_up(adb: Adb) -> None:
    with pytest.raises(ConnectError, match="does not answer"):
        adb.shell("R58M", "sleep 20", timeout=0.3)


@pytest.mark.parametrize(
    ("state", "kind", "hint"),
    [
        ("unauthorized", "adb_unauthorised", "tap Allow"),
        ("offline", "adb_offline", "plug it in again"),
        ("no permissions (are your udev rules wrong?); see [http://x]", "adb_no_permission", "apt install"),
    ],
)
def test_a_phone_that_cannot_be_used_is_named_with_the_remedy(state: str, kind: str, hint: str) -> None:
    with adb_server.running(Phone("R58M", state)) as server, pytest.raises(ConnectError) as caught:
        Adb.of(server.environment).pick()
    assert (caught.value.kind, "R58M" in caught.value.summary, hint in caught.value.hint) == (kind, True, True)


def test_of_several_the_ready_one_is_meant_and_of_several_ready_ones_none() -> None:
    with adb_server.running(Phone("one", "unauthorized"), Phone("two")) as server:
        adb = Adb.of(server.environment)
        assert adb.pick().serial == "two"
        server.phones.append(Phone("three", model="Redmi_9"))
        with pytest.raises(ConnectError, match=r"several phones: two \(Pixel 7\), three \(Redmi 9\)") as caught:
            adb.pick()
        assert caught.value.kind == "adb_several"
        assert adb.pick("three").serial == "three"
        assert Adb.of({**server.environment, "ANDROID_SERIAL": "two"}).pick().serial == "two"
        with pytest.raises(ConnectError, match="sees no phone four") as missing:
            adb.pick("four")
        assert "one, two (Pixel 7)" in missing.value.hint


def test_no_phone_and_no_server_are_two_sentences() -> None:
    with adb_server.running() as server, pytest.raises(ConnectError, match="adb sees no phone") as empty:
        Adb.of(server.environment).pick()
    with pytest.raises(ConnectError, match=r"no adb server answers on 127\.0\.0\.1") as gone:
        Adb.of(server.environment).pick()
    assert (empty.value.kind, gone.value.kind) == ("adb_no_device", "adb_no_server")
    assert "adb start-server" in gone.value.hint


@pytest.mark.parametrize("behaviour", [odd_peers.says(b"HTTP/1.1 400 Bad Request\r\n"), odd_peers.resets])
def test_what_is_no_adb_server_is_no_crash(behaviour: odd_peers.Behaviour) -> None:
    with odd_peers.peer(behaviour) as port, pytest.raises(ConnectError):
        Adb(port=port, timeout=2).devices()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with odd_peers.peer(odd_peers.silent) as port, pytest.raises(ConnectError, match="does not answer"):
        Adb(port=port, timeout=0.2).devices()


def test_a_phone_that_was_unplugged_is_not_found(adb: Adb, server: AdbServer) -> None:
    server.phones.clear()
    with pytest.raises(ConnectError, match="device 'R58M' not found"):
        adb.open_port("R58M", 8022)


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({}, ("127.0.0.1", 5037)),
        ({"ANDROID_ADB_SERVER_PORT": "6000"}, ("127.0.0.1", 6000)),
        ({"ANDROID_ADB_SERVER_PORT": "all"}, ("127.0.0.1", 5037)),
        ({"ADB_SERVER_SOCKET": "tcp:6001"}, ("127.0.0.1", 6001)),
        ({"ADB_SERVER_SOCKET": "tcp:10.0.2.2:6002"}, ("10.0.2.2", 6002)),
    ],
)
def test_the_server_is_the_one_that_adb_uses(environment: dict[str, str], place: tuple[str, int]) -> None:
    adb = Adb.of(environment)
    assert (adb.address, adb.port) == place
