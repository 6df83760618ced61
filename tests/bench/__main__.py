"""``python -m tests.bench [--markdown]``: exit code 1 if a budget is exceeded."""

from __future__ import annotations

import argparse
import sys

from provisioner.rehearsal import RehearsalError
from tests.bench.measure import measure
from tests.bench.table import markdown, plain


def show(line: str) -> None:
    """What has just been measured, to whoever watches."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures beside their budgets.")
    parser.add_argument("--markdown", action="store_true", help="a table for the README")
    asked = parser.parse_args()
    figures = []
    try:
        for figure in measure():
            show(f"{figure.name} ...")
            figures.append(figure)
    except RehearsalError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    show("")
    print(markdown(figures) if asked.markdown else plain(figures))
    return 1 if any(figure.is_over for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
