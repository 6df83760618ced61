"""Times that can be compared: medians of rounds in which everything takes its turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

ROUNDS = 9
PROGRAM = [sys.executable, "-m", "provisioner"]

Run = Callable[[], object]


def medians(runs: Mapping[str, Run], rounds: int = ROUNDS) -> dict[str, float]:
    """Name → median seconds; one run of each comes first and does not count."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            took[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times[1:]) for name, times in took.items()}


def as_installed(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which Python keeps what it has compiled, as it does for people."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}


def call(command: Sequence[str], environment: Mapping[str, str] | None = None, *, code: int = 0) -> str:
    """Run it as from a script; what it prints. Raises AssertionError if it does not end with ``code``."""
    done = subprocess.run(
        command,
        env=as_installed(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == code, f"{' '.join(command[:6])} ended with {done.returncode}: {done.stdout[-2000:]}"
    return done.stdout
