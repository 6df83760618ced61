"""Which of this computer's addresses a phone is told: by the routes, never a tunnel's, never all of them."""

from __future__ import annotations

import io

import pytest

from provisioner.commands.ask import choose
from provisioner.connecting.addresses import Interface, is_private, likely
from provisioner.errors import Cancelled
from tests.support.laptop import LAPTOP, PHONE, Laptop, ended, line_of, paste

WIFI, CABLE = Interface("wlan0", "192.168.1.20"), Interface("enp3s0", "10.1.2.3")
VPN, DOCKER = Interface("tun0", "10.8.0.2"), Interface("docker0", "172.17.0.1")

CASES = {
    "the only one": ([WIFI], None, [WIFI]),
    "that of the default route": ([CABLE, WIFI, DOCKER], "192.168.1.20", [WIFI]),
    "not the tunnel, though all goes through it": ([WIFI, VPN, DOCKER], "10.8.0.2", [WIFI]),
    "to be asked: a tunnel and two networks": ([WIFI, CABLE, VPN], "10.8.0.2", [WIFI, CABLE]),
    "to be asked: no route at all": ([WIFI, CABLE], None, [WIFI, CABLE]),
    "a tunnel if there is nothing else": ([VPN], "10.8.0.2", [VPN]),
    "none": ([DOCKER], None, []),
    "none but loopback": ([Interface("lo", "127.0.0.1")], None, []),
}


@pytest.mark.parametrize("case", CASES)
def test_the_address_is(case: str) -> None:
    found, default, chosen = CASES[case]
    assert list(likely(found, default)) == chosen


@pytest.mark.parametrize(
    ("address", "private"),
    [("192.168.1.20", True), ("172.31.9.9", True), ("100.100.1.1", True), ("169.254.7.7", True), ("127.0.0.1", True),
     ("fd00::2", True), ("::1", True), ("fe80::1", False), ("172.32.0.1", False), ("100.128.0.1", False),
     ("1.1.1.1", False), ("224.0.0.1", False), ("0.0.0.0", False), ("::", False), ("2001:db8::1", False)],
)  # fmt: skip
def test_a_listener_may_be_on(address: str, private: bool) -> None:
    assert is_private(address) is private


def test_a_person_chooses_by_a_number_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n0\n3\nwlan0\n2\n"))
    assert choose("Which?", [str(WIFI), str(CABLE)]) == 1
    shown = capsys.readouterr().err
    assert "2  10.1.2.3 (enp3s0)" in shown and shown.count("1 to 2: ") == 5
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(Cancelled):
        choose("Which?", [str(WIFI), str(CABLE)])


def test_with_two_networks_the_default_route_decides(met: Laptop) -> None:
    for words in (("link", "add", "eth7", "type", "veth", "peer", "name", "x"),
                  ("address", "add", "10.9.8.7/24", "dev", "eth7"), ("link", "set", "eth7", "up")):  # fmt: skip
        met.command("ip", *words)
    pairing = met.start("pair", "pixel")
    line = line_of(pairing)
    assert f" {LAPTOP}:" in line
    assert "Paired with" in paste(met.phone, line) and "paired: pixel" in ended(pairing)
    met.command("ip", "route", "delete", "default")
    said = met.run("pair", expect=1)
    assert "several addresses" in said and f"{LAPTOP} (wlp2s0)" in said and "10.9.8.7 (eth7)" in said
    there = met.start("pair", "--address", "10.9.8.7", "--minutes", "0.01")
    assert " 10.9.8.7:" in line_of(there)
    ended(there, 4)


def test_a_vpn_that_takes_all_traffic_is_passed_over(met: Laptop) -> None:
    met.command("ip", "tuntap", "add", "tun0", "mode", "tun")
    for words in (("address", "add", "10.8.0.2/24", "dev", "tun0"), ("link", "set", "tun0", "up"),
                  ("route", "replace", "default", "dev", "tun0")):  # fmt: skip
        met.command("ip", *words)
    pairing = met.start("pair", "--minutes", "0.01")
    assert f" {LAPTOP}:" in line_of(pairing)
    ended(pairing, 4)


def test_a_phone_that_cannot_reach_the_laptop_says_so_and_is_not_changed(met: Laptop) -> None:
    pairing = met.start("pair", "--minutes", "0.05")
    line = line_of(pairing)
    met.command("ip", "address", "delete", f"{LAPTOP}/24", "dev", "wlp2s0")
    shown = paste(met.phone, line.replace("curl ", "curl --connect-timeout 2 "))
    assert "curl: (" in shown and shown.rstrip().endswith("no")
    said = ended(pairing, 4)
    assert "pair --usb" in said and "pair --host ADDRESS" in said
    assert PHONE not in met.hosts
