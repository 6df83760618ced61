"""A module by the proxy, with a real Go: what comes of it when the proxy or the checksum database misbehave."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from provisioner.rehearsal import StandInPhone
from provisioner.rehearsal.faults import Kind
from provisioner.shell import Device
from provisioner.tasks.golang import Golang
from tests.support.program import Phone
from tests.tasks.proofs import proofs_of, read, start_script

PROXY, SUMS = "goproxy.cn", "sum.golang.google.cn"


@pytest.fixture(scope="module")
def with_go(phone: Phone) -> Phone:
    phone.run("apply", phone.write("- mirror: tuna\n- golang: {tools: []}\n"), "--yes")
    return phone


def fetched(phone: Phone) -> tuple[int, str]:
    """What the proof says, without the one that it comes after."""
    proof = {each.name: each for each in proofs_of(Golang())}["a module by the proxy"]
    return read(phone.ssh(start_script([replace(proof, after="")], Device(), "")))


def test_a_module_comes_and_its_checksum_is_looked_up(with_go: Phone, standin: StandInPhone) -> None:
    rc, text = fetched(with_go)
    assert rc == 0, text
    assert re.fullmatch(
        r"golang.org/x/sync v0.10.0 \(\d+ bytes\) by https://goproxy.cn in .* s,"
        r" found in the tree of sum.golang.org, which is 1 long",
        text,
    )
    asked = [line.split() for line in standin.access_log()]
    assert ["https", SUMS, "GET", "/lookup/golang.org/x/sync@v0.10.0", "200"] in asked
    assert with_go.ssh("ls -A ~/.cache/hello-termux ~/go/pkg 2>/dev/null", check=False) == ""


@pytest.mark.parametrize(
    ("host", "kind", "path", "rc", "says"),
    [
        (PROXY, "flipped", r"\.zip$", 1, "zip: "),
        (PROXY, "flipped", r"\.mod$", 1, "is not what the checksum database knows: .*checksum mismatch"),
        (PROXY, "503", "", 1, "503 Service Unavailable"),
        (PROXY, "certificate", "", 1, "x509: .*: is the phone's clock right"),
        (PROXY, "nameless", "", 77, "https://goproxy.cn is not found by this phone: is it online?"),
        (SUMS, "503", "", 1, r"the checksum database \(sum.golang.google.cn\) does not answer: .*503"),
        (SUMS, "nameless", "", 1, r"the checksum database \(sum.golang.google.cn\) does not answer: .*no such host"),
        (SUMS, "flipped", "/lookup/", 1, "what the checksum database .* answers is not signed by it: verifying"),
    ],
)
def test_what_stands_in_the_way_is_told(
    with_go: Phone, standin: StandInPhone, host: str, kind: Kind, path: str, rc: int, says: str
) -> None:
    standin.misbehave(host, kind, path)
    try:
        got, text = fetched(with_go)
    finally:
        standin.behave()
    assert re.search(says, text), text
    assert got == rc
