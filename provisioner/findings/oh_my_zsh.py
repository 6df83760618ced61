"""A clone of oh-my-zsh that broke off."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.git import GitFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.resources.git_repo import GitRepo
from provisioner.resources.package import Package
from provisioner.tasks.shell import FOLDER, SOURCES


@finding(
    "oh_my_zsh",
    Grade.WARNING,
    cause="the clone broke off: GitHub is often slow or out of reach",
    repair=f"hello-termux apply --only shell; or git clone --depth 1 {SOURCES[0]} anew",
    source="termux.md §5; ohmyzsh#9634, #8990, #12173",
    asks=[GitFact(FOLDER)],
    mends=True,
)
def oh_my_zsh(seen: Seen) -> Iterator[Trouble]:
    """~/.oh-my-zsh, if it is there, is a whole clone."""
    found = seen[GitFact(FOLDER)]
    if found is not None and not found.head:
        yield Trouble("~/.oh-my-zsh is not a whole clone", fixes=(Package("git"), GitRepo(FOLDER, SOURCES)))
