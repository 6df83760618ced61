"""Writes the tables of docs/proofs.md from the proofs themselves; all outside the marks is written by hand.

python -m docs.make_proofs_page
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docs.made_parts import rewrite, row
from provisioner.declare import proofs
from provisioner.playbook.entries import read
from provisioner.tasks.base import Look, Proof

PAGE = Path(__file__).parent / "proofs.md"
EVERYTHING = """
- mirror: tuna
- openssh: {password_login: false, autostart: both}
- shell: {plugins: [git, golang]}
- golang: china
- vim: {plugins: [vim-go, SirVer/ultisnips]}
- vim_build: missing
- keyboard: {}
- storage: [shared, downloads]
"""
"""A playbook with every task that proves something, so that all its proofs are made."""


def all_of_them() -> list[Proof | Look]:
    playbook = read(EVERYTHING, Path("playbook.yml"), {}, {})
    return list(proofs(playbook, [entry.kind for entry in playbook.entries], "ssh-ed25519 AAAA laptop"))


def table(every: Iterable[Proof | Look]) -> str:
    lines = ["| task | proof | what it shows | how | at most |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(told(each) for each in every if isinstance(each, Proof))])


def told(proof: Proof) -> str:
    how = f"{proof.how}; stays: {proof.leaves}" if proof.leaves else proof.how
    cells = [proof.task, f"`{proof.name}`", proof.shows, how, f"{proof.timeout} s"]
    return row(cells)


def looks(every: Iterable[Proof | Look]) -> str:
    return "\n".join(f"- {each.task}, {each.name}: {each.text}" for each in every if isinstance(each, Look))


def parts() -> dict[str, str]:
    every = all_of_them()
    return {"proofs": table(every), "looks": looks(every)}


if __name__ == "__main__":
    rewrite(PAGE, parts())
