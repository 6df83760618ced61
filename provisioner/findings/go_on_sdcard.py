"""Go on the shared storage, where nothing can be executed, linked or locked."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import ContentFact
from provisioner.facts.said import SaidFact
from provisioner.findings.base import RC_LINES, SESSION, Grade, Seen, Trouble, finding, rc_lines, session
from provisioner.resources.go_env import GOENV

PROJECTS = SaidFact(
    'timeout 3 find -L "$HOME/storage/shared" -maxdepth 3 -name Android -prune -o -name go.mod -print 2>/dev/null'
    " | head -n 3"
)
CARDS = ("/sdcard", "/storage/", "~/storage", "$HOME/storage", "/home/storage")


@finding(
    "go_on_sdcard",
    Grade.WARNING,
    cause="the shared storage knows no locks, links or execute bits: go: RLock go.mod: function not implemented",
    repair="mkdir -p ~/src && mv THE-FOLDER ~/src/",
    source="termux.md §8; termux-packages#30831, #17691; golang/go#48572",
    asks=[PROJECTS, ContentFact(GOENV), SESSION, RC_LINES],
)
def go_on_sdcard(seen: Seen) -> Iterator[Trouble]:
    """Go's projects, GOPATH and GOCACHE lie in the home."""
    for path in seen[PROJECTS].splitlines():
        folder = "~/storage/shared" + path.partition("/storage/shared")[2].rpartition("/")[0]
        yield Trouble(
            f"a Go project lies on the shared storage: {folder}", repair=f"mkdir -p ~/src && mv {folder} ~/src/"
        )
    text = (seen[ContentFact(GOENV)] or b"").decode("utf-8", "replace")
    told = [f"go env: {line}" for line in text.splitlines()]
    told += [f"{name}={value}" for name, value in session(seen).items()]
    for name in ("GOPATH", "GOCACHE"):
        for line in (*told, *rc_lines(seen, f"{name}=")):
            if f"{name}=" in line and any(card in line.partition(f"{name}=")[2] for card in CARDS):
                yield Trouble(
                    f"{name} is on the shared storage", said=line, repair=f"take that line away; go env -u {name}"
                )
                break
