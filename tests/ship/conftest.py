"""A phone with Go, a laptop with Go, and programs of some files."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone, host
from tests.support.program import Phone

MAIN = """\
package main

import (
	_ "embed"
	"fmt"
	"os"

	"example.com/greet"
)

//go:embed who.txt
var who string

func main() {
	fmt.Print(greet.Words(who), len(os.Args)-1, os.Args[1:], "\\n")
	os.Exit(len(os.Args) - 1)
}
"""
GREET = 'package greet\n\nfunc Words(who string) string { return "你好 " + who }\n'
PROGRAM = {
    "app/go.mod": "module example.com/app\n\ngo 1.19\n\nrequire example.com/greet v0.0.0\n\n"
    "replace example.com/greet => ../greet\n",
    "app/cmd/hello/main.go": MAIN,
    "app/cmd/hello/who.txt": "phone ",
    "app/cmd/hello/main_test.go": "package main\n",
    "app/lib/lib.go": "package lib\n",
    "app/.idea/workspace.xml": "<x/>\n",
    "app/notes.txt": "nobody's business\n",
    "greet/go.mod": "module example.com/greet\n\ngo 1.19\n",
    "greet/greet.go": GREET,
    "greet/unused/unused.go": "package unused\n",
}
"""A module with an embedded file, and another one beside it that it is made of."""

Write = Callable[[Mapping[str, str]], Path]


def flat(shown: str) -> str:
    return " ".join(shown.split())


@pytest.fixture(scope="session")
def laptop_go() -> Path:
    """The folder with the ``go`` of this computer: the one that the stand-in phone's Go is made of."""
    root = host.goroot()
    if root is None:
        pytest.skip("there is no Go here")
    for place in (root / "bin", root / "pkg/tool"):  # pip of old leaves programs that cannot be run
        for file in (file for file in place.rglob("*") if file.is_file() and not os.access(file, os.X_OK)):
            file.chmod(file.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return root / "bin"


@pytest.fixture
def go(laptop_go: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This computer has a Go, and no settings for it."""
    monkeypatch.setenv("PATH", f"{laptop_go}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GOENV", "off")
    monkeypatch.setenv("GOTOOLCHAIN", "local")
    for name in ("GOFLAGS", "GOROOT", "CGO_ENABLED", "GOWORK"):
        monkeypatch.delenv(name, raising=False)
    return laptop_go


@pytest.fixture
def no_go(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This computer has none."""
    only = tmp_path / "bin"
    only.mkdir()
    for name in ("sh", "ssh"):
        if found := shutil.which(name):
            (only / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(only))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes files below a folder, and makes the folder of the first go.mod the current one."""

    def written(files: Mapping[str, str]) -> Path:
        top = tmp_path / "src"
        for name, text in files.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text(text, encoding="utf-8")
        module = next((name for name in files if name.endswith("go.mod")), next(iter(files)))
        monkeypatch.chdir((top / module).parent)
        return top

    return written


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandInPhone]:
    """A phone that has no Go yet."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with StandInPhone.start(tmp_path_factory.mktemp("phone"), options=Options(aged=())) as phone:
        yield phone


@pytest.fixture(scope="module")
def phone(standin: StandInPhone, tmp_path_factory: pytest.TempPathFactory) -> Phone:
    return Phone.of(standin, tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="module")
def go_phone(phone: Phone) -> Phone:
    """The same phone, with Go."""
    phone.ssh("apt-get -q update && apt-get -q -y install golang </dev/null")
    return phone
