"""Go's habit of fetching another Go."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.paths import ContentFact
from provisioner.findings.base import PROGRAMS, SESSION, Grade, Seen, Trouble, finding, has
from provisioner.findings.go_proxy import setting
from provisioner.resources.go_env import GOENV, GoEnv


@finding(
    "go_toolchain",
    Grade.NOTE,
    cause="a go.mod that wants a newer Go makes go fetch one, and there is none for Android: toolchain not available",
    repair="go env -w GOTOOLCHAIN=local; the error then names both versions, and pkg upgrade golang is the answer",
    source="termux.md §8; ollama#8081; go select.go",
    asks=[ContentFact(GOENV), PROGRAMS, SESSION],
    mends=True,
)
def go_toolchain(seen: Seen) -> Iterator[Trouble]:
    """Go does not try to fetch another Go."""
    if has(seen, "go") and (value := setting(seen, "GOTOOLCHAIN")) != "local":
        said = f"GOTOOLCHAIN={value}" if value else ""
        yield Trouble("GOTOOLCHAIN is not local", said, fixes=(GoEnv("GOTOOLCHAIN", "local"),))
