"""The commands that need no phone: init, lint, show, hosts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_init_writes_a_playbook_that_lints(run: Run, tmp_path: Path) -> None:
    assert run("init").returncode == 0
    assert (tmp_path / "playbook.yml").read_text().startswith("# ")
    linted = run("lint")
    assert (linted.stderr, linted.stdout, linted.returncode) == ("", "no mistakes\n", 0)


def test_init_never_writes_over_what_is_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "playbook.yml").write_text("mine")
    refused = run("init")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "hello-termux: playbook.yml is here already\n    --force writes over it\n"
    assert (tmp_path / "playbook.yml").read_text() == "mine"
    assert run("init", "--force").returncode == 0
    assert (tmp_path / "playbook.yml").read_text() != "mine"


def test_lint_shows_every_mistake_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("- pakages: [git]\n- mirror: [tuna]\n")
    ended = run("lint", "bad.yml")
    assert (ended.returncode, ended.stdout) == (1, "")
    first, line, caret, hint, *rest = ended.stderr.splitlines()
    assert first.startswith("bad.yml:1:3: ")
    assert (line, caret) == ("    - pakages: [git]", "      ^")
    assert "packages" in hint
    assert rest[-1] == "2 mistakes."


def test_lint_with_a_variable_of_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "playbook.yml").write_text("- file: {path: ~/a, content: '{{ email }}'}\n")
    assert "define it: vars: {email: ...} or --set email=..." in run("lint").stderr
    assert run("lint", "--set", "email=x").stdout == "no mistakes\n"
    ended = run("lint", "--set", "email=x", "--set", "emial=y")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert 'nothing in the playbook uses emial\n    did you mean "email"?' in ended.stderr


def test_lint_for_programs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("- pakages: [git]\n")
    ended = run("--json", "lint", "bad.yml")
    assert (ended.returncode, ended.stderr) == (1, "")
    document = json.loads(ended.stdout)
    assert document["mistakes"][0]["source"] == {"path": "bad.yml", "line": 1, "column": 3}


def test_a_mistake_cannot_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text('- "evil\\e[2J\\u202e": 1\n- "\u202ex": 1\n', encoding="utf-8")
    ended = run("lint", "bad.yml")
    assert ended.returncode == 1
    assert "\x1b" not in ended.stderr
    assert "\u202e" not in ended.stderr


@pytest.mark.parametrize("name", ["minimal", "go-dev"])
def test_packaged_playbooks_lint(name: str, run: Run) -> None:
    assert run("lint", name).stdout == "no mistakes\n"


def test_the_schema_is_json(run: Run) -> None:
    assert json.loads(run("lint", "--schema").stdout)["type"] == "array"


def test_show_lists_and_renders_templates(run: Run) -> None:
    names = run("show").stdout.split()
    assert "zshrc" in [name.removesuffix(".j2") for name in names]
    shown = run("show", "zshrc")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert len(shown.stdout) > 100
    assert "{{" not in shown.stdout


def test_show_of_no_template_says_which_there_are(run: Run) -> None:
    ended = run("show", "zhsrc")
    assert ended.returncode == 1
    assert "zshrc" in ended.stderr


def test_hosts_are_listed_renamed_and_removed(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "home/config"
    config.mkdir(parents=True)
    (config / "hosts.toml").write_text('[hosts.pixel]\naddress = "192.168.1.7"\n', encoding="utf-8")
    assert run("hosts").stdout == "name   address\npixel  192.168.1.7\n"
    assert 'did you mean "pixel"?' in run("plan", "-H", "pixl").stderr
    ended = run("plan", "pixel")
    assert (ended.returncode, "pixel is a phone" in ended.stderr, "write -H pixel" in ended.stderr) == (1, True, True)
    assert "rehearsal is the stand-in phone" in run("hosts", "rename", "pixel", "rehearsal").stderr
    assert run("hosts", "rename", "pixel", "desk").returncode == 0
    assert [host["name"] for host in json.loads(run("hosts", "--json").stdout)["hosts"]] == ["desk"]
    assert run("hosts", "remove", "desk").returncode == 0
    assert "No phone is known yet" in run("hosts").stdout


@pytest.mark.parametrize("command", ["plan", "apply", "verify"])
def test_no_phone_is_a_clear_sentence(command: str, run: Run) -> None:
    ended = run(command, "minimal")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "-H" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unreachable_phone_is_exit_4(run: Run) -> None:
    ended = run("-H", "127.0.0.1:1", "plan", "minimal")
    assert ended.returncode == 4, ended.stderr
    assert "127.0.0.1:1" in ended.stderr


@pytest.mark.parametrize("words", [("verify", "minimal", "--report"), ("plan", "minimal", "--out")])
def test_a_file_without_a_place_is_told_before_the_phone_is_asked(
    words: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    places = {"nowhere/r": "has no folder to be in", str(tmp_path): "is a folder", os.devnull: "is no ordinary file"}
    for name, why in places.items():
        ended = run("-H", "127.0.0.1:1", *words, name)
        assert ended.returncode == 1 and why in " ".join(ended.stderr.split())
