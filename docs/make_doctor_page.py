"""Writes the tables of docs/doctor.md from the findings themselves; all outside the marks is written by hand.

python -m docs.make_doctor_page
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docs.made_parts import rewrite, row
from provisioner.findings import load_all
from provisioner.findings.base import Finding
from provisioner.findings.connection import CONNECTION

PAGE = Path(__file__).parent / "doctor.md"


def table(findings: Iterable[Finding]) -> str:
    lines = ["| finding | good is | else | why | what to do | `--fix` | source |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *map(told, findings)])


def told(finding: Finding) -> str:
    fix = "yes" if finding.mends else ""
    cells = [f"`{finding.name}`", finding.looks_at, finding.grade, finding.cause, finding.repair, fix, finding.source]
    return row(cells)


def connection() -> str:
    lines = ["| finding | good is | why not | source |", "|---|---|---|---|"]
    rows = [f"| `{row.name}` | {row.looks_at} | {row.cause} | {row.source} |" for row in CONNECTION.values()]
    return "\n".join([*lines, *rows])


def parts() -> dict[str, str]:
    return {"phone": table(load_all().values()), "connection": connection()}


if __name__ == "__main__":
    rewrite(PAGE, parts())
