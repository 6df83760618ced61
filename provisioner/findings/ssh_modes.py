"""sshd takes no key from files that others may write."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import PathFact
from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.resources.command import Command
from provisioner.resources.directory import Directory

HOME, FOLDER = RemotePath("~", ""), RemotePath("~", ".ssh")
KEYS = FOLDER / "authorized_keys"
CLOSE: dict[RemotePath, Resource] = {
    HOME: Directory(HOME, mode="700"),
    FOLDER: Directory(FOLDER, mode="700"),
    KEYS: Command(
        "close-authorized-keys",
        'chmod 600 "$HOME/.ssh/authorized_keys"',
        unless='[ -z "$(find "$HOME/.ssh/authorized_keys" -perm /077)" ]',
    ),
}


@finding(
    "ssh_modes",
    Grade.ERROR,
    cause="sshd (StrictModes) ignores keys in files or folders that others may write: Permission denied (publickey)",
    repair="chmod 700 ~ ~/.ssh; chmod 600 ~/.ssh/authorized_keys",
    source="termux.md §4.1, §13; termux-app#3677; termux-packages#615",
    asks=[PathFact(path) for path in CLOSE],
    mends=True,
)
def ssh_modes(seen: Seen) -> Iterator[Trouble]:
    """Only you may write to your home, ~/.ssh and authorized_keys."""
    open_ones = []
    for path in CLOSE:
        found = seen[PathFact(path)]
        if found and found.type != "symlink" and int(found.mode, 8) & 0o022:
            open_ones.append((path, found.mode))
    if open_ones:
        told = ", ".join(f"{path} ({mode})" for path, mode in open_ones)
        yield Trouble(f"others may write to {told}", fixes=tuple(CLOSE[path] for path, _ in open_ones))
