"""plan, apply and verify with a phone that is made up: what is asked, what is said, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def with_phone(tmp_path: Path, environment: dict[str, str]) -> Run:
    """``with_phone("settled", "plan")``: the program's end with a phone that plays the scenario."""

    def run(scenario: str, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tests.cli.fake_phone", scenario, *words],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT), **changes},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


CODES = {
    ("settled", "plan"): 0,
    ("settled", "apply"): 0,
    ("settled", "verify"): 0,
    ("one", "plan"): 2,
    ("drifts", "verify"): 2,
    ("one", "apply --yes"): 0,
    ("drifts", "apply --yes"): 1,
    ("fails", "apply --yes"): 1,
    ("fails", "verify"): 1,
    ("waits", "apply --yes"): 6,
    ("waits", "verify"): 6,
    ("refuses", "plan"): 1,
    ("finger", "plan"): 6,
    ("finger", "apply"): 6,
    ("finger", "verify"): 6,
    ("refuses", "apply"): 1,
    ("one", "apply"): 1,
    ("stale", "apply --yes"): 3,
    ("lost", "plan"): 4,
    ("refused-key", "plan"): 5,
    ("locked", "apply"): 1,
    ("bug", "plan"): 1,
    ("ctrl-c", "plan"): 130,
    ("ctrl-c-later", "apply --yes"): 130,
}


@pytest.mark.parametrize(("scenario", "words"), CODES)
def test_exit_codes(scenario: str, words: str, with_phone: Run) -> None:
    ended = with_phone(scenario, *words.split())
    assert ended.returncode == CODES[scenario, words], ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_a_terminal_an_apply_wants_yes(with_phone: Run, tmp_path: Path) -> None:
    ended = with_phone("one", "apply")
    assert ended.returncode == 1
    assert "there is no terminal to ask at; nothing was changed on pixel" in ended.stderr
    assert "--yes" in ended.stderr
    assert not (tmp_path / "applied").exists()


def test_results_go_out_and_progress_aside(with_phone: Run) -> None:
    ended = with_phone("one", "apply", "-y")
    assert ended.stderr == "\n[1/1] + package:golang  done in 1.5 s\n"
    assert ended.stdout.endswith(
        "Plan: 1 to create, 0 to change, 0 to delete; 0 unchanged.\n"
        "\nDone: 1 created, 0 changed, 0 deleted; 0 unchanged.\n"
    )
    assert with_phone("settled", "apply").stdout == "No changes. 46 resources as the playbook says.\n"


def test_everything_is_json_if_asked(with_phone: Run) -> None:
    ended = with_phone("one", "--json", "apply", "--yes")
    assert ended.stderr == ""
    types = [json.loads(line)["type"] for line in ended.stdout.splitlines()]
    assert types == ["plan", "started", "finished", "result"]
    broken = with_phone("stale", "plan", "--json")
    assert json.loads(broken.stdout)["moved"] == ["package:golang"]


def test_a_plan_is_saved_and_applied(with_phone: Run, tmp_path: Path) -> None:
    saved = with_phone("one", "plan", "minimal", "-H", "pixel", "--out", "tonight.plan")
    assert saved.returncode == 2
    assert saved.stderr == "Saved to tonight.plan; hello-termux apply tonight.plan carries it out.\n"
    again = with_phone("one", "plan", "minimal", "--set", "a=b c", "--out", "tonight.plan").stderr
    assert " ".join(again.split()) == (
        "Saved to tonight.plan; hello-termux apply tonight.plan '--set=a=b c' carries it out."
    )
    assert with_phone("settled", "apply", "tonight.plan", "--yes").returncode == 0
    assert (tmp_path / "applied").exists()  # what was saved, not what would be planned now
    assert "host='pixel'" in (tmp_path / "opened").read_text()
    refused = with_phone("one", "apply", "tonight.plan", "--yes", "--only", "vim")
    assert "a saved plan is applied as a whole" in refused.stderr


def test_what_was_given_reaches_the_use_case(with_phone: Run, tmp_path: Path) -> None:
    with_phone("one", "-H", "pixel", "plan", "full", "--only", "vim, golang", "--skip=storage", "--set", "a=b,c",
               "--host-key", "SHA256:x", "--rekey", "--timeout", "3")  # fmt: skip
    assert (tmp_path / "opened").read_text() == (
        "('full', Options(host='pixel', identity=None, timeout=3.0, only=('vim', 'golang'), skip=('storage',), "
        "sets=('a=b,c',), host_key='SHA256:x', rekey=True, refresh=False, find=False, "
        "packages=False, edits=''))"
    )


def test_ctrl_c_says_what_it_did(with_phone: Run) -> None:
    assert with_phone("ctrl-c", "plan").stderr == "\nhello-termux: stopped\n"
    stopped = with_phone("ctrl-c-later", "apply", "--yes").stderr
    assert "what has begun on the phone goes on" in stopped
    assert "hello-termux attach watches it" in stopped


def test_a_saved_plan_that_is_not_there_is_not_taken_for_a_playbook(with_phone: Run) -> None:
    ended = with_phone("one", "apply", "nosuch.json")
    assert ended.returncode == 1
    assert "there is no saved plan nosuch.json" in ended.stderr
    assert "hello-termux plan --out nosuch.json" in ended.stderr


def test_debug_shows_where_a_mistake_of_the_program_is(with_phone: Run) -> None:
    plain = with_phone("bug", "plan")
    assert "ZeroDivisionError: division by zero" in plain.stderr
    assert "--debug" in plain.stderr
    assert "Traceback" in with_phone("bug", "plan", "--debug").stderr


@pytest.mark.parametrize("changes", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C"}])
def test_a_poor_locale_is_no_crash(changes: dict[str, str], with_phone: Run) -> None:
    for words in (["plan"], ["apply", "--yes"], ["--json", "plan"]):
        ended = with_phone("many", *words, **changes)
        assert ended.returncode in (0, 1, 2)
        assert "Error" not in ended.stderr


def at_terminal(words: list[str], answer: str, folder: Path, environment: dict[str, str]) -> tuple[str, int]:
    """The program at a terminal of its own: what the person saw, and the exit code."""
    import pty

    environment = {**environment, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(sys.executable, [sys.executable, "-m", "tests.cli.fake_phone", *words], environment)
    seen = b""
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side has closed
            break
        if not read:
            break
        seen += read
        if answer and seen.endswith(b"[y/N] "):
            os.write(terminal, answer.encode())
            answer = ""
    os.close(terminal)
    return seen.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


posix = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal")


@posix
@pytest.mark.parametrize(
    ("answer", "code"), [("y\n", 0), ("yes\n", 0), ("n\n", 1), ("\n", 1), ("\x04", 1), ("\x03", 130)]
)
def test_at_a_terminal_the_person_is_asked(answer: str, code: int, tmp_path: Path, environment: dict[str, str]) -> None:
    seen, ended = at_terminal(["one", "apply"], answer, tmp_path, environment)
    assert "Apply this change to pixel? [y/N] " in seen
    assert ended == code
    assert (tmp_path / "applied").exists() == (code == 0)
    if code == 1:
        assert "nothing was changed on pixel" in seen


@posix
def test_nothing_to_do_is_not_asked(tmp_path: Path, environment: dict[str, str]) -> None:
    seen, ended = at_terminal(["settled", "apply"], "", tmp_path, environment)
    assert ended == 0
    assert "[y/N]" not in seen
    assert "\x1b[1mNo changes." in seen


@posix
@pytest.mark.parametrize("way", ["NO_COLOR", "--no-color"])
def test_no_colours_if_they_are_not_wanted(way: str, tmp_path: Path, environment: dict[str, str]) -> None:
    words = ["many", "plan", *([way] if way.startswith("-") else [])]
    seen, _ = at_terminal(words, "", tmp_path, {**environment, **({} if way.startswith("-") else {way: "1"})})
    assert "\x1b" not in seen
    assert "Plan: 2 to create" in seen
