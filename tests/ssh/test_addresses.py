"""What people write for an address, and what it means."""

from __future__ import annotations

import pytest

from provisioner.transport.target import Address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("phone", "phone", None),
        ("192.168.1.7:2022", "192.168.1.7", 2022),
        ("::1", "::1", None),
        ("[::1]:8022", "::1", 8022),
        ("[fe80::1]", "fe80::1", None),
        ("fe80::1%wlan0", "fe80::1%wlan0", None),
        ("[fe80::1%wlan0]:8022", "fe80::1%wlan0", 8022),
    ],
)
def test_addresses(text: str, host: str, port: int | None) -> None:
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no address"),
        ("phone:", "no port"),
        ("phone:0", "no port"),
        ("phone:65536", "no port"),
        ("phone:ssh", "no port"),
        ("phone:99999999999999999999", "no port"),
        ("phone:８０２２", "no port"),
        ("[::1", "write .ADDRESS.:PORT"),
        ("[::1]8022", "write .ADDRESS.:PORT"),
        ("[phone]:8022", "no IPv6 address"),
        ("fe80::zz:1:2", "written .ADDRESS.:PORT"),
        ("u0_a123@phone", "leave out u0_a123@"),
        ("my phone", "space"),
        ("ssh://phone:8022", "leave out ssh://"),
        ("-oProxyCommand=x", "no address"),
    ],
)
def test_bad_addresses(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Address.parse(text)
