"""The sdist and the wheel: what they hold, and that the wheel works where nothing else of ours is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from provisioner import __version__
from provisioner.rehearsal import StandInPhone
from tests.support.ready_phone import ReadyPhone

TOP = Path(__file__).parents[2]


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A program far from the repository, which must not be found by chance."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(words, cwd="/", env={**kept, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is built from it."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("packages")
    # It looks like a clone, but has only what the builder may read: nothing is left behind in the tree.
    built = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, TOP)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="session")
def installed(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment into which the wheel was installed, and nothing else."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place, with_pip=True)
    (wheel,) = packages.glob("*.whl")
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    done = run(place / "bin/python", *pip, wheel)
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "bin"


def test_the_wheel_holds_the_program_and_its_data_and_no_tests(packages: Path) -> None:
    (wheel,) = packages.glob("hello_termux-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for folder, pattern in (("templates", "*.j2"), ("playbooks", "*.yml")):
        ours = {path.name for path in (TOP / folder).glob(pattern)}
        assert ours and ours <= {Path(name).name for name in names if name.startswith(f"provisioner/_data/{folder}/")}
    assert {name.split("/")[0] for name in names} == {"provisioner", f"hello_termux-{__version__}.dist-info"}
    assert "provisioner/py.typed" in names
    device = [path for path in (TOP / "provisioner/device").rglob("*") if path.is_file()]
    assert {path.relative_to(TOP).as_posix() for path in device} <= set(names)


def test_the_files_of_the_stand_in_phone_are_all_in_the_wheel(packages: Path) -> None:
    (wheel,) = packages.glob("hello_termux-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = TOP / "provisioner/rehearsal/files"
    assert {str(path.relative_to(TOP)) for path in files.rglob("*") if path.is_file()} <= names


def test_the_sdist_holds_what_its_tests_need(packages: Path) -> None:
    (sdist,) = packages.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"Makefile", "LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "tests/setup/programs.sh"} <= names


def test_the_installed_program_says_its_version(installed: Path) -> None:
    for command in ([installed / "hello-termux"], [installed / "python", "-m", "provisioner"]):
        said = run(*command, "--version")
        assert (said.returncode, said.stdout.split()[-1]) == (0, __version__)


@pytest.mark.parametrize("playbook", sorted(path.stem for path in (TOP / "playbooks").glob("*.yml")))
def test_the_installed_program_lints_its_playbooks(installed: Path, playbook: str) -> None:
    said = run(installed / "hello-termux", "lint", playbook)
    assert said.returncode == 0, said.stdout + said.stderr


def test_the_installed_program_shows_its_templates(installed: Path) -> None:
    said = run(installed / "hello-termux", "show", "vimrc")
    assert (said.returncode, "encoding" in said.stdout) == (0, True), said.stderr


def test_the_installed_program_plans(installed: Path, standin: StandInPhone, tmp_path: Path) -> None:
    ready = ReadyPhone(standin, tmp_path)
    config = {"HELLO_TERMUX_CONFIG_DIR": str(tmp_path / "config")}
    said = run(installed / "hello-termux", *ready.words("plan", "go-dev", "--json"), **config)
    assert said.returncode == 2, said.stdout + said.stderr
    plan = json.loads(said.stdout)
    assert "package:golang" in {change["address"] for change in plan["changes"]}


def test_a_computer_that_lacks_nothing_is_left_alone() -> None:
    """What ``make`` asks first must run on a bare Python."""
    bare = run(sys.executable, "-S", "-E", TOP / "tests/setup/missing.py", "rehearse")
    assert bare.returncode == 0, bare.stderr


def test_what_is_missing_is_named_once(tmp_path: Path) -> None:
    """With nobody to install it, one sentence says what to type, and nothing else happens."""
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\n")
    for name, text in {"id": "echo 1000", "apt-get": "exit 9", "uname": "echo Linux"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
    for path in tmp_path.iterdir():
        path.chmod(0o755)
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    words = ("/bin/sh", TOP / "tests/setup/programs.sh", "rehearse")
    said = run(*words, PATH=str(tmp_path), PYTHON=sys.executable)
    assert said.returncode == 1
    assert said.stdout == ""
    (line,) = said.stderr.splitlines()
    assert line.startswith("Debian packages are missing; as root, type: apt-get install -y")
    assert " zsh" in line
