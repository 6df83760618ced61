"""What a change is made by."""

from __future__ import annotations

from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath


@dataclass(frozen=True, slots=True)
class Write:
    """A file as it shall be, to the last byte. ``mode`` in octal; empty: what stands there keeps its own, and what does
    not gets 644."""

    path: RemotePath
    data: bytes
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link as it shall be."""

    path: RemotePath
    target: RemotePath | str


@dataclass(frozen=True, slots=True)
class Step:
    """What to run on the phone for a change: a value, not behaviour.

    ``script`` is POSIX sh that runs with ``set -eu`` in a subshell, standard input ``/dev/null``, with the functions of
    ``device/files.sh`` and ``run.sh``; a program in it that may hang carries its own ``timeout``. ``backs_up``: the
    paths it replaces.
    """

    script: str = ""
    backs_up: tuple[RemotePath, ...] = ()
    makes: Write | Link | None = None
    """What stands at one of them afterwards; it is made behind the script. Further changes to a file build on it, and
    an undo knows it without looking."""
