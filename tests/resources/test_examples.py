"""The example in each docstring is one that the playbook reader takes."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from provisioner import schema
from provisioner.playbook.entries import know_all_kinds, read

know_all_kinds()


@pytest.mark.parametrize("kind", sorted(schema.KINDS))
def test_the_example_is_a_playbook(kind: str, tmp_path: Path) -> None:
    doc = textwrap.dedent(schema.KINDS[kind].__doc__ or "")
    examples = re.findall(r"^ *- \w+:.*$", doc, re.MULTILINE)
    assert examples, f"{kind} shows no example"
    text = textwrap.dedent("\n".join(examples))
    (tmp_path / "gitconfig.j2").write_text("[user]\n")
    entries = read(text, tmp_path / "playbook.yml", {}, {}).entries
    assert [entry.kind for entry in entries] == [kind] * len(examples)
