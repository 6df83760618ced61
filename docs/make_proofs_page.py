"""Writes the tables of docs/proofs.md from the proofs themselves; all outside the marks is written by hand.

python docs/make_proofs_page.py
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

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
    return "\n".join([*lines, *(row(each) for each in every if isinstance(each, Proof))])


def row(proof: Proof) -> str:
    how = f"{proof.how}; stays: {proof.leaves}" if proof.leaves else proof.how
    cells = [proof.task, f"`{proof.name}`", proof.shows, how, f"{proof.timeout} s"]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


def looks(every: Iterable[Proof | Look]) -> str:
    return "\n".join(f"- {each.task}, {each.name}: {each.text}" for each in every if isinstance(each, Look))


def page(text: str) -> str:
    """``text`` with all that is between marks made anew."""
    every = all_of_them()
    for name, made in {"proofs": table(every), "looks": looks(every)}.items():
        begin, end = f"<!-- made: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{made}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
