"""The phone keeps the probe of an apply and is asked by its name; what it does not have whole, it is asked in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from provisioner.facts.said import SaidFact
from provisioner.probe import MOST_KEPT, compile_probe, digest_of
from provisioner.runner import NEVER, STILL, Conversation
from provisioner.transport.base import Shell
from provisioner.transport.local import LocalTransport
from tests.support.temp_phone import TempPhone

QUESTION = SaidFact("echo 'it is so'; cat ~/state 2>/dev/null # 状态")


class Heard:
    """A shell that remembers what it was sent."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> None:
        self.sent.append(data)
        self.shell.send(data)

    def receive(self, timeout: float) -> bytes:
        return self.shell.receive(timeout)

    def close(self) -> None:
        self.shell.close()


Talk = Callable[..., tuple[Conversation, Heard]]


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    return TempPhone(tmp_path)


@pytest.fixture
def talk(phone: TempPhone) -> Iterator[Talk]:
    """Begin a conversation with a phone that is thought to have kept the probes of those digests."""
    with LocalTransport(phone.prefix, phone.home) as transport:

        def begin(known: Sequence[str] = ()) -> tuple[Conversation, Heard]:
            shell = Heard(transport.shell())
            return Conversation(phone.device, shell, known=known), shell

        yield begin


def kept(phone: TempPhone) -> Path:
    (file,) = (phone.home / ".local/state/hello-termux/probe").iterdir()
    return file


def remembered(talk: Talk) -> Sequence[str]:
    """The digest of the probe that the phone has kept."""
    conversation, _ = talk()
    assert conversation.ask([QUESTION], remember=True)[QUESTION] == "it is so"
    return conversation.known


def test_a_plan_writes_nothing(phone: TempPhone, talk: Talk) -> None:
    conversation, _ = talk()
    assert conversation.ask([QUESTION])[QUESTION] == "it is so"
    assert not list(phone.home.rglob("*")) and not conversation.known


def test_what_was_kept_is_asked_by_name_and_answers_anew(phone: TempPhone, talk: Talk) -> None:
    known = remembered(talk)
    (phone.home / "state").write_text("now\n")
    conversation, shell = talk(known)
    assert conversation.ask([QUESTION])[QUESTION] == "it is so\nnow"
    assert len(shell.sent) == 1 and b"it is so" not in shell.sent[0]
    assert conversation.known == known


def test_other_questions_are_asked_in_full(talk: Talk) -> None:
    other = SaidFact("echo other")
    conversation, shell = talk(remembered(talk))
    assert conversation.ask([other])[other] == "other"
    assert b"echo other" in shell.sent[0]


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "it is gone": lambda data: None,
    "it is empty": lambda data: b"",
    "it is another's": lambda data: data.replace(b"\ne=", b"\ne=0"),
    "it ends in a quote": lambda data: data[: data.index(b"it is")],
    "its last line is missing": lambda data: data[: data.rindex(b"e=")],
    "its last line is cut": lambda data: data[:-5],
    "it is nothing but zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_is_not_there_whole_is_asked_in_full(
    phone: TempPhone, talk: Talk, damage: Callable[[bytes], bytes | None]
) -> None:
    known = remembered(talk)
    left = damage(kept(phone).read_bytes())
    if left is None:
        kept(phone).unlink()
    else:
        kept(phone).write_bytes(left)
    conversation, shell = talk(known)
    assert conversation.ask([QUESTION])[QUESTION] == "it is so"
    assert len(shell.sent) == 2
    assert not conversation.known, "it would be asked by name again"


@pytest.mark.parametrize("word", [NEVER, STILL])
def test_a_script_that_says_it_goes_on_otherwise_is_heard_where_the_probe_is_unknown(talk: Talk, word: str) -> None:
    known = remembered(talk)
    conversation, shell = talk()
    other = SaidFact("echo other")
    conversation.known = (digest_of(compile_probe([other])), *known)
    conversation.ask_after(f"s {word}\n", [other])
    assert conversation.answers() == word
    assert len(shell.sent) == 1
    assert conversation.known == tuple(known)


def test_where_nothing_can_be_kept_the_answer_comes_all_the_same(phone: TempPhone, talk: Talk) -> None:
    state = phone.home / ".local/state"
    state.mkdir(parents=True)
    (state / "hello-termux").touch()
    conversation, _ = talk()
    assert conversation.ask([QUESTION], remember=True)[QUESTION] == "it is so"
    assert not conversation.known


def test_the_newest_are_kept(phone: TempPhone, talk: Talk) -> None:
    conversation, _ = talk()
    questions = [SaidFact(f"echo {n}") for n in range(MOST_KEPT + 3)]
    for question in questions:
        conversation.ask([question], remember=True)
    assert len(list((phone.home / ".local/state/hello-termux/probe").iterdir())) == MOST_KEPT
    assert len(conversation.known) == MOST_KEPT
    again, shell = talk(conversation.known)
    assert again.ask([questions[-1]])[questions[-1]] == str(MOST_KEPT + 2)
    assert len(shell.sent) == 1
