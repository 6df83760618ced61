"""A file on this computer that appears at once or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int | None = 0o600, *, new: bool = False) -> None:
    """Write beside the file, to the disk, and rename. ``mode`` None: as for any new file of this person's. ``new``: one
    that is there already, perhaps since a moment ago, is not replaced (FileExistsError).

    Raises OSError, and then the old file stands as it was, and nothing is left of the new one.
    """
    import tempfile  # 5 ms, for who writes only

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask() if mode is None else mode)
        if new:
            os.link(temporary, path)
            temporary.unlink()
        else:
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
