"""The packaged playbooks and the real kinds: readable, and as the JSON Schema says."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from provisioner import schema
from provisioner.playbook import entries
from provisioner.playbook import file as playbook_file
from provisioner.playbook.json_schema import json_schema

entries.know_all_kinds()


@pytest.mark.parametrize("name", playbook_file.names())
def test_packaged_playbook(name: str) -> None:
    found = entries.load(name)
    assert found.entries
    written = yaml.safe_load(found.path.read_text("utf-8"))
    jsonschema.validate(written, json_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("kind", sorted(schema.KINDS))
def test_kind_has_options_that_a_playbook_can_say(kind: str) -> None:
    cls = schema.KINDS[kind]
    assert schema.summary(cls), "the docstring's first paragraph is shown in editors"
    schema.shorthand(cls)
    for option in schema.options(cls).values():
        assert schema.describe(option.shape)


def test_the_json_schema_of_all_kinds_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
