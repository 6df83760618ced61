"""Files of this computer that a command is asked to write."""

from __future__ import annotations

from pathlib import Path

from provisioner.errors import UsageError


def place_for(name: str) -> Path | None:
    """The file that an option names, None if it was not given.

    Raises UsageError if none can stand there: said before the phone is asked anything.
    """
    if not name:
        return None
    file = Path(name).expanduser()
    if file.is_dir() or not file.parent.is_dir() or (file.exists() and not file.is_file()):
        what = "is a folder" if file.is_dir() else "is no ordinary file" if file.exists() else "has no folder to be in"
        raise UsageError(f"{file} {what}", hint="name a file in a folder that is there")
    return file
