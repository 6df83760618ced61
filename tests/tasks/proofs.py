"""Runs the script of a proof as the program does, in a temporary phone of files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from provisioner.model import Source
from provisioner.playbook import read
from provisioner.shell import quote
from provisioner.tasks.base import Context, Proof
from tests.support.temp_phone import TempPhone


def task_of(yaml: str) -> object:
    """The task of a playbook of one entry."""
    return read(yaml, Path("playbook.yml"), {}, {}).entries[0].value


def context_for(yaml: str = "- golang: china") -> Context:
    templates = read(yaml, Path("playbook.yml"), {}, {}).templates
    return Context(lambda name, /, **values: templates.render(name, values, Source("playbook.yml")))


def script_of(proof: Proof, phone: TempPhone, path: str) -> str:
    """A whole script of sh, with the environment of ``phone`` and programs from ``path`` too."""
    head = phone.device.preamble() + f"PATH={quote(path)}:$PATH\n"
    return f"{head}{{\n( set -eu\n{proof.script}\n)\nexit $?\n}} </dev/null\n"


def run(proof: Proof, phone: TempPhone, path: Path) -> tuple[int, str]:
    """Exit status and what it printed."""
    shell = str(phone.prefix / "bin/sh")
    script = script_of(proof, phone, str(path))
    done = subprocess.run([shell, "-s"], input=script, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout.strip()


def program(folder: Path, name: str, text: str) -> None:
    """A small program of sh called ``name`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
