"""Figures and how they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEAD = ("figure", "measured", "ratio", "budget", "goal", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``ratio``: against a yardstick of the same run; where it is there, it has the budget."""

    name: str
    measured: float
    unit: str = ""
    ratio: float | None = None
    budget: float | None = None
    goal: float | None = None

    @property
    def is_over(self) -> bool:
        return self.budget is not None and self._judged > self.budget

    @property
    def reaches_goal(self) -> bool:
        return self.goal is not None and self._judged <= self.goal

    @property
    def _judged(self) -> float:
        return self.measured if self.ratio is None else self.ratio

    @property
    def cells(self) -> tuple[str, ...]:
        verdict = "over budget" if self.is_over else "goal" if self.reaches_goal else ""
        unit = self.unit if self.ratio is None else "×"
        ratio = "" if self.ratio is None else number(self.ratio, "×")
        return (
            self.name,
            number(self.measured, self.unit),
            ratio,
            limit(self.budget, unit),
            limit(self.goal, unit),
            verdict,
        )


def number(value: float, unit: str) -> str:
    text = f"{value:,.2f}" if unit in ("×", "s") else f"{value:,.3f}" if unit == "ms" else f"{value:,.0f}"
    return f"{text} {unit}".rstrip().replace(",", " ")


def limit(value: float | None, unit: str) -> str:
    return "" if value is None else f"≤ {value:,g} {unit}".rstrip().replace(",", " ")


def plain(figures: Sequence[Figure]) -> str:
    """Columns for a terminal."""
    rows = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    lines = []
    for row in rows:
        first, *others = (cell.ljust(width) if n in (0, 5) else cell.rjust(width)
                          for n, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        lines.append("  ".join([first, *others]).rstrip())
    return "\n".join(lines)


def markdown(figures: Sequence[Figure]) -> str:
    """A table for the README."""
    rows = [HEAD[:-1], ("---", "---:", "---:", "---:", "---:"), *(figure.cells[:-1] for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
