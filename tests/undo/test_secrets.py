"""A secret of a playbook is readable nowhere but in what the playbook writes it to: one test for each way out."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from provisioner.rehearsal import StandInPhone
from provisioner.sealing import forms, masked, sieve
from tests.support.program import Phone
from tests.undo.playbooks import block, file, write

TOKEN = "hunter2/[x]*.^$&'\"\\ö"
LINES = ("-----BEGIN A KEY-----", "QmFzZTY0IGlzIG5vIHNlY3JldA==", "c29tZXRoaW5nIHRoYXQgb3BlbnMgYSBkb29y")
WAYS = (TOKEN, *LINES, quote(TOKEN, safe=""), json.dumps(TOKEN)[1:-1], base64.b64encode(TOKEN.encode()).decode()[:-4])
SECRETS = {"secrets": {"token": {"env": "MY_TOKEN"}, "key": {"file": "my.key"}}}
STATE = ".local/state/hello-termux"
SAYS = {
    "name": "says",
    "run": "cat ~/.netrc ~/.key; base64 -w0 <~/.netrc; printf 'without a newline '; cat ~/.netrc >&2; touch ~/said",
    "creates": "~/said",
}


@pytest.fixture
def given(phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A laptop that has the secrets; the phone is as no such playbook has ever been."""
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    (phone.config / "my.key").write_text("\n".join(LINES) + "\n")
    yield
    for name in (".netrc", ".key", "said", "kept", ".zshenv"):
        (standin.home / name).unlink(missing_ok=True)
    subprocess.run(["rm", "-rf", str(standin.home / STATE)], check=True)


def playbook(phone: Phone, *more: object) -> str:
    return write(phone, SECRETS, file("~/.netrc", "password {{ token }}\n"), file("~/.key", "{{ key }}\n"), *more)


def tells_nothing(text: str) -> None:
    assert not [way for way in WAYS if way in text], text


def kept_on(standin: StandInPhone, *but: str) -> str:
    """All that we keep on the phone for ourselves, but for copies of what was replaced."""
    files = [path for path in (standin.home / STATE).rglob("*") if path.is_file() and "backup" not in path.parts]
    return "".join(path.read_text("utf-8", "replace") for path in files if path.name not in but)


@pytest.mark.usefixtures("given")
def test_the_notes_on_the_phone(phone: Phone, standin: StandInPhone) -> None:
    guarded = {"command": {"name": "guarded", "run": "touch ~/kept", "unless": "test -e ~/kept # {{ token }}"}}
    said = phone.run("apply", playbook(phone, {"command": SAYS}, guarded), "--yes", "-v")
    tells_nothing(said)
    assert "password (secret)" in said and "without a newline password (secret)" in said
    assert (standin.home / ".netrc").read_text() == f"password {TOKEN}\n"
    tells_nothing(kept_on(standin))
    assert "password (secret)" in kept_on(standin)
    tells_nothing(phone.run("plan", playbook(phone, {"command": SAYS}, guarded), "-v"))


