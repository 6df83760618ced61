"""What starting loads: lists of modules, which are exact; the times are in ``make bench``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provisioner import schema
from provisioner.playbook import entries
from provisioner.playbook import file as playbook_file
from tests.support.ready_phone import ReadyPhone, observed

SSH = {"paramiko", "cryptography", "fabric"}
NOT_TO_CHECK = SSH | {
    "invoke", "rich", "jinja2", "platformdirs", "asyncio", "tempfile", "importlib.resources", "dataclasses", "inspect",
    "hashlib", "json", "base64", "urllib.parse", "ipaddress", "random",
    "provisioner.plan_json", "provisioner.model.run",
}  # fmt: skip
"""What a look at a playbook does without when nothing has moved since the last one."""


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that are rendered are kept in a folder of the test's own."""
    monkeypatch.setenv("HELLO_TERMUX_CACHE", str(tmp_path / "cache"))


def loaded(*words: str) -> frozenset[str]:
    ended = observed(list(words))
    assert ended.code == 0, ended.said
    return ended.modules


@pytest.mark.parametrize("name", playbook_file.names())
def test_lint_loads_jinja2_only_when_something_has_moved(environment: None, name: str) -> None:
    assert "jinja2" in loaded("lint", name)
    assert not NOT_TO_CHECK & loaded("lint", name)


def test_a_playbook_without_templates_loads_no_jinja2(environment: None, tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text("- packages: [git]\n- directory: {path: ~/go}\n- file: {path: ~/x, content: plain}\n")
    assert not NOT_TO_CHECK & loaded("lint", str(path))


def test_a_playbook_loads_the_kinds_that_it_names(environment: None, tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text("- vars: {a: b}\n- packages: [git]\n- directory: {path: ~/x}\n  when: true\n")
    ours = {
        each for each in loaded("lint", str(path)) if each.startswith(("provisioner.tasks.", "provisioner.resources."))
    }
    assert {each.rpartition(".")[2] for each in ours} == {"packages", "package", "directory", "base"}


def test_a_word_that_is_unknown_is_compared_with_all_kinds(environment: None, tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text("- packages: [git]\n- simlink: {path: ~/x, target: y}\n")
    said = observed(["lint", str(path)]).said
    assert 'did you mean "symlink"?' in said


@pytest.mark.parametrize("word", ["base", "first_file", "search_path", "__init__", "os.path", "..tasks", "é"])
def test_a_file_that_is_no_kind_is_no_word(environment: None, tmp_path: Path, word: str) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text(f"- {word}: x\n", encoding="utf-8")
    assert "there is no task or resource" in observed(["lint", str(path)]).said


def test_every_kind_is_in_the_file_of_its_name() -> None:
    """That is where a playbook's words are looked for."""
    entries.know_all_kinds()
    files = {kind: cls.__module__ for kind, cls in schema.KINDS.items() if cls.__module__.startswith("provisioner.")}
    assert {file.rpartition(".")[2] for file in files.values()} == set(files)
    assert {file.rpartition(".")[0] for file in files.values()} == {"provisioner.tasks", "provisioner.resources"}
    assert all(file.endswith(f".{kind}") for kind, file in files.items())


PROGRAM = """
import atexit
atexit.register(print, "taken apart")
from provisioner import cli
import sys
sys.argv[1:] = ["lint", "nothing"]
cli.program()
"""


def test_the_program_ends_at_once_with_its_code() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "there is no playbook nothing" in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_what_could_not_be_written_is_said() -> None:
    command = [sys.executable, "-m", "provisioner", "lint", "--json"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode != 0
    assert "No space left" in ended.stderr


PLAN_LOADS = """
    array atexit base64 bcrypt binascii bisect collections contextlib copyreg cryptography cython_runtime dataclasses
    datetime encodings enum errno fnmatch functools gc getpass glob hashlib hmac importlib invoke itertools json
    keyword logging math nacl ntpath operator paramiko pathlib provisioner pwd random re reprlib secrets select
    selectors shlex signal socket string stringprep struct termios threading tomllib traceback types typing unicodedata
    warnings weakref yaml zlib
"""
"""All that a plan with nothing to do may load beyond what Python itself does; ``invoke``, ``traceback`` and
``dataclasses`` are stand-ins that are never loaded. A name more is time that everybody waits: it belongs into the
function that needs it, or it is worth it and stands here."""


def test_a_plan_that_finds_nothing_to_do_loads_what_is_listed(environment: None, ready: ReadyPhone) -> None:
    ready.run("plan", "go-dev")
    ended = ready.run("plan", "go-dev")
    assert ended.code == 0, ended.said
    told = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    loaded = {each.partition(".")[0] for each in ended.modules - set(told.stdout.split())}
    assert {each for each in loaded if not each.startswith("_")} <= set(PLAN_LOADS.split())
    assert not {
        each for each in ended.modules if each.startswith(("invoke.", "paramiko.client", "paramiko.sftp_server"))
    }


def test_a_plan_that_finds_nothing_to_do_loads_nothing_to_draw_or_render(environment: None, ready: ReadyPhone) -> None:
    ready.run("plan", "go-dev")
    ended = ready.run("plan", "go-dev")
    assert ended.code == 0, ended.said
    assert not {"jinja2", "rich", "fabric", "asyncio", "platformdirs", "tomlkit", "yaml.reader"} & ended.modules
