"""``python -m tests.bench [--peers] [--markdown]``: exit code 1 if a budget is exceeded; ``--tricks``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from provisioner.rehearsal import RehearsalError
from tests.bench import clock, counted, distant, jumping, peers, plot, scale, starting, tricks
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
        yield from jumping.jumping(ready)
        yield from counted.on_the_wire(ready)
        yield from counted.first_apply(ready)
        yield Figure("peak memory of a plan", ready.run("plan", "go-dev").peak * 1024 / 1e6, "MB", budget=100)
        yield from scale.of_the_probe(ready)
        yield from scale.scale(ready)
        if with_peers:
            yield from peers.compare(ready)


def _figures(asked: argparse.Namespace) -> Iterator[Figure]:
    if not asked.phone:
        yield from measure(with_peers=asked.peers)
        return
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        distant.distant_phone(asked.phone, asked.identity, Path(folder)) as ready,
    ):
        yield from distant.measure(ready, disposable=asked.disposable)


def show(line: str) -> None:
    """What has just been measured, to whoever watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures beside their budgets.")
    parser.add_argument("--markdown", action="store_true", help="a table for the README")
    parser.add_argument("--peers", action="store_true", help="pyinfra, ansible-core and plain fabric do the same job")
    parser.add_argument("--tricks", action="store_true", help="only this: what each trick of the quick path gains")
    parser.add_argument("--phone", metavar="ADDRESS:PORT", help="on this phone, which gets go-dev; not on the stand-in")
    parser.add_argument("--identity", type=Path, metavar="KEY", help="the private key that opens it")
    parser.add_argument(
        "--disposable", action="store_true", help="remove what go-dev has made on it, for the first apply"
    )
    asked = parser.parse_args()
    if asked.tricks:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, ready_phone(Path(folder)) as ready:
            print(*tricks.without(ready), sep="\n")
        return 0
    figures = []
    try:
        for figure in _figures(asked):
            show(f"{figure.name} ...")
            figures.append(figure)
    except RehearsalError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    show("")
    print(markdown(figures) if asked.markdown else plain(figures))
    if not asked.phone:
        print(f"\nCost against latency: {PLOT.relative_to(Path.cwd()) if PLOT.is_relative_to(Path.cwd()) else PLOT}")
    return 1 if any(figure.is_over for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
