"""An apt archive as the laptop fetches it, over http or https: its index and its packages, each checked by its digest.

The signature is not checked here: the phone's own apt does that, by the phone's own keys.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import quote as percent

from provisioner.errors import ArchiveError
from provisioner.lean_dataclass import dataclass

LIMIT = 20.0
"""Seconds without a byte after which a mirror is given up."""
INDEX_LIMIT = 64_000_000
"""Bytes beyond which nothing is an index: Termux's are below 3 MB."""
FORMS = ("xz", "gz", "")
"""Of the list of packages, the smallest first; ``""`` is the plain one."""


@dataclass(frozen=True, slots=True)
class Index:
    """``release``: the signed InRelease; ``packages``: the list of packages, in the form whose path is ``path``, below
    ``dists/stable``."""

    release: bytes
    path: str
    packages: bytes


def fetch_index(main: str, arch: str) -> Index:
    """The index of the main repository at the address ``main``. Raises ArchiveError."""
    release = _get(f"{main}/dists/stable/InRelease", INDEX_LIMIT)
    digests = digests_of(release.decode("utf-8", "replace"))
    for form in FORMS:
        path = f"main/binary-{arch}/Packages" + (f".{form}" if form else "")
        if path in digests:
            size, sha256 = digests[path]
            return Index(release, path, _checked(_get(f"{main}/dists/stable/{path}", size), size, sha256, path))
    raise ArchiveError(f"{main} has no packages for {arch}.")


def digests_of(release: str) -> dict[str, tuple[int, str]]:
    """Path → size and SHA256 of each index that a Release text lists."""
    _, _, rest = release.partition("\nSHA256:")
    section = re.match(r"(?:\s*\n [^\n]*)*", rest)
    lines = re.findall(r"^ ([0-9a-f]{64})\s+(\d+)\s+(\S+)$", section[0] if section else "", re.MULTILINE)
    return {path: (int(size), sha256) for sha256, size, path in lines}


def fetch(main: str, path: str, size: int, sha256: str, cache: Path) -> Path:
    """The file at ``path`` below ``main``, from ``cache`` if it was fetched before. Raises ArchiveError."""
    kept = cache / sha256
    if kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() == sha256:
        return kept
    content = _checked(_get(f"{main}/{percent(path)}", size), size, sha256, path)
    cache.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(kept)
    return kept


def _get(url: str, limit: int) -> bytes:
    """What is at ``url``, and not more than a byte beyond ``limit``."""
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    if not url.startswith(("http://", "https://")):
        raise ArchiveError(f"{url} is no address of a mirror: it begins with https:// or http://")
    request = Request(url, headers={"User-Agent": "hello-termux"})  # noqa: S310 - seen to be http
    try:
        with urlopen(request, timeout=LIMIT) as answer:  # noqa: S310
            content: bytes = answer.read(limit + 1)
            return content
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = error if isinstance(error, HTTPError) else getattr(error, "reason", error)
        why = getattr(reason, "strerror", None) or reason
        raise ArchiveError(f"{url} cannot be fetched on this computer: {why}") from error


def _checked(content: bytes, size: int, sha256: str, path: str) -> bytes:
    if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
        raise ArchiveError(
            f"{path} is not what the mirror's index says: a sync may be under way, or somebody has changed it.",
            hint="Try again later, or with --mirror and another one.",
        )
    return content
