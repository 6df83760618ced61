"""What a change is made by."""

from __future__ import annotations

from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath


@dataclass(frozen=True, slots=True)
class Step:
    """Shell to run on the phone for a change: a value, not behaviour.

    ``script`` is POSIX sh that runs with ``set -eu`` in a subshell, standard input ``/dev/null``, with the functions of
    ``device/run.sh``; a program in it that may hang carries its own ``timeout``. ``backs_up``: the paths it replaces.
    """

    script: str
    backs_up: tuple[RemotePath, ...] = ()
    leaves: tuple[RemotePath, bytes] | None = None
    """A file that other changes may edit too, with what it holds after this step: they build on that."""
