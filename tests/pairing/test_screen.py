"""What is shown: a code that a camera reads, on a terminal of 80 by 24; a line where no code can be drawn."""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.pairing.key import OwnKey
from provisioner.pairing.script import Script, alone
from provisioner.pairing.texts import LANGUAGES, STEPS, language
from provisioner.tasks.mirror import KNOWN
from provisioner.views.code_text import code, invitation
from provisioner.views.screen import Screen

KEY = OwnKey(Path("key"), "ssh-ed25519", "A" * 68, "hello-termux@laptop 2026-11-25")
LONGEST = Script("192.168.100.100:65535", "0" * 32, "laptop", KEY)


def screen(width: int = 80, encoding: str = "utf-8") -> Screen:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return Screen(stream, color=False, width=width, terminal=True)


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_the_code_and_the_words_beside_it_fit_80_by_24(spoken: str) -> None:
    from rich.cells import cell_len

    rows = invitation(LONGEST.line("x" * 22), STEPS[spoken], screen(), 24)
    assert len(rows) <= 23 and max(map(cell_len, rows)) <= 80
    assert rows[1].rstrip().endswith(STEPS[spoken][0])


def test_the_longest_line_has_134_characters_at_most() -> None:
    """More need a larger code, which would not fit."""
    assert len(LONGEST.line("x" * 22)) <= 134


@pytest.mark.parametrize(("width", "height", "encoding"), [(44, 24, "utf-8"), (80, 23, "utf-8"), (80, 24, "ascii")])
def test_where_a_code_cannot_be_seen_there_is_none(width: int, height: int, encoding: str) -> None:
    assert invitation(LONGEST.line("x" * 22), STEPS["en"], screen(width, encoding), height) == []


def test_a_narrow_terminal_has_the_code_without_words() -> None:
    rows = invitation(LONGEST.line("x" * 22), STEPS["en"], screen(50), 24)
    assert rows and max(map(len, rows)) == 45


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg is not installed (apt install zbar-tools)")
@pytest.mark.parametrize("text", [LONGEST.line("x" * 22), alone(KEY)])
def test_a_camera_reads_from_the_code_what_stands_in_the_line(text: str, tmp_path: Path) -> None:
    light = {" ": (0, 0), "▄": (0, 1), "▀": (1, 0), "█": (1, 1)}
    rows = [[light[sign][half] for sign in row] for row in code(text) for half in (0, 1)]
    scale, width = 8, len(rows[0])
    lines = [" ".join(str(1 - bit) for bit in row for _ in range(scale)) for row in rows for _ in range(scale)]
    picture = tmp_path / "code.pbm"
    picture.write_text(f"P1\n{width * scale} {len(lines)}\n" + "\n".join(lines))
    read = subprocess.run(["zbarimg", "-q", "--raw", str(picture)], capture_output=True, text=True, check=True)
    assert read.stdout.rstrip("\n") == text


def shown(tmp_path: Path, *words: str, **variables: str) -> str:
    """What the program shows on a terminal of 80 by 24."""
    leader, follower = pty.openpty()
    os.set_inheritable(follower, True)
    env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(tmp_path), "TERM": "xterm", **variables}
    env.pop("PYTHONIOENCODING", None)
    command = f"stty rows 24 columns 80; exec {sys.executable} -m provisioner pair --address 127.0.0.1 --minutes 0.02"
    process = subprocess.Popen(
        ["sh", "-c", " ".join([command, *words])], stdin=follower, stdout=follower, stderr=follower, env=env
    )
    os.close(follower)
    said = b""
    try:
        while piece := os.read(leader, 4096):
            said += piece
    except OSError:  # the terminal is gone
        pass
    process.wait(30)
    os.close(leader)
    return said.decode("utf-8")


def test_a_terminal_without_utf8_shows_the_line_and_no_code(tmp_path: Path) -> None:
    said = shown(tmp_path, LC_ALL="POSIX", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert " curl -sSo .h 127.0.0.1:" in said and "█" not in said and "\\u" not in said
    assert "give it this line:" in said


def test_a_terminal_with_utf8_shows_both_and_the_time_that_is_left(tmp_path: Path) -> None:
    said = shown(tmp_path, LC_ALL="C.UTF-8")
    assert " curl -sSo .h 127.0.0.1:" in said and "█" in said and "\x1b[97;40m" in said
    assert "Waiting for the phone, 0:0" in said


def test_chinese_for_those_who_read_it(tmp_path: Path) -> None:
    assert "在手机上" in shown(tmp_path, "--lang", "zh", LC_ALL="C.UTF-8")
    assert language("") in LANGUAGES


def printed(*words: str, config: Path) -> str:
    env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(config)}
    command = [sys.executable, "-m", "provisioner", "pair", "--show", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "words", [("--lang", "en"), ("--lang", "zh"), ("--mirror", "tuna", "--lang", "en")], ids=" ".join
)
def test_the_script_that_is_shown_is_short_and_clean(words: tuple[str, ...], tmp_path: Path) -> None:
    text = printed(*words, config=tmp_path / "config")
    assert len(text.splitlines()) < 60 and "@" not in text.replace("hello-termux@", "").replace('"$@"', "").replace(
        "@-", ""
    )
    if "tuna" in words:
        assert KNOWN["tuna"].main in text
    script = tmp_path / "pair.sh"
    script.write_text(text)
    subprocess.run(["shellcheck", "-s", "sh", script], check=True)
    names = set(re.findall(r"https?://[^ '\"/]+", text)) - {"https://mirrors.tuna.tsinghua.edu.cn"}
    assert names == {"http://$laptop"}  # nothing is fetched from anybody else


def test_showing_the_script_makes_no_key_and_with_one_shows_it(tmp_path: Path) -> None:
    config = tmp_path / "config"
    assert "body=KEY-THAT-PAIR-WILL-MAKE comment='hello-termux@" in printed(config=config)
    assert not config.exists()
    config.mkdir()
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a b", "-f", str(config / "id_ed25519")]
    subprocess.run(make, check=True)
    assert (config / "id_ed25519.pub").read_text().split()[1] in printed(config=config)
    assert sorted(path.name for path in config.iterdir()) == ["id_ed25519", "id_ed25519.pub"]


def test_every_sentence_of_the_script_is_in_chinese_too(tmp_path: Path) -> None:
    text = printed("--lang", "zh", config=tmp_path)
    for sentence in re.findall(r"^(?:.*\b)?(?:say|die) (['\"].*?['\"])", text, re.MULTILINE):
        assert (
            not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", sentence) and not sentence.isascii()
        ) or sentence == '"$*"'


def test_what_a_person_asked_for_wrongly_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(tmp_path)}
    for words, said in {
        ("--mirror", "tuma"): "tuna",
        ("--lang", "de"): "en and zh",
        ("a:b",): "no name for a phone",
    }.items():
        command = [sys.executable, "-m", "provisioner", "pair", "--address", "127.0.0.1", *words]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and said in done.stderr
