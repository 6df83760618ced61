"""Runs the script of a proof as the program does, in a temporary phone of files."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import cast

from provisioner.model import Source
from provisioner.playbook import entries
from provisioner.proving import blocks, explained
from provisioner.shell import Device, quote
from provisioner.tasks.base import Context, Proof, Task
from tests.support.temp_phone import TempPhone


def task_of(yaml: str) -> Task:
    """The task of a playbook of one entry."""
    return cast("Task", entries.read(yaml, Path("playbook.yml"), {}, {}).entries[0].value)


def context_for(yaml: str = "- golang: china") -> Context:
    templates = entries.read(yaml, Path("playbook.yml"), {}, {}).templates
    return Context(lambda name, /, **values: templates.render(name, values, Source("playbook.yml")))


def proofs_of(task: Task, context: Context | None = None) -> list[Proof]:
    """What a task proves by itself, without what a person must look at."""
    return [each for each in task.proofs(context or context_for()) if isinstance(each, Proof)]


def start_script(proofs: list[Proof], device: Device, path: str) -> str:
    """A whole script of sh, with the environment of ``device`` and programs from ``path`` first."""
    head = device.preamble() + f"PATH={quote(path)}:$PATH\n" + 's() { printf "@%s\\n" "$1"; }\n'
    return head + "".join(f"{{\n{block}}} </dev/null\n" for block in blocks(proofs))


def script_of(proof: Proof, phone: TempPhone, path: str) -> str:
    return start_script([replace(proof, after="")], phone.device, path)


def read(said: str) -> tuple[int, str]:
    """Exit status of the one proof of a script that was run, and what it printed, explained."""
    text, _, rc = said.removeprefix("@out\n").rpartition("@rc\n")
    return int(rc), explained(text.strip(), "x86_64")


def run(proof: Proof, phone: TempPhone, path: Path) -> tuple[int, str]:
    """Exit status and what it printed, explained."""
    shell = str(phone.prefix / "bin/sh")
    script = script_of(proof, phone, str(path))
    done = subprocess.run([shell, "-s"], input=script, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    return read(done.stdout)


def left(phone: TempPhone) -> list[str]:
    """What is there that a proof made."""
    cache = phone.home / ".cache"
    return [str(path) for path in cache.rglob("*") if "go-build" not in str(path)] if cache.exists() else []


def program(folder: Path, name: str, text: str) -> None:
    """A small program of sh called ``name`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
