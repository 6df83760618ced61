"""apt's source lists as text: which main repository they name, and how to make them name another. Pure.

One-line lists (``deb URL stable main``) and deb822 files (``URIs: URL``) both (termux.md §2.1, §2.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.formats import web_address

_ONE_LINE = r"^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*?)\s*(?:#.*)?$"
_FIELD = r"(?i)^(URIs\s*:\s*)(.*)$"
_DISABLED = r"(?im)^Enabled\s*:\s*(no|false|0|off|disable)\s*$"
_SHIPPED = r"(?i)^#\s*(The main termux repository|deb https://packages(-cf)?\.termux\.dev/)"
"""Comments that Termux ships around its own line; beside another mirror they would mislead."""

OFFICIAL = ("termux.org", "termux.net", "packages.termux.org", "packages.termux.dev", "packages-cf.termux.dev")
"""Where Termux's packages came from at one time or another."""


def is_main(url: str) -> bool:
    """Whether the address is one of Termux's main repository, today's or an old one (2017 on)."""
    parts = web_address.split(url)
    path = parts.path.rstrip("/")
    if "termux-main" in path or "termux-packages" in path:
        return True
    return parts.host in OFFICIAL or path in ("/termux", "/grimler/termux")


def lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Number, address and suite of each line that is in force in a one-line list."""
    for number, line in enumerate(text.split("\n")):
        if found := re.match(_ONE_LINE, line):
            yield number, found[1], found[2]


def main_lines(text: str) -> list[tuple[int, str]]:
    """Number and address of the main repository's lines. A list whose only line is ``stable main`` means that one."""
    all_lines = [(number, url) for number, url, suite in lines(text) if suite == "stable"]
    known = [(number, url) for number, url in all_lines if is_main(url)]
    return known or (all_lines if len(all_lines) == 1 else [])


def set_main(text: str, wanted: str) -> str:
    """``text`` with ``wanted`` (whole lines; may be empty) in the place of its main lines; other lines stay.

    Comments of ``wanted`` that stand there already, from the last time, do not come twice.
    """
    numbers = [number for number, _ in main_lines(text)]
    comments = [line for line in wanted.split("\n") if line.startswith("#")]
    kept: list[str] = []
    put = False
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else ()):
        if number in numbers or line in comments or re.match(_SHIPPED, line):
            if not put and number in numbers:
                kept.append(wanted)
                put = True
        else:
            kept.append(line + "\n")
    return "".join(kept) if put else wanted + "".join(kept)


def set_only(text: str, url: str) -> str:
    """A list of one repository (x11.list, root.list) with the address of every line in force replaced."""
    changed = []
    for line in text.split("\n"):
        found = re.match(_ONE_LINE, line)
        changed.append(line.replace(found[1], url, 1) if found else line)
    return "\n".join(changed)


def uris(text: str) -> list[str]:
    """The addresses of a deb822 file that is not disabled."""
    if re.search(_DISABLED, text):
        return []
    return [url for line in text.split("\n") if (found := re.match(_FIELD, line)) for url in found[2].split()]


def set_uris(text: str, url: str) -> str:
    """A deb822 file with its address replaced; everything else stays."""
    return "\n".join(re.sub(_FIELD, lambda m: m[1] + url, line) for line in text.split("\n"))


def same(one: str, other: str) -> bool:
    """Whether two addresses mean the same repository."""
    return one.rstrip("/") == other.rstrip("/")
