"""How long it takes to say something without a phone, against ``python -c pass``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.bench.table import Figure
from tests.bench.timing import PROGRAM, call, medians

COMMANDS = {"--help": ["--help"], "lint": ["lint", "go-dev"], "completion": ["completion", ":words", "--", "pl"]}


def starting() -> Iterator[Figure]:
    runs = {"python": lambda: call([sys.executable, "-c", "pass"])}
    runs |= {name: lambda words=words: call([*PROGRAM, *words]) for name, words in COMMANDS.items()}  # type: ignore[misc]
    took = medians(runs, rounds=15)
    yield Figure("python -c pass", took["python"], "s")
    for name in COMMANDS:
        yield Figure(f"hello-termux {name}", took[name], "s", took[name] / took["python"], budget=6, goal=4)
