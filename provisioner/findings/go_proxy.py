"""Where Go's modules come from, for those who are behind China's walls."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import ContentFact
from provisioner.findings.base import PROGRAMS, SESSION, Grade, Seen, Trouble, finding, has, session
from provisioner.findings.mirror_pinned import addresses, mirror_pinned
from provisioner.formats import web_address
from provisioner.resources.go_env import GOENV, GoEnv
from provisioner.tasks.golang import PROFILES
from provisioner.tasks.mirror import CHINA, GROUPS

PROXY = PROFILES["china"].proxy


def setting(seen: Seen, name: str) -> str:
    """What ``go env`` has for the variable; empty: nothing was set."""
    text = (seen[ContentFact(GOENV)] or b"").decode("utf-8", "replace")
    lines = [line.partition("=") for line in text.splitlines()]
    kept = next((value for key, _, value in reversed(lines) if key == name), "")
    return session(seen).get(name, kept)


@finding(
    "go_proxy",
    Grade.NOTE,
    cause="packages come from a mirror in China, but Go asks proxy.golang.org, which is mostly out of reach there",
    repair=f"go env -w GOPROXY={PROXY}",
    source="termux.md §8; goproxy.cn README",
    asks=[*mirror_pinned.asks, ContentFact(GOENV), PROGRAMS, SESSION],
    mends=True,
)
def go_proxy(seen: Seen) -> Iterator[Trouble]:
    """In China, Go has a proxy that answers there."""
    hosts = {web_address.split(url).host for url in addresses(seen)}
    if has(seen, "go") and hosts & set(GROUPS[CHINA]) and not setting(seen, "GOPROXY"):
        yield Trouble("GOPROXY is not set", fixes=(GoEnv("GOPROXY", PROXY, keep_own=True),))
