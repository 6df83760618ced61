"""Where a playbook's secrets come from: never from the playbook itself."""

from __future__ import annotations

import os
from pathlib import Path

from provisioner.playbook.yaml_text import MapNode, Mistakes, Node, Scalar

FORM = "write secrets: {name: {env: VARIABLE}} or {name: {file: PATH}}"


def fetch(name: str, node: Node, folder: Path, mistakes: Mistakes) -> str | None:
    """The value of the secret ``name`` from where ``node`` says that it is, a path being relative to ``folder``.

    None, and a mistake noted, where that is no such place, or nothing is there.
    """
    if isinstance(node, MapNode) and len(node.pairs) == 1:
        [(word, (_, place))] = node.pairs.items()
        if isinstance(place, Scalar) and word in ("env", "file"):
            try:
                return _from_env(place.text) if word == "env" else _from_file(folder / Path(place.text).expanduser())
            except (OSError, UnicodeDecodeError, KeyError) as error:
                mistakes.add(_why(place.text, error), place.at, f"the secret {name} is expected there")
                return None
    mistakes.add(f"where does the secret {name} come from?", node.at, FORM)
    return None


def _from_env(variable: str) -> str:
    return os.environ[variable]


def _from_file(path: Path) -> str:
    """A final newline is the editor's, and so is a byte order mark."""
    return path.read_text("utf-8-sig").removesuffix("\n")


def _why(place: str, error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {place} in the environment"
    return f"{place} cannot be read: {error.strerror if isinstance(error, OSError) else 'it is not UTF-8 text'}"
