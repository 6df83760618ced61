"""What the phone keeps of dear answers, and the one look at files that tells whether they are still true."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from provisioner.facts import Fact
from provisioner.facts.host import Host, HostFact
from provisioner.facts.memo import WATCHED_KEY, memoized
from provisioner.facts.packages import MOST_KEPT, PackageFact, PackageState
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.runner import Conversation
from provisioner.shell import sh
from provisioner.transport.local import LocalTransport
from tests.support.temp_phone import TempPhone

SOURCE = RemotePath("~", "a source, 源\\n")
STATUS = "var/lib/dpkg/status"


@dataclass(frozen=True, slots=True)
class DearFact(Fact[bytes]):
    """What is in SOURCE; ``~/calls`` tells how often it was read."""

    name: str = "dear"
    section: ClassVar[str] = "dear"
    rests_on_memo: ClassVar[bool] = True

    @classmethod
    def watched(cls, facts: Sequence[Self]) -> Sequence[RemotePath]:
        return [SOURCE]

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        return memoized("dear", WATCHED_KEY, sh("echo {} >>~/calls\ncat {} 2>/dev/null\n", facts[0].name, SOURCE))

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> dict[Self, bytes]:
        return dict.fromkeys(facts, answer)


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    phone = TempPhone(tmp_path)
    (phone.prefix / STATUS).parent.mkdir(parents=True)
    (phone.prefix / STATUS).write_text("Package: dpkg\n")
    (phone.home / SOURCE.rest).write_bytes(b"one\n")
    return phone


def ask(phone: TempPhone, fact: Fact[Any], remember: bool = False) -> Any:
    with LocalTransport(phone.prefix, phone.home) as transport:
        return Conversation(phone.device, transport.shell()).ask([fact], remember=remember)[fact]


def calls(phone: TempPhone) -> int:
    return len((phone.home / "calls").read_text().splitlines())


def memo(phone: TempPhone) -> Path:
    return phone.home / ".local/state/hello-termux/memo/dear"


@pytest.mark.parametrize(
    "text",
    [
        b"one\n",
        b"one",
        b"\n\none\n",
        b" one \\n %s '$(x)' `x` \"\\\n\\\t\n",
        bytes(range(1, 9)) + b"\n" + bytes(range(11, 256)) + b"\n",
        "源 ā ž 中\n".encode(),
    ],
)
def test_an_answer_that_is_kept_is_the_one_that_was_found(phone: TempPhone, text: bytes) -> None:
    (phone.home / SOURCE.rest).write_bytes(text)
    found = ask(phone, DearFact(), remember=True)
    assert found == text.rstrip(b"\n") + b"\n"
    assert (ask(phone, DearFact()), calls(phone)) == (found, 1)


def same_size(phone: TempPhone) -> None:
    """Other bytes, the same size, inode and time of writing."""
    source = phone.home / SOURCE.rest
    before = source.stat()
    source.write_bytes(b"two\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))


def half_way(phone: TempPhone) -> None:
    """A dpkg that was broken off: what it has done so far is noted beside the status."""
    (phone.prefix / STATUS).with_name("updates").mkdir()


CHANGES: dict[str, Callable[[TempPhone], object]] = {
    "the file it is made from": same_size,
    "that file is gone": lambda phone: (phone.home / SOURCE.rest).unlink(),
    "a package": lambda phone: (phone.prefix / STATUS).write_text("Package: bash\n"),
    "a package, half-way": half_way,
    "no dpkg any more": lambda phone: (phone.prefix / STATUS).unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_is_found_anew_after_a_change_of(phone: TempPhone, change: Callable[[TempPhone], object]) -> None:
    ask(phone, DearFact(), remember=True)
    assert (ask(phone, DearFact()), calls(phone)) == (b"one\n", 1)
    change(phone)
    source = phone.home / SOURCE.rest
    assert ask(phone, DearFact()) == (source.read_bytes() if source.exists() else b"\n")
    assert calls(phone) == 2


def test_another_question_by_the_same_name_is_asked(phone: TempPhone) -> None:
    ask(phone, DearFact("this"), remember=True)
    ask(phone, DearFact("that"))
    assert calls(phone) == 2


def test_a_memo_cut_short_anywhere_is_not_believed(phone: TempPhone) -> None:
    ask(phone, DearFact(), remember=True)
    whole = memo(phone).read_bytes()
    for end in range(0, len(whole), 7):
        memo(phone).write_bytes(whole[:end])
        before = calls(phone)
        assert (ask(phone, DearFact()), calls(phone)) == (b"one\n", before + 1)


def test_without_dpkg_nothing_is_kept(phone: TempPhone) -> None:
    (phone.prefix / STATUS).unlink()
    ask(phone, DearFact(), remember=True)
    assert not memo(phone).exists()


def test_a_phone_without_room_for_a_memo_answers_nevertheless(phone: TempPhone) -> None:
    (phone.home / ".local").write_text("in the way of folders")
    assert ask(phone, DearFact(), remember=True) == b"one\n"


@pytest.mark.parametrize(("packages", "times"), [(2, 1), (MOST_KEPT, 1), (MOST_KEPT + 1, 2)])
def test_what_dpkg_says_is_kept_where_that_is_quicker_than_to_ask_it(
    phone: TempPhone, packages: int, times: int
) -> None:
    program = phone.prefix / "bin/dpkg-query"
    names = 'for name; do case $name in p*) echo "$name installed 1.0" ;; esac; done\n'
    program.write_text(f'#!/bin/sh\necho x >>"$HOME/calls"\n{names}')
    program.chmod(0o755)
    facts = [PackageFact(f"p{n}") for n in range(packages)]
    for remember in (True, False):
        with LocalTransport(phone.prefix, phone.home) as transport:
            answers = Conversation(phone.device, transport.shell()).ask(facts, remember=remember)
        assert set(answers.values()) == {PackageState("installed", "1.0")}
    assert calls(phone) == times


# ---- user, clock and login shell, told by the same look


def test_the_user_and_the_clock_are_those_that_the_system_tells(phone: TempPhone) -> None:
    begin = int(time.time())
    host: Host = ask(phone, HostFact())
    assert host.uid == os.geteuid()
    assert begin - 1 <= host.clock <= time.time()


@pytest.mark.parametrize(
    ("link", "name"),
    [(None, "bash"), ("/usr/bin/fish", "fish"), ("../usr/bin/nowhere", "nowhere"), ("/bin/name\\n%s-ā", "name\\n%s-ā")],
)
def test_the_login_shell_is_what_its_link_says(phone: TempPhone, link: str | None, name: str) -> None:
    folder = phone.home / ".termux"
    folder.mkdir()
    (folder / "termux.properties").write_text("shell = no\n")
    if link:
        (folder / "shell").symlink_to(link)
    assert ask(phone, HostFact()).login_shell == name


def test_what_lies_beside_the_link_is_no_part_of_a_key(phone: TempPhone) -> None:
    ask(phone, DearFact(), remember=True)
    (phone.home / ".termux").mkdir()
    (phone.home / ".termux/termux.properties").write_text("# new\n")
    (phone.home / "new").touch()
    assert (ask(phone, DearFact()), calls(phone)) == (b"one\n", 1)
