"""The Go of this computer: what it says of a program, and the program as it builds it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Self

from provisioner.lean_dataclass import dataclass
from provisioner.model import Event, EventKind
from provisioner.shipping.program import FIELDS, BuildFailed, GoTooOld, Program, read_list
from provisioner.shipping.target import Target
from provisioner.shipping.termux_paths import overlay

LISTING = 300
"""Seconds for ``go list``: it may fetch modules."""
_PACKAGE = re.compile(r"[\w.~-]+(/[\w.~+-]+)*")


@dataclass(frozen=True, slots=True)
class LaptopGo:
    """A Go that runs here. ``modules``: the go.mod, or go.work, that it reads in the current folder, if any."""

    program: str
    version: str
    root: Path
    modules: Path | None

    @classmethod
    def find(cls) -> Self | None:
        """The one on PATH; None if there is none, or none that starts."""
        program = shutil.which("go")
        if program is None:
            return None
        done = ask_go(program, "env", "-json", "GOVERSION", "GOROOT", "GOMOD", "GOWORK")
        said = json.loads(done.stdout) if done.returncode == 0 else {}
        if not said.get("GOVERSION"):
            return None
        named = [said[key] for key in ("GOWORK", "GOMOD") if said.get(key) not in (None, "", "off", os.devnull, "NUL")]
        return cls(program, said["GOVERSION"], Path(said["GOROOT"]), Path(named[0]) if named else None)

    def describe(self, package: str, target: Target) -> Program:
        """What the program is made of when it is built for ``target``. Raises BuildFailed, GoTooOld, in go's words."""
        fields = f"-json={','.join(FIELDS)}"
        done = ask_go(self.program, "list", "-deps", "-e", fields, "--", package, target=target)
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
            raise _list_failed(package, said)
        return read_list(done.stdout, package)

    def build(
        self, program: Program, package: str, target: Target, folder: Path, on_event: Callable[[Event], None]
    ) -> Path:
        """The program as a file in ``folder``. Raises BuildFailed; what go has said are events by then."""
        file = folder / program.name
        flags = overlay(self.root, folder) if program.uses("net", "crypto/x509") else []
        command = [self.program, "build", "-v", *flags, "-o", str(file), "--", package]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(target),
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None  # noqa: S101 - Popen's promise
            try:
                for line in process.stdout:
                    on_event(told(line.rstrip("\n")))
            except BaseException:
                process.terminate()
                raise
        if process.returncode or not file.is_file():
            raise BuildFailed(f"{program.name} could not be built for {target}.", hint="go's own words are above.")
        return file


def ask_go(program: str, *words: str, target: Target | None = None) -> subprocess.CompletedProcess[str]:
    """What go answers. Raises BuildFailed if it does not within ``LISTING`` seconds."""
    try:
        return subprocess.run(
            [program, *words],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=_environment(target),
            check=False,
            timeout=LISTING,
        )
    except subprocess.TimeoutExpired:
        hint = "it may be fetching modules: does the proxy of go env GOPROXY answer?"
        raise BuildFailed(f"go {words[0]} has not ended within {LISTING} s.", hint=hint) from None


def told(line: str) -> Event:
    """A line of ``go build -v``: the names of packages are how far it has come, everything else is for the person."""
    kind = EventKind.PROGRESS if _PACKAGE.fullmatch(line) else EventKind.OUTPUT
    return Event(kind, text=line)


def _environment(target: Target | None = None) -> dict[str, str]:
    """Paths are as this program sees them too: go believes PWD, Python asks the system."""
    return {**os.environ, "PWD": str(Path.cwd()), **(target.environment if target else {})}


def _list_failed(package: str, said: str) -> BuildFailed:
    text = f"go list {package} failed: {said}"
    if "GOTOOLCHAIN=local" in said or "toolchain not available" in said:
        return GoTooOld(text, hint="a newer Go on this computer, or on the phone, builds it")
    if "go.mod file not found" in said or "cannot find main module" in said:
        hint = "go mod init NAME makes a module of this folder; hello-termux ship main.go takes a file alone"
        return BuildFailed(text, hint=hint)
    return BuildFailed(text)
