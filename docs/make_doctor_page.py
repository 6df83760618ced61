"""Writes the tables of docs/doctor.md from the findings themselves; all outside the marks is written by hand.

python docs/make_doctor_page.py
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from provisioner.findings import load_all
from provisioner.findings.base import Finding
from provisioner.findings.connection import CONNECTION

PAGE = Path(__file__).parent / "doctor.md"


def table(findings: Iterable[Finding]) -> str:
    lines = ["| finding | good is | else | why | what to do | `--fix` | source |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *map(row, findings)])


def row(finding: Finding) -> str:
    fix = "yes" if finding.mends else ""
    cells = [f"`{finding.name}`", finding.looks_at, finding.grade, finding.cause, finding.repair, fix, finding.source]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


def connection() -> str:
    lines = ["| finding | good is | why not | source |", "|---|---|---|---|"]
    rows = [f"| `{row.name}` | {row.looks_at} | {row.cause} | {row.source} |" for row in CONNECTION.values()]
    return "\n".join([*lines, *rows])


def page(text: str) -> str:
    """``text`` with all that is between marks made anew."""
    for name, made in {"phone": table(load_all().values()), "connection": connection()}.items():
        begin, end = f"<!-- made: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{made}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
