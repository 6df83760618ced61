"""Memory for compilers."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import PROGRAMS, Grade, Seen, Trouble, finding, has

LITTLE = 3500
"""MB; a phone sold with 4 GB has about 3700."""


@finding(
    "memory",
    Grade.NOTE,
    cause="Go runs a compiler for each core, and Android ends what takes too much memory (signal: killed)",
    repair="build with one compiler at a time: go build -p 1, or for good: go env -w GOFLAGS=-p=1",
    source="golang/go#21713; cases.md, builds killed",
    asks=[PROGRAMS],
)
def memory(seen: Seen) -> Iterator[Trouble]:
    """There is memory for Go to build on all cores."""
    if 0 <= seen.host.memory_mb < LITTLE and has(seen, "go"):
        yield Trouble(f"the phone has {seen.host.memory_mb} MB of memory")
