"""The tests that docs/pairing.md names are there."""

from __future__ import annotations

import re

from tests.docs.pages import TOP, read


def test_every_test_that_holds_a_promise_exists() -> None:
    named = re.findall(r"`(test_\w+)(\.py)?`", read(TOP / "docs/pairing.md"))
    texts = {path.name: path.read_text("utf-8") for path in (TOP / "tests/pairing").glob("test_*.py")}
    assert len(named) > 20
    for name, file in named:
        assert f"{name}.py" in texts if file else any(f"def {name}(" in text for text in texts.values()), name
