"""The parts of pages that are made from the program itself are up to date."""

from __future__ import annotations

import importlib

import pytest

from docs.made_parts import with_parts


@pytest.mark.parametrize("name", ["doctor", "playbook", "proofs"])
def test_a_page_that_is_made_is_up_to_date(name: str) -> None:
    made = importlib.import_module(f"docs.make_{name}_page")
    text = made.PAGE.read_text(encoding="utf-8")
    assert with_parts(text, made.parts()) == text, f"python -m docs.make_{name}_page"
