"""What ``go list`` says of a program: its packages and their files. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from provisioner.errors import ProvisionerError
from provisioner.lean_dataclass import dataclass

FILES = (
    "GoFiles", "CgoFiles", "CFiles", "CXXFiles", "MFiles", "HFiles", "FFiles", "SFiles", "SwigFiles",
    "SwigCXXFiles", "SysoFiles", "EmbedFiles",
)  # fmt: skip
"""Every list of ``go list -json`` whose files a build reads."""
FIELDS = ("Dir", "ImportPath", "Name", "Target", "Standard", "DepOnly", "Module", "Error", *FILES)


class BuildFailed(ProvisionerError):
    """A Go program cannot be built as it is; nothing on the phone has changed."""


class GoTooOld(BuildFailed):
    """This computer's Go is older than the module asks for; another one may do."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a program. ``folder``: where it lies on this computer."""

    path: str
    name: str
    folder: Path
    files: tuple[str, ...]
    in_c: bool
    standard: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A package main with all that it is made of. ``name`` is what its file is called; ``go``: the Go that its module
    asks for, empty if it does not say."""

    name: str
    path: str
    folder: Path
    packages: tuple[Package, ...]
    go: str = ""

    @property
    def in_c(self) -> tuple[str, ...]:
        """The packages that are in C in part; Go's own do without if they must."""
        return tuple(package.path for package in self.packages if package.in_c and not package.standard)

    def uses(self, *standard: str) -> bool:
        """Whether it is made of one of these packages of Go's own."""
        return any(package.path in standard for package in self.packages)


def read_list(text: str, asked: str) -> Program:
    """From the output of ``go list -deps -e -json``. Raises BuildFailed for what is no program, or a broken one."""
    objects = list(_objects(text))
    roots = [each for each in objects if not each.get("DepOnly")]
    broken = [each["Error"] for each in objects if each.get("Error")]
    if broken or not roots:
        raise BuildFailed(f"{asked} cannot be built: {_said(broken) or 'there is no such package'}")
    if len(roots) > 1:
        raise BuildFailed(f"{asked} is {len(roots)} packages, and a program is one.", hint=_mains(roots))
    root = roots[0]
    if root.get("Name") != "main":
        raise BuildFailed(
            f"{root['ImportPath']} is package {root.get('Name', '?')}, and a program is package main.",
            hint=_mains(roots),
        )
    module = root.get("Module") or {}
    return Program(
        name=_name(root, asked),
        path=root["ImportPath"],
        folder=Path(root["Dir"]),
        packages=tuple(_package(each) for each in objects),
        go=str(module.get("GoVersion", "")),
    )


def number_of(version: str) -> tuple[int, ...]:
    """``go1.26.5`` and ``1.26`` as numbers to compare; what is no version is older than any."""
    found = re.match(r"(?:go)?(\d+(?:\.\d+)*)", version)
    return tuple(map(int, found[1].split("."))) if found else ()


def last_word(path: str) -> str:
    """What go names a program after: the last word of its import path that is no version."""
    *before, last = path.split("/")
    return before[-1] if before and re.fullmatch(r"v[0-9]+", last) else last


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """``go list`` prints one object after the other."""
    decoder, at = json.JSONDecoder(), 0
    while (at := text.find("{", at)) >= 0:
        found, at = decoder.raw_decode(text, at)
        yield found


def _package(said: Mapping[str, Any]) -> Package:
    files = tuple(name for key in FILES for name in said.get(key) or ())
    standard = bool(said.get("Standard"))
    return Package(
        said["ImportPath"], said.get("Name", ""), Path(said["Dir"]), files, bool(said.get("CgoFiles")), standard
    )


def _name(root: Mapping[str, Any], asked: str) -> str:
    """As ``go build`` names it. ``Target`` is where ``go install`` would put it."""
    if asked.endswith(".go"):
        return Path(asked).stem
    if target := root.get("Target"):
        return Path(target).name.removesuffix(".exe")
    return last_word(root["ImportPath"])


def _mains(roots: Iterable[Mapping[str, Any]]) -> str:
    names = [each["ImportPath"] for each in roots if each.get("Name") == "main"]
    listing = "go list -f '{{if eq .Name \"main\"}}{{.ImportPath}}{{end}}' ./..."
    return f"one of: {', '.join(names)}" if names else f"{listing} lists the programs of a module"


def _said(errors: Iterable[Mapping[str, Any]]) -> str:
    """What go says, each once, with its place."""
    lines = (f"{error['Pos']}: {error['Err']}" if error.get("Pos") else error["Err"] for error in errors)
    return "; ".join(dict.fromkeys(" ".join(line.split()) for line in lines))
