"""apt, and its way to https."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding, first_line

APT = SaidFact('timeout 10 "$PREFIX/bin/apt-get" --version >/dev/null || echo "exit status $?"')
HTTPS = SaidFact(
    'c=$PREFIX/bin/apt-config m=$PREFIX/lib/apt/methods; [ ! -x "$c" ] || eval "$("$c" shell m Dir::Bin::methods/d)"\n'
    'm=${m%/}/https; [ ! -e "$m" ] || timeout 10 "$m" </dev/null 2>&1 | grep -a -v -E '
    "'^($|100 Capabilities|[A-Z][A-Za-z-]*: )'"
)


@finding(
    "apt_starts",
    Grade.ERROR,
    cause="a library that it needs was upgraded without it, or the other way round; nothing can be installed any more",
    repair="hello-termux feed",
    source="termux.md §3.6; termux-packages#9260, #10550, #16830",
    asks=[APT, HTTPS],
)
def apt_starts(seen: Seen) -> Iterator[Trouble]:
    """apt starts, and so does its https."""
    if seen.host.package_manager != "apt":
        return
    if seen[APT]:
        yield Trouble("apt-get does not start", said=first_line(seen[APT]))
    elif seen[HTTPS]:
        yield Trouble("apt's way to https does not start", said=first_line(seen[HTTPS]))
