"""Addresses of the web, as far as mirrors need them. ``urllib.parse`` knows more, and a start waits 3 ms for it."""

from __future__ import annotations

import re

from provisioner.lean_dataclass import dataclass

_PARTS = r"(?s)(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://(?:[^/?#]*@)?(\[[^\]/?#]*\]|[^:/?#]*)[^/?#]*)?([^?#]*)"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """``https://HOST:PORT/PATH``; what is not there is empty. Scheme and host are in lower case, up to a %."""

    scheme: str
    host: str
    path: str


def split(url: str) -> WebAddress:
    """The parts of any text; one that is no address has no scheme or no host."""
    found = re.match(_PARTS, url)
    scheme, host, path = found.groups("") if found else ("", "", url)
    name, percent, zone = host.partition("%")
    return WebAddress(scheme.lower(), (name.lower() + percent + zone).strip("[]"), path)
