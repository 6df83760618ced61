"""docs/cases.md names tests that are there, and says of every case where it was seen."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/cases.md").read_text("utf-8")
ROWS = [re.split(r" \| ", line.strip("| ")) for line in PAGE.splitlines() if re.match(r"\| (?!what happens)", line)]


def test_every_test_that_is_named_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in [path.stem, *re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)]
    }
    assert len(named) > 100 and named - there == set()


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:tests|provisioner|docs)/[\w/.]+)`", PAGE))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_case_of_a_resource_that_is_named_is_there() -> None:
    cases = ROOT / "tests/resources/cases"
    kinds = {path.name for path in cases.iterdir()}
    named = {name for name in re.findall(r"`(\w+/[\w-]+)`", PAGE) if name.partition("/")[0] in kinds}
    assert named and {name for name in named if not (cases / f"{name}.json").exists()} == set()


def test_every_row_has_its_test_and_its_place() -> None:
    for row in ROWS:
        assert len(row) == 4, row
        assert row[1].strip() and row[2].strip() and "no test yet" not in row[1], row[0]
