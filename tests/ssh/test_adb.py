"""The adb client, with a stand-in server and a real one: phones, ports, ways back, commands; what a cable can be."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.errors import ConnectError
from provisioner.transport.adb import Adb, AdbDevice
from tests.support import adb_server, adbd, odd_peers
from tests.support.adb_server import Phone


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a service that says what it hears; it plays the phone's 8022."""

    def behave(sock: socket.socket) -> None:
        while data := sock.recv(4096):
            sock.sendall(data)

    with odd_peers.peer(behave) as port:
        yield port


@pytest.fixture
def phone(echo: int) -> Phone:
    return Phone("R58M", ports={8022: echo})


@pytest.fixture(params=["stand-in", "adb"])
def adb(request: pytest.FixtureRequest, phone: Phone, tmp_path: Path) -> Iterator[Adb]:
    """The client, with the stand-in server, and with a real one that has a stand-in for the phone's side of adb."""
    if request.param == "stand-in":
        with adb_server.running(phone) as running:
            yield Adb.of(running.environment)
    elif adbd.ADB is None:
        pytest.skip("Android's adb is not installed: apt-get install adb")
    else:
        with adbd.real_server(phone, tmp_path) as environment:
            yield Adb.of(environment)


def said(sock: socket.socket, text: bytes) -> bytes:
    with sock:
        sock.sendall(text)
        return sock.recv(4096)


def test_a_phone_is_listed_with_its_model(adb: Adb, phone: Phone) -> None:
    assert adb.devices() == (AdbDevice(phone.serial, "device", "Pixel_7"),)
    assert str(adb.pick()) == f"{phone.serial} (Pixel 7)"


def test_a_port_of_the_phone_is_a_stream(adb: Adb, phone: Phone) -> None:
    assert said(adb.open_port(phone.serial, 8022), b"hello") == b"hello"


def test_a_port_where_nothing_listens_is_said_at_once(adb: Adb, phone: Phone) -> None:
    with pytest.raises(ConnectError, match=f"nothing listens on port 8023 of {phone.serial}") as caught:
        adb.open_port(phone.serial, 8023)
    assert caught.value.kind == "port_closed"


def test_a_forward_leads_to_the_phone_until_it_is_removed(adb: Adb, phone: Phone) -> None:
    local = adb.forward(phone.serial, 8022)
    assert said(socket.create_connection(("127.0.0.1", local)), b"hello") == b"hello"
    with pytest.raises(ConnectError, match="cannot rebind"):
        adb.forward(phone.serial, 8022, local)
    adb.remove_forward(phone.serial, local)
    with pytest.raises(ConnectError, match=f"does not forward port {local}|refuses"):
        adb.remove_forward(phone.serial, local)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", local))


def test_a_way_back_leads_to_this_computer_until_it_is_removed(adb: Adb, phone: Phone, echo: int) -> None:
    port = adb.reverse(phone.serial, 0, echo)
    assert said(socket.create_connection(("127.0.0.1", port)), b"hello") == b"hello"
    adb.remove_reverse(phone.serial, port)
    with pytest.raises(ConnectError, match="leads nothing to port"):
        adb.remove_reverse(phone.serial, port)


def test_a_command_has_input_both_outputs_and_a_status(adb: Adb, phone: Phone) -> None:
    done = adb.shell(phone.serial, "tr a-z A-Z; echo oh >&2; exit 3", "größe 中文\n".encode())
    assert (done.status, done.out.decode(), done.err) == (3, "GRößE 中文\n", b"oh\n")
    assert adb.shell(phone.serial, "kill -9 $$").status == 137
    assert len(adb.shell(phone.serial, "head -c 300000 /dev/zero").out) == 300000


def test_a_command_that_does_not_end_is_given_up(adb: Adb, phone: Phone) -> None:
    with pytest.raises(ConnectError, match="does not answer"):
        adb.shell(phone.serial, "sleep 20", timeout=0.3)


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


def test_a_phone_that_was_unplugged_is_not_found(phone: Phone) -> None:
    with adb_server.running(phone) as server:
        server.phones.clear()
        with pytest.raises(ConnectError, match="device 'R58M' not found"):
            Adb.of(server.environment).open_port("R58M", 8022)


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
