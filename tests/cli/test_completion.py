"""Completion: what is offered where, and that the three shells swallow their scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.commands import NAMES, shells


def offered(*words: str) -> list[str]:
    return [line.partition("\t")[0] for line in shells.candidates(words)]


def test_commands_come_first() -> None:
    assert offered("") == list(NAMES)
    assert offered("pl") == ["plan"]
    assert offered("-H", "pixel", "ver") == ["verify"]


def test_options_of_the_command_and_the_common_ones() -> None:
    assert {"--out", "--only", "--host"} <= set(offered("plan", "--"))
    assert "--out" not in offered("--")
    assert "--host" not in offered("lint", "--")


def test_playbooks_and_files() -> None:
    assert offered("plan", "go") == ["go-dev", ":files"]
    assert offered("plan", "--out", "") == [":files"]
    assert offered("rehearse", "mini") == ["minimal", ":files"]


def test_words_of_single_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(tmp_path))
    (tmp_path / "hosts.toml").write_text('[hosts.pixel]\naddress = "192.168.1.7"\n')
    assert offered("completion", "") == ["bash", "zsh", "fish"]
    assert offered("plan", "-H", "") == ["pixel", "rehearsal"]
    assert offered("hosts", "remove", "pi") == ["pixel"]
    assert "zshrc" in offered("show", "z")
    assert offered("ship", "--stage", "") == ["laptop", "phone"]
    assert offered("ship", "./cm") == [":files"]


def test_only_and_skip_take_what_the_playbook_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "vim_build" in offered("plan", "--only", "v")
    assert offered("plan", "minimal", "--skip", "") == ["mirror", "packages", "shell", "upgrade"]
    Path("playbook.yml").write_text("- vars: {a: b}\n- file:\n    path: ~/a\n- packages: [git]\n", encoding="utf-8")
    assert offered("apply", "--only", "") == ["file", "packages"]
    assert offered("apply", "--only", "file,p") == ["file,packages"]
    Path("playbook.yml").write_bytes(b"\xff\xfe")
    assert offered("apply", "--only", "") == []


ASK = {
    "bash": """
source <(hello-termux completion bash)
complete -p hello-termux > /dev/null
COMP_WORDS=(hello-termux plan "$1"); COMP_CWORD=2; _hello_termux; printf '%s\\n' "${COMPREPLY[@]}"
""",
    "zsh": """
autoload -Uz compinit; compinit -u -D
eval "$(hello-termux completion zsh)"
[[ ${_comps[hello-termux]} == _hello_termux ]]
_describe() { print -l -- ${(P)2%%:*} }; _files() { print -l file.yml }
words=(hello-termux plan "$1"); CURRENT=3; _hello_termux
""",
    "fish": """
hello-termux completion fish | source
complete -C "hello-termux plan $argv[1]"
""",
}


PHONES = {
    "bash": """
source <(hello-termux completion bash)
compopt() { echo "$@"; }
COMP_WORDS=(hello-termux copy "$1"); COMP_CWORD=2; _hello_termux; printf '%s\\n' "${COMPREPLY[@]}"
""",
    "zsh": """
autoload -Uz compinit; compinit -u -D
eval "$(hello-termux completion zsh)"
_describe() { print -l -- ${(P)2%:*} "${@:3}" }; _files() { print -l file.yml }
words=(hello-termux copy "$1"); CURRENT=3; _hello_termux
""",
}


@pytest.mark.parametrize(
    ("shell", "expected"), [("bash", ["-o nospace", "pixel:"]), ("zsh", ["file.yml", "pixel:", "-S", ""])]
)
def test_behind_a_phone_its_path_can_be_typed_on(shell: str, expected: list[str], tmp_path: Path) -> None:
    assert asked(shell, PHONES[shell], "pix", tmp_path) == expected


@pytest.mark.parametrize("shell", shells.SHELLS)
@pytest.mark.parametrize(("typed", "expected"), [("--ou", "--out"), ("mini", "minimal"), ("file", "file.yml")])
def test_real_shells_complete(shell: str, typed: str, expected: str, tmp_path: Path) -> None:
    assert expected in [line.partition("\t")[0] for line in asked(shell, ASK[shell], typed, tmp_path)]


def asked(shell: str, text: str, typed: str, tmp_path: Path) -> list[str]:
    """What the ``text`` says to ``typed``, in a real shell."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "file.yml").touch()
    program = tmp_path / "bin/hello-termux"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m provisioner "$@"\n')
    program.chmod(0o755)
    script = tmp_path / "ask"
    script.write_text(text)
    (tmp_path / "hosts.toml").write_text('[hosts.pixel]\naddress = "192.168.1.7"\n')
    quiet = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    places = {"HOME": str(tmp_path), "HELLO_TERMUX_CONFIG_DIR": str(tmp_path)}
    ended = subprocess.run(
        [shell, *quiet, str(script), typed],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", **places},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout.splitlines()
