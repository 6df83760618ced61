"""Which message counts: the MAC, the pairing, the place, the time, the number of tries. No socket, no clock."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.pairing.claim import TRIES, Claim, Verdict
from provisioner.pairing.token import is_mac, mac, new_token
from tests.pairing.test_listener import KEY, NONCE, TOKEN, message

PEER = "192.168.77.53"


def signed(text: str, token: str = TOKEN) -> bytes:
    return f"{mac(token, text.encode())}\n{text}".encode()


def judged(text: str, *, token: str = TOKEN, peer: str = PEER, now: float = 1.0) -> Verdict:
    return Claim(TOKEN, NONCE, 0.0).judge(signed(text, token), peer, now)


def test_the_report_that_counts_says_where_the_phone_is_and_which_key_it_shows() -> None:
    verdict = judged(message(address=PEER, model="Redmi Note 12", maker="Xiaomi", android="15", termux="0.118.3"))
    assert verdict.report and verdict.answer == mac(TOKEN, f"yes report {NONCE}".encode())
    assert (verdict.report.address, verdict.report.port, verdict.report.host_key.line) == (PEER, 8022, KEY)
    assert verdict.report.model == "Xiaomi Redmi Note 12"


@pytest.mark.parametrize(("said", "taken"), [("192.168.1.7", "192.168.1.7"), ("8.8.8.8", ""), ("x", ""), ("", "")])
def test_only_an_address_of_a_network_is_a_phones_own(said: str, taken: str) -> None:
    verdict = judged(message(address=PEER, lan=said))
    assert verdict.report and verdict.report.lan == taken


WRONG = {
    "made with another code": judged(message(address=PEER), token="x" * 22),
    "another pairing": judged(message(address=PEER, nonce="0" * 32)),
    "came from": judged(message(address=PEER), peer="192.168.77.54"),
    "neither a beginning": judged(message("hello", address=PEER)),
    "no port": judged(message(address=PEER, port="0")),
    "a host key": judged(message(address=PEER, host_key="none")),
    "not the base64": judged(message(address=PEER, host_key="ssh-ed25519 AAAA")),
    "no message": Claim(TOKEN, NONCE, 0.0).judge(signed("GET / HTTP/1.1"), PEER, 1.0),
    "no field": judged(message(address=PEER) + "\n\x1b[2J=x"),
    "no  field": judged(message(address=PEER, model="x" * 300)),
    "not UTF-8": Claim(TOKEN, NONCE, 0.0).judge(mac(TOKEN, b"\xff").encode() + b"\n\xff", PEER, 1.0),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_does_not_count_is_told_why_and_gets_no_answer(why: str) -> None:
    verdict = WRONG[why]
    assert not verdict.accepted and not verdict.answer and verdict.report is None
    assert why.replace("  ", " ") in verdict.why or "MAC" in verdict.why


def test_tries_are_counted_and_the_right_one_after_them_is_too_late() -> None:
    claim = Claim(TOKEN, NONCE, 0.0)
    for number in range(TRIES):
        assert claim.left(1.0) > 0, number
        claim.judge(b"nonsense", PEER, 1.0)
    assert claim.left(1.0) == 0 and claim.exhausted
    assert not claim.judge(signed(message(address=PEER)), PEER, 1.0).accepted


def test_one_report_counts_and_no_second() -> None:
    claim = Claim(TOKEN, NONCE, 0.0)
    assert claim.judge(signed(message(address=PEER)), PEER, 1.0).report
    assert not claim.judge(signed(message(address=PEER)), PEER, 2.0).accepted
    assert claim.left(2.0) == 0


def test_ten_minutes_for_the_first_sign_and_an_hour_for_the_phone_that_gave_it() -> None:
    claim = Claim(TOKEN, NONCE, 0.0)
    assert claim.left(599.0) == 1.0 and not claim.judge(signed(message(address=PEER)), PEER, 600.0).accepted
    assert claim.judge(signed(message("begin", address=PEER)), PEER, 599.0).begun
    assert claim.left(600.0) == 3000.0
    assert not claim.judge(signed(message(address=PEER)), PEER, 3600.0).accepted


def test_the_phone_that_has_begun_is_the_only_one() -> None:
    claim = Claim(TOKEN, NONCE, 0.0)
    claim.judge(signed(message("begin", address=PEER)), PEER, 1.0)
    other = "192.168.77.60"
    assert f"the phone at {PEER} has begun" in claim.judge(signed(message(address=other)), other, 2.0).why
    assert claim.judge(signed(message(address=PEER)), PEER, 3.0).report


@given(st.binary(max_size=300), st.text(max_size=30))
def test_nothing_that_is_sent_makes_it_stumble(body: bytes, peer: str) -> None:
    assert not Claim(TOKEN, NONCE, 0.0).judge(body, peer, 1.0).accepted
    Claim(TOKEN, NONCE, 0.0).judge(mac(TOKEN, body).encode() + b"\n" + body, peer, 1.0)


@given(st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=200))
def test_the_mac_is_one_that_lengthening_does_not_forge(text: str) -> None:
    inner = hashlib.sha256((TOKEN + text).encode()).hexdigest()
    assert mac(TOKEN, text.encode()) == hashlib.sha256((TOKEN + inner).encode()).hexdigest()
    assert is_mac(TOKEN, text.encode(), mac(TOKEN, text.encode())) and not is_mac(TOKEN, text.encode(), inner)


def test_a_phone_makes_the_same_mac_with_sha256sum() -> None:
    script = 'printf %s%s "$t" "$(printf %s%s "$t" "$m" | sha256sum | cut -c1-64)" | sha256sum | cut -c1-64'
    text = message(address=PEER, model="小米 %s \\n $x")
    done = subprocess.run(
        ["sh", "-c", script], env={"t": TOKEN, "m": text, "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert done.stdout.decode().strip() == mac(TOKEN, text.encode())


def test_a_code_has_128_bits_and_is_never_the_same() -> None:
    codes = {new_token() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == 22 and code.replace("-", "").replace("_", "").isalnum() for code in codes)
