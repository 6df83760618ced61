"""``keyboard``: the lines it writes, what it does not take, whose settings count, and the proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provisioner.errors import PlaybookError
from provisioner.facts import Facts
from provisioner.facts.paths import ContentFact, PathFact, PathState
from provisioner.formats.marked import join
from provisioner.model import Text
from provisioner.remote_path import RemotePath
from provisioner.resources.termux_properties import FIRST, SECOND, TermuxProperties, settings
from provisioner.tasks.keyboard import Keyboard
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import context_for, proofs_of, run, task_of

DEFAULT = """extra-keys = [['ESC','/',{key: '-', popup: '|'},'HOME','UP','END','PGUP'],\
['TAB','CTRL','ALT','LEFT','DOWN','RIGHT','PGDN']]
extra-keys-style = default
volume-keys = virtual
back-key = back
bell-character = ignore
"""


def properties(yaml: str) -> TermuxProperties:
    task = task_of(f"- keyboard: {yaml}")
    assert isinstance(task, Keyboard)
    (declared,) = task.resources(context_for())
    assert isinstance(declared.resource, TermuxProperties)
    return declared.resource


def lines(yaml: str) -> str:
    body = properties(yaml).body
    assert body is not None
    return body.text


def test_the_keys_of_a_vim_user_without_a_word() -> None:
    assert lines("{}") == DEFAULT


def test_every_option_is_a_line() -> None:
    text = lines(
        "{extra_keys: [[ESC, ':w', F1], [CTRL]], style: all, volume_keys: volume, back_key: escape, bell: vibrate,"
        " shortcuts: {next-session: ctrl+n, create-session: ctrl + t}}"
    )
    assert text == (
        "extra-keys = [['ESC',':w','F1'],['CTRL']]\nextra-keys-style = all\nvolume-keys = volume\nback-key = escape\n"
        "bell-character = vibrate\nshortcut.create-session = ctrl + t\nshortcut.next-session = ctrl + n\n"
    )


def test_characters_that_would_end_a_word_have_names() -> None:
    keys = """{extra_keys: [["\\\\ '", '"', 你]]}"""
    assert "[[{key: 'BACKSLASH', popup: 'APOSTROPHE'},'QUOTE','你']]" in lines(keys)


@pytest.mark.parametrize(
    ("yaml", "says"),
    [
        ("{extra_keys: [[ESCAPE]]}", "there is no key 'ESCAPE': did you mean \"ESC\""),
        ("{extra_keys: [[esc]]}", "Termux writes it ESC"),
        ("{extra_keys: [[]]}", "a row without keys"),
        ("{extra_keys: [[a b c]]}", "one key, or two"),
        ('{extra_keys: [["x\'y"]]}', "there is no key"),
        ("{extra_keys: [['']]}", "there is no key"),
        ("{shortcuts: {new-session: ctrl + t}}", "there is no shortcut new-session"),
        ("{shortcuts: {next-session: alt + t}}", "is no shortcut"),
        ('{shortcuts: {next-session: "ctrl + t\\nx = y"}}', "is no shortcut"),
        ("{bell: ring}", "ring"),
        ("{volume_keys: loud}", "loud"),
    ],
)
def test_mistakes(yaml: str, says: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        lines(yaml)
    assert any(says in f"{mistake.summary} {mistake.hint}" for mistake in caught.value.mistakes)


def test_reading_properties() -> None:
    text = b"# a=1\n! b=2\n c = 3\nd:4\n  e\\\n  f=5\n\ng.h-i=\r\nlast"
    assert list(settings(text)) == ["c", "d", "e\\", "g.h-i", "last"]


# ---- whose settings count


def facts(first: bytes | None, second: bytes | None = None) -> Facts:
    answers: dict[object, object] = {}
    for path, data in ((FIRST, first), (SECOND, second)):
        answers[PathFact(path)] = None if data is None else PathState("file", "600", len(data), sha256="x")
        answers[ContentFact(path)] = data
    return Facts(answers)  # type: ignore[arg-type]


def test_what_stands_above_and_below_our_block_is_told() -> None:
    resource = properties("{}")
    assert resource.body is not None
    assert list(resource.remarks(facts(b"# bell-character=vibrate\nfullscreen=true\n"))) == []
    data = join(b"bell-character=vibrate\nfullscreen=true\n", "keyboard", "#", resource.body.encode(), "end")
    above, below = resource.remarks(facts(data + b"back-key = escape\n"))
    assert "bell-character above our block" in above
    assert "back-key again below our block" in below


def test_only_the_first_file_is_read() -> None:
    resource = TermuxProperties("x", body=Text("a = b\n"))
    assert "~/.config/" in resource.reason(facts(None, b""))
    for found in (facts(None), facts(b""), facts(b"", b"")):
        assert "~/.termux/" in resource.reason(found)


# ---- the proof


@pytest.mark.parametrize(
    ("path", "above", "below", "rc", "says"),
    [
        (FIRST, "", "", 0, "5 settings of ours in ~/.termux/termux.properties"),
        (SECOND, "", "", 0, "5 settings of ours in ~/.config/termux/termux.properties"),
        (FIRST, "bell-character=beep\n", "# bell-character=beep\nfullscreen = true\n", 0, "5 settings"),
        (FIRST, "", "  bell-character: beep\n", 1, "bell-character is set again below our block"),
        (FIRST, "a\r\n", "bell-character: beep\r\n", 1, "bell-character is set again below our block"),
        (None, "x = y\n", "", 1, "our block is not in ~/.termux/termux.properties"),
    ],
)
def test_the_proof(path: RemotePath | None, above: str, below: str, rc: int, says: str, tmp_path: Path) -> None:
    phone = TempPhone(tmp_path / "phone")
    data = above.encode() if path is None else join(above.encode(), "keyboard", "#", DEFAULT.encode(), "end")
    phone.put({str(path or FIRST): {"text": data.decode() + below}})
    (proof,) = proofs_of(Keyboard())
    got, said = run(proof, phone, tmp_path / "none")
    assert (got, bool(re.search(re.escape(says), said))) == (rc, True), said


def test_the_proof_without_a_file(tmp_path: Path) -> None:
    (proof,) = proofs_of(Keyboard())
    assert run(proof, TempPhone(tmp_path / "phone"), tmp_path / "none")[0] == 1
