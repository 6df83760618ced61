"""A phone's files put aside, and another phone made of them: what takes a phone long to reach need be reached once."""

from __future__ import annotations

from pathlib import Path

from provisioner.rehearsal.userland import run, wipe

PARTS = ("phone", "mirror.key", "mirror.pem", "id_ed25519", "id_ed25519.pub")
UNREADABLE = ("phone/storage/0", "phone/data", "phone/data/data")
"""Folders that nobody but root may list, and so could not copy."""


def save(folder: Path, to: Path) -> None:
    """Copies what makes the phone in ``folder`` the one that it is."""
    to.mkdir(parents=True)
    modes = {name: (folder / name).stat().st_mode for name in UNREADABLE}
    try:
        for name in UNREADABLE:
            (folder / name).chmod(0o700)
        run("cp", "-a", "--reflink=auto", *(folder / name for name in PARTS), to)
    finally:
        for name, mode in modes.items():
            for place in (folder / name, to / name):
                if place.exists():
                    place.chmod(mode)


def restore(saved: Path, folder: Path) -> None:
    """Makes the phone in ``folder``, which must not run, a twin of the saved one."""
    for name in ("phone", "log", "new"):
        wipe(folder / name)
    (folder / "log").mkdir()
    (folder / "faults.json").unlink(missing_ok=True)
    save(saved, folder / "new")
    for name in PARTS:
        (folder / "new" / name).rename(folder / name)
    (folder / "new").rmdir()


def empty(place: Path) -> None:
    """Removes all that is in a folder."""
    wipe(place)
    place.mkdir(mode=0o700)
