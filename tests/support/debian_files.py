"""Files of Debian's archive that tests are made of, each pinned by its digest, kept in the user's cache folder.

``python -m tests.support.debian_files`` fetches them with apt's own downloader, from the mirror that apt uses here. A
test whose file is not to be had is left out.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provisioner.places import cache_folder
from provisioner.tasks.vim_build import VimSource

APT = "/usr/lib/apt/apt-helper"
LIMIT = 300
"""Seconds that one mirror is given for one file; the largest has 12 MB."""


@dataclass(frozen=True)
class DebianFile:
    """``what`` it is for; ``path`` below the archive's top; ``urls``: where it is to be had besides apt's mirrors."""

    what: str
    path: str
    sha256: str
    urls: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        return cache_folder() / "tests" / self.path.rpartition("/")[2]

    def kept(self) -> Path | None:
        """The file, if it was fetched and is whole."""
        file = self.place
        whole = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == self.sha256
        return file if whole else None

    def fetch(self) -> Path | None:
        """The file, fetched if need be; None if no mirror gives it."""
        for url in () if self.kept() else self._addresses():
            self.place.parent.mkdir(parents=True, exist_ok=True)
            quick = ["-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"]
            command = [APT, *quick, "download-file", url, str(self.place), f"SHA256:{self.sha256}"]
            try:
                subprocess.run(command, capture_output=True, timeout=LIMIT, check=True)
            except (OSError, subprocess.SubprocessError):
                self.place.unlink(missing_ok=True)
            if self.kept():
                break
        return self.kept()

    def _addresses(self) -> Iterator[str]:
        """On the mirrors that apt knows here, then the others."""
        asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Component: main"]
        try:
            known = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout.split()
        except (OSError, subprocess.SubprocessError):
            known = []
        yield from dict.fromkeys(f"{uri.rstrip('/')}/{self.path}" for uri in known)
        yield from self.urls


_VIM = VimSource()
VIM_SOURCE = DebianFile("Vim's source", _VIM.url[0].partition("/debian/")[2], _VIM.sha256, _VIM.url)
"""What the task ``vim_build`` builds."""
DELVE = DebianFile(
    "a Delve as new as Termux's Go",
    "pool/main/d/delve/delve_1.27.1-4_amd64.deb",
    "03f490b6a74c633d621bc66fdfa80957c5ce4dc387f7c2dab63b5778a5b2c535",
)
"""Linked with nothing but libc; the version that Termux has, too. That of a stable Debian refuses a Go of today."""
ALL = (VIM_SOURCE, DELVE)


def main() -> int:
    """1 if one of them could not be fetched."""
    missing = [file for file in ALL if not file.fetch()] if sys.platform == "linux" else []
    for file in missing:
        print(f"{file.path} could not be fetched: {file.what} will not be tested.", file=sys.stderr)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
