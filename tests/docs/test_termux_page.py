"""docs/termux.md has every section that code, pages and doctor name as their source."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"termux\.md,? (§?\d+(?:\.\d+)?(?:(?:, | to |-| and )§?\d+(?:\.\d+)?)*)")


def test_every_section_that_is_named_is_there() -> None:
    page = (ROOT / "docs/termux.md").read_text("utf-8")
    there = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)[. ]", page, re.MULTILINE))
    files = [path for top in ("provisioner", "docs", "templates", "tests") for path in (ROOT / top).rglob("*.*")]
    texts = [path.read_text("utf-8") for path in files if path.suffix in (".py", ".sh", ".md", ".j2")]
    named = {
        section for text in texts for found in NAMED.findall(text) for section in re.findall(r"\d+(?:\.\d+)?", found)
    }
    assert len(named) > 20
    assert named <= there, f"not in docs/termux.md: {sorted(named - there)}"
