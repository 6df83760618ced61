"""The commands, one file each; ``from provisioner.commands import collection`` puts them into anybody's fabfile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invoke.collection import Collection

    from provisioner.commands.base import Command

    collection: Collection

NAMES = (
    "init", "lint", "show", "rehearse", "pair",
    "plan", "apply", "verify", "doctor", "attach", "log",
    "ship", "shell", "run", "copy", "feed",
    "undo",
    "ssh-config",
    "hosts", "unpair", "completion",
)  # fmt: skip
"""In the order in which a newcomer meets them."""


def load(name: str) -> Command:
    """The command from the file of its name."""
    module = name.replace("-", "_")
    loaded: Command = getattr(import_module(f"provisioner.commands.{module}"), module)
    return loaded


class Commands(Mapping[str, "Command"]):
    """The commands by name; the file of one is imported when it is asked for (4 ms for all)."""

    def __getitem__(self, name: str) -> Command:
        if name not in NAMES:
            raise KeyError(name)
        return load(name)

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


def load_all() -> dict[str, Command]:
    """All commands by name."""
    return dict(Commands())


def __getattr__(name: str) -> object:
    """``collection`` is made when it is asked for: our own start must not wait for invoke where it is not needed."""
    if name != "collection":
        raise AttributeError(name)
    from provisioner.commands.namespace import make_collection

    return make_collection()
