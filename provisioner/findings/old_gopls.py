"""Two gopls: vim-go takes the one in ~/go/bin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, finding

VERSIONS = SaidFact(
    'o=$HOME/go/bin/gopls p=$PREFIX/bin/gopls; if [ -x "$o" ] && [ -x "$p" ]; then\n'
    'for g in "$o" "$p"; do timeout 10 "$g" version 2>&1 | head -n 1; echo; done; fi'
)


@finding(
    "old_gopls",
    Grade.WARNING,
    cause="vim-go and :GoInstallBinaries look in ~/go/bin first, so the packaged one is never used",
    repair="rm ~/go/bin/gopls",
    source="termux.md §7; vim-go autoload/go/path.vim",
    asks=[VERSIONS],
)
def old_gopls(seen: Seen) -> Iterator[Trouble]:
    """No older gopls stands before the packaged one."""
    found = [tuple(map(int, version)) for version in re.findall(r"\bv(\d+)\.(\d+)\.(\d+)", seen[VERSIONS])]
    if len(found) >= 2 and found[0] < found[1]:
        own, packaged = (".".join(map(str, version)) for version in found[:2])
        yield Trouble(f"~/go/bin/gopls is {own}, the packaged one {packaged}")
    elif len(found) == 1 and "CANNOT LINK" in seen[VERSIONS]:
        yield Trouble("one of two gopls does not start", said=seen[VERSIONS].splitlines()[0])
