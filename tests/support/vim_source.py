"""The source of Vim that the task ``vim_build`` pins, as Debian's mirrors have it; kept in the user's cache folder.

``python -m tests.support.vim_source`` fetches it with apt's own downloader, from the mirror that apt uses here.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from provisioner.places import cache_folder
from provisioner.tasks.vim_build import VimSource

SOURCE = VimSource()
ADDRESS = SOURCE.url[0]
APT = "/usr/lib/apt/apt-helper"
LIMIT = 300
"""Seconds that one mirror is given for its 12 MB."""


def place() -> Path:
    return cache_folder() / "tests" / ADDRESS.rpartition("/")[2]


def kept() -> Path | None:
    """The archive, if it was fetched and is whole."""
    file = place()
    whole = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == SOURCE.sha256
    return file if whole else None


def fetch() -> Path | None:
    """The archive, fetched if need be; None if no mirror gives it."""
    for url in () if kept() else _addresses():
        place().parent.mkdir(parents=True, exist_ok=True)
        quick = ["-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"]
        command = [APT, *quick, "download-file", url, str(place()), f"SHA256:{SOURCE.sha256}"]
        try:
            subprocess.run(command, capture_output=True, timeout=LIMIT, check=True)
        except (OSError, subprocess.SubprocessError):
            place().unlink(missing_ok=True)
        if kept():
            break
    return kept()


def _addresses() -> list[str]:
    """On the mirrors that apt knows here, then on those of the task."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Component: main"]
    try:
        known = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    except (OSError, subprocess.SubprocessError):
        known = []
    path = ADDRESS.partition("/debian/")[2]
    return [*dict.fromkeys(f"{uri.rstrip('/')}/{path}" for uri in known), *SOURCE.url]


if __name__ == "__main__":
    if sys.platform == "linux" and not fetch():
        sys.exit(f"Vim's source could not be fetched ({ADDRESS}): its build will not be tested.")