@pytest.mark.usefixtures("given")
def test_log_and_attach_on_a_laptop_that_does_not_know_it(
    phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = {"command": {**SAYS, "run": SAYS["run"].replace("touch", "sleep 3; touch")}}
    phone.run("apply", playbook(phone, slow), "--yes", "--detach")
    monkeypatch.delenv("MY_TOKEN")
    for words in (("attach", "-v"), ("log", "-v"), ("log", "--json"), ("log", "--list"), ("hosts", "--runs")):
        said = phone.run(*words)
        tells_nothing(said)
    assert "password (secret)" in phone.run("log", "-v")


@pytest.mark.usefixtures("given")
def test_what_a_failed_step_has_said(phone: Phone) -> None:
    fails = {"command": {"name": "fails", "run": "cat ~/.netrc; exit 3", "unless": "false"}}
    for words in ((), ("--json",)):
        said = phone.run("apply", playbook(phone, fails), "--yes", *words, expect=1)
        tells_nothing(said)
        assert "password (secret)" in said


@pytest.mark.usefixtures("given")
def test_an_undo_and_an_undo_of_that(phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    (standin.home / ".netrc").write_text("password of-yesterday\n")
    phone.run("apply", playbook(phone, block("~/.profile", "token", "export T={{ token }}")), "--yes")
    monkeypatch.delenv("MY_TOKEN")
    for words in ((), ("--json",)):  # only shown
        tells_nothing(phone.run("undo", *words, expect=1))
    said = phone.run("undo", "--yes", "-v")
    tells_nothing(said)
    assert "(secret) → (secret)" in said and "of-yesterday" not in said
    assert (standin.home / ".netrc").read_text() == "password of-yesterday\n"
    said = phone.run("undo", "--yes", "-v")
    tells_nothing(said)
    assert "(secret)" in said
    assert (standin.home / ".netrc").read_text() == f"password {TOKEN}\n"
    tells_nothing(kept_on(standin))


@pytest.mark.usefixtures("given")
def test_a_later_playbook_without_it(phone: Phone) -> None:
    phone.run("apply", playbook(phone), "--yes")
    without = write(phone, file("~/.netrc", "password none\n"), file("~/.key", "none\n"))
    said = phone.run("plan", without, "-v", expect=2) + phone.run("plan", without, "--json", expect=2)
    said += phone.run("apply", without, "--yes", "-v") + phone.run("undo", "-v", expect=1)
    tells_nothing(said)
    assert "(secret)" in said


@pytest.mark.usefixtures("given")
def test_the_card_of_verify_and_its_report(phone: Phone, tmp_path: Path) -> None:
    chatty = file("~/.zshenv", "cat ~/.netrc\n")
    shell = ({"packages": ["zsh"]}, {"shell": {"login": "zsh", "framework": "none"}})
    said = phone.run("apply", playbook(phone, chatty, *shell, {"command": SAYS}), "--yes")
    card = phone.run(
        "verify", str(phone.config / "playbook.yml"), "-v", "--report", str(tmp_path / "r.html"), expect=(0, 1)
    )
    report = (tmp_path / "r.html").read_text()
    assert "(secret)" in card and "(secret)" in report
    tells_nothing(said + card + report)
    tells_nothing(phone.run("verify", str(phone.config / "playbook.yml"), "--json", expect=(0, 1)))


@pytest.mark.usefixtures("given")
def test_an_address_with_it_is_refused(phone: Phone) -> None:
    named = {"command": {"name": "login {{ token }}", "run": "true", "creates": "~/x"}}
    said = phone.run("plan", playbook(phone, named), expect=1)
    assert "a secret stands in the address command:login (secret)" in " ".join(said.split())
    tells_nothing(said)


@pytest.mark.usefixtures("given")
def test_a_mistake_that_quotes_a_value(phone: Phone) -> None:
    wrong = {"command": {"name": "wrong", "run": "true", "creates": "{{ token }}"}}
    said = phone.run("plan", playbook(phone, wrong), expect=1)
    assert "(secret)" in said
    tells_nothing(said)


@pytest.mark.usefixtures("given")
def test_what_a_killed_run_has_left_goes_with_the_next(phone: Phone, standin: StandInPhone) -> None:
    hangs = {"command": {"name": "hangs", "run": "sleep 600", "creates": "~/said"}}
    phone.run("apply", playbook(phone, hangs), "--yes", "--detach")
    assert LINES[2] in kept_on(standin), "the phone must know it while it works alone"
    phone.ssh(f"kill -9 -$(cat ~/{STATE}/runs/*/pid)")
    phone.run("apply", write(phone, file("~/kept", "x\n")), "--yes")
    tells_nothing(kept_on(standin))


@pytest.mark.usefixtures("given")
def test_a_sieve_that_is_killed_ends_the_run_and_nothing_gets_past_it(phone: Phone, standin: StandInPhone) -> None:
    run = "kill -9 $(pgrep -s 0 -x sed); sleep 1; cat ~/.netrc"
    kills = {"command": {"name": "kills", "run": run, "creates": "~/said"}}
    said = phone.run("apply", playbook(phone, kills), "--yes", "-v", expect=1)
    assert "The run on the phone was ended before its last step" in said
    tells_nothing(said + kept_on(standin))
    phone.run("apply", playbook(phone, {"command": SAYS}), "--yes")


@pytest.mark.usefixtures("given")
def test_a_program_that_a_step_leaves_behind_keeps_no_run_from_its_end(phone: Phone, standin: StandInPhone) -> None:
    leaves = {"command": {"name": "leaves", "run": "setsid sleep 60 & touch ~/said", "creates": "~/said"}}
    begin = time.monotonic()
    phone.run("apply", playbook(phone, leaves), "--yes")
    assert time.monotonic() - begin < 50
    tells_nothing(kept_on(standin))


def test_the_sieve_on_the_phone_and_the_mask_here_agree(tmp_path: Path) -> None:
    rng = random.Random(20261125)
    pieces = [
        TOKEN,
        *LINES,
        "plain",
        "\t",
        " ",
        "ended",
        "M\tnote\t",
        "M\tstarted\t",
        "0",
        "\n",
        "你好",
        *forms([TOKEN]),
    ]
    hidden = forms([TOKEN, "\n".join(LINES), "ended"])
    (tmp_path / "sieve").write_text(sieve(hidden, "M"))
    texts = ["".join(rng.choices(pieces, k=rng.randrange(1, 9))) for _ in range(400)]
    said = "\n".join(texts)
    command = ["sed", "-u", "-f", str(tmp_path / "sieve")]
    done = subprocess.run(command, input=said, env={"LC_ALL": "C"}, capture_output=True, text=True, check=True).stdout
    assert done == "\n".join(
        line if line.startswith("M\t") and not line.startswith("M\tnote\t") else masked(line, hidden)
        for line in said.split("\n")
    )


def test_forms_of_a_secret_in_more_than_itself() -> None:
    for before in range(4):
        header = base64.b64encode(b"x" * before + b":" + TOKEN.encode() + b":more").decode()
        assert masked(f"Authorization: Basic {header}", forms([TOKEN])).count("(secret)") == 1
    assert masked("a plain sentence", forms([TOKEN, "\n".join(LINES)])) == "a plain sentence"
