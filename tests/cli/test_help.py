"""``--help``, usage errors and what the words of the command line mean."""

from __future__ import annotations

import os

import pytest

from provisioner.commands import NAMES, load_all
from provisioner.commands.options import COMMON
from provisioner.commands.parse import CommandLine
from provisioner.errors import UsageError
from tests.cli.conftest import GOLDEN, Run


@pytest.mark.parametrize("command", ["", *NAMES])
def test_help_is_as_it_was(command: str, run: Run) -> None:
    """``HELLO_TERMUX_UPDATE_GOLDEN=1 pytest tests/cli`` writes the files anew; look at the diff then."""
    shown = run(*[command][: bool(command)], "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    golden = GOLDEN / f"help-{command or 'program'}.txt"
    if os.environ.get("HELLO_TERMUX_UPDATE_GOLDEN"):
        golden.write_text(shown.stdout, encoding="utf-8")
    assert shown.stdout == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["", *NAMES])
def test_help_fits_80_columns_and_names_every_option(command: str, run: Run) -> None:
    shown = run(*[command][: bool(command)], "--help").stdout
    assert max(map(len, shown.splitlines())) <= 80
    for option in load_all()[command].options if command else COMMON:
        assert all(flag in shown for flag in option.flags)
        assert option.help.split()[0] in shown


@pytest.mark.parametrize("words", [["plan", "-h"], ["-h", "plan"], ["help", "plan"], ["plan", "pixel", "x", "--help"]])
def test_all_ways_to_ask_for_help_are_the_same(words: list[str], run: Run) -> None:
    assert run(*words).stdout == run("plan", "--help").stdout


def test_no_command_is_help(run: Run) -> None:
    assert run().stdout == run("--help").stdout


def test_version(run: Run) -> None:
    for words in (["--version"], ["plan", "--version"], ["version"]):
        assert run(*words).stdout.startswith("hello-termux 0.")


MISUSES = {
    ("plam",): ["no command 'plam'", 'did you mean "plan"?'],
    ("xyzzy",): ["no command 'xyzzy'", "hello-termux --help"],
    ("plan", "--onyl", "vim"): ["plan has no option --onyl", 'did you mean "--only"?'],
    ("--onyl",): ["there is no option --onyl"],
    ("--out", "x", "plan"): ["--out goes after the command: hello-termux plan --out"],
    ("--yes", "undo"): ["--yes goes after the command: hello-termux undo --yes"],
    ("plan", "-only", "vim"): ["-only has one dash too few", "write --only"],
    ("plan", "-out=x"): ["-out=x has one dash too few", "write --out=x"],
    ("plan", "192.168.1.23"): ["192.168.1.23 is a phone", "write -H 192.168.1.23"],
    ("verify", "[fe80::1%wlan0]:8022"): ["[fe80::1%wlan0]:8022 is a phone"],
    ("plan", "--yes"): ["plan has no option --yes", "it belongs to ", "apply"],
    ("plan", "--pty"): ["plan has no option --pty"],
    ("plan", "apply"): ["one command at a time: 'apply' comes after 'plan'", "./apply"],
    ("plan", "--only", "vim", "shell"): ["one command at a time: 'shell'", "several are written --only vim,shell"],
    ("apply", "", "--yes"): ["a word is empty", "a variable of a script"],
    ("copy", "", ":"): ["a word is empty"],
    ("undo", "", "--yes"): ["a word is empty"],
    ("plan", "-H", ""): ["-H has an empty value", "a variable of a script"],
    ("-H=", "plan"): ["-H has an empty value"],
    ("--host=", "plan"): ["--host has an empty value"],
    ("plan", "--only", ","): ["--only names nothing", "leave --only out if all is meant"],
    ("apply", "--yes", "--skip", ","): ["--skip names nothing"],
    ("plan", "a.yml", "b.yml"): ["takes [PLAYBOOK] only", "'b.yml' is one too many"],
    ("init", "x"): ["init takes no words", "'x' is one too many"],
    ("plan", "--host"): ["--host needs a value: --host NAME"],
    ("plan", "--host", "--json"): ["--host needs a value"],
    ("plan", "--json=yes"): ["--json takes no value"],
    ("plan", "--timeout", "soon"): ["--timeout needs a number above 0, not 'soon'"],
    ("plan", "--timeout=-1"): ["--timeout needs a number above 0"],
    ("plan", "--timeout=nan"): ["--timeout needs a number above 0"],
    ("completion", "bsah"): ["bash, zsh, fish", 'did you mean "bash"?'],
    ("completion",): ["bash, zsh, fish"],
    ("hosts", "renam", "a", "b"): ["hosts cannot 'renam'", 'did you mean "rename"?'],
    ("hosts", "rename", "a"): ["hosts rename takes other words"],
}


@pytest.mark.parametrize("words", MISUSES, ids=" ".join)
def test_misuse_is_a_sentence_on_standard_error(words: tuple[str, ...], run: Run) -> None:
    ended = run(*words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("hello-termux: ")
    assert all(said in ended.stderr for said in MISUSES[words]), ended.stderr
    assert "Traceback" not in ended.stderr


def read(*words: str) -> CommandLine:
    line = CommandLine()
    line.feed(words)
    return line


@pytest.mark.parametrize(
    "words",
    [
        ["-H", "pixel", "--json", "plan", "minimal"],
        ["plan", "-H", "pixel", "minimal", "--json"],
        ["plan", "-Hpixel", "--json", "minimal"],
        ["plan", "-H=pixel", "--json", "minimal"],
        ["--host=pixel", "plan", "--json", "--", "minimal"],
    ],
)
def test_options_stand_before_and_after_the_command(words: list[str]) -> None:
    line = read(*words)
    assert line.command
    assert (line.command.name, line.given.host, line.given.json, line.given.word) == ("plan", "pixel", True, "minimal")


def test_options_that_repeat_are_collected() -> None:
    assert read("plan", "--only", "vim", "--only=shell,golang").given.only == ("vim", "shell,golang")


def test_the_last_of_an_option_given_twice_wins() -> None:
    assert read("-H", "a", "plan", "-H", "b").given.host == "b"


def test_switches_can_be_glued() -> None:
    line = read("apply", "-vy")
    assert (line.given.verbose, line.given.yes) == (True, True)


def test_words_of_the_phones_command_may_be_empty() -> None:
    assert read("run", "--", "printf", "%s", "").given.words == ("printf", "%s", "")


def test_a_value_may_begin_with_a_dash() -> None:
    assert read("plan", "--only", "file:-x").given.only == ("file:-x",)
    assert read("plan", "--set=-a=b=c").given.set == ("-a=b=c",)


def test_behind_two_dashes_everything_is_a_word() -> None:
    assert read("lint", "--", "--json").given.words == ("--json",)


def test_a_playbook_may_have_the_name_of_a_command_if_it_is_said_so() -> None:
    assert read("plan", "./apply").given.word == "./apply"
    with pytest.raises(UsageError):
        read("plan", "plan")
