"""``python -m tests.bench [--peers] [--markdown]``: exit code 1 if a budget is exceeded."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from provisioner.rehearsal import RehearsalError
from tests.bench import clock, counted, peers, plot, scale, starting
from tests.bench.table import Figure, markdown, plain
from tests.support.ready_phone import ready_phone

PLOT = Path(__file__).parents[2] / "docs/cost.svg"


def measure(*, with_peers: bool) -> Iterator[Figure]:
    """All figures, each as soon as it is known; the plot is drawn on the way."""
    yield from starting.starting()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ready_phone(Path(folder)) as ready:
        points = []
        for point in clock.against_latency(ready):
            points.append(point)
            if point.ms in clock.JUDGED:
                yield from clock.figures(point)
        PLOT.write_text(plot.draw(points), encoding="utf-8")
        yield from clock.by_key(ready)
        yield from counted.on_the_wire(ready)
        yield from counted.first_apply(ready)
        yield Figure("peak memory of a plan", ready.run("plan", "go-dev").peak * 1024 / 1e6, "MB", budget=100)
        yield from scale.of_the_probe(ready)
        yield from scale.scale(ready)
        if with_peers:
            yield from peers.compare(ready)


def show(line: str) -> None:
    """What has just been measured, to whoever watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures beside their budgets.")
    parser.add_argument("--markdown", action="store_true", help="a table for the README")
    parser.add_argument("--peers", action="store_true", help="pyinfra, ansible-core and plain fabric do the same job")
    asked = parser.parse_args()
    figures = []
    try:
        for figure in measure(with_peers=asked.peers):
            show(f"{figure.name} ...")
            figures.append(figure)
    except RehearsalError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    show("")
    print(markdown(figures) if asked.markdown else plain(figures))
    print(f"\nCost against latency: {PLOT.relative_to(Path.cwd()) if PLOT.is_relative_to(Path.cwd()) else PLOT}")
    return 1 if any(figure.is_over for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
