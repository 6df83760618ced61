"""``python -m tests.faults``: the whole matrix of faults, within a bound in time. ``make test-faults`` calls it."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from tests.faults import report
from tests.faults.kit import Kit
from tests.faults.matrix import Cell, Verdict, attempt, cells

LAST = 60.0
"""Seconds before the end of the time in which no cell is begun any more: most take less."""


def main() -> int:
    """Try the cells, tell each that does not hold at once, and print what came of all. 1 if one did not hold."""
    asked = _arguments()
    begin = time.monotonic()
    print(f"seed {asked.seed}, {asked.workers} at a time, {asked.minutes:g} min at most", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        kit = Kit.make(Path(folder, "kit"))
        wanted = [cell for cell in cells(kit, asked.seed) if asked.only in str(cell)]
        verdicts: list[Verdict] = []
        try:
            for verdict in _try_all(kit, wanted, Path(folder), asked.workers, begin + asked.minutes * 60 - LAST):
                verdicts.append(verdict)
                if verdict.why:
                    print(f"does not hold: {verdict.cell} ({verdict.seconds:.0f} s): {verdict.why}", file=sys.stderr)
                elif len(verdicts) % 50 == 0:
                    print(f"{len(verdicts)} of {len(wanted)}", file=sys.stderr)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
        said = report.summary(verdicts, len(wanted) - len(verdicts), asked.seed, time.monotonic() - begin)
        tables = report.tables(verdicts)
        if asked.page:
            head = report.HEAD.format(steps=len(kit.steps))
            asked.page.write_text(f"{head}\n{time.strftime('%Y-%m-%d')}: {said}\n\n{tables}\n", encoding="utf-8")
    print(f"{tables}\n{said}")
    return 1 if any(verdict.why for verdict in verdicts) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--workers", type=int, default=4 * (os.cpu_count() or 1), help="cells at a time: most wait")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="order and random moments")
    parser.add_argument("--only", default="", help="cells whose name holds this text")
    parser.add_argument("--page", type=Path, help="write the tables to this file, too")
    return parser.parse_args()


def _try_all(kit: Kit, wanted: Sequence[Cell], folder: Path, workers: int, end: float) -> Iterator[Verdict]:
    """Each cell in one of the processes, as long as there is time."""
    left = iter(wanted)
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        under_way: set[Future[Verdict]] = set()
        while True:
            while len(under_way) < workers and time.monotonic() < end and (cell := next(left, None)) is not None:
                under_way.add(pool.submit(attempt, cell, kit, folder))
            if not under_way:
                return
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


if __name__ == "__main__":
    sys.exit(main())
