"""Parts of PyYAML are as good as the whole, and stay out of the way of who wants the whole."""

from __future__ import annotations

import subprocess
import sys

import yaml

from provisioner.playbook import yaml_text

LEAN = """
import sys
from provisioner.playbook.lean_yaml import events, import_yaml
parts = import_yaml()
assert not {"yaml.reader", "yaml.resolver", "yaml.constructor"} & set(sys.modules)
print([type(event).__name__ for event in events("- a: [1, 'x', *b]", parts)])
try:
    list(events("a: [", parts))
except parts.YAMLError as error:
    print(type(error).__name__, error.problem_mark.line)
import yaml
print(yaml.safe_load("a: [1, 2000-01-01]"), import_yaml() is yaml)
try:
    yaml.load("a: [", Loader=yaml.CSafeLoader)
except yaml.YAMLError as error:
    print(type(error) is yaml.parser.ParserError)
"""


def test_parts_then_the_whole() -> None:
    done = subprocess.run([sys.executable, "-c", LEAN], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    whole = [type(event).__name__ for event in yaml.parse("- a: [1, 'x', *b]", Loader=yaml.SafeLoader)]
    assert done.stdout.splitlines() == [
        str(whole),
        "ParserError 1",
        "{'a': [1, datetime.date(2000, 1, 1)]} True",
        "True",
    ]


WITHOUT = """
import sys
sys.modules["yaml._yaml"] = None
from provisioner.playbook.yaml_text import Mistakes, parse
print(parse("a: [b", Mistakes("x", "a: [b")), parse("a: b", Mistakes("x", "a: b")), "yaml.reader" in sys.modules)
"""


def test_without_a_parser_in_c() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("None MapNode(") and done.stdout.endswith("True\n")


def test_the_same_characters_are_refused_as_by_pyyaml() -> None:
    theirs = yaml.reader.Reader.NON_PRINTABLE
    every = [chr(code) for code in range(sys.maxunicode + 1)]
    ours = [c for c in every if yaml_text._refused(f"- {c}\n") == 2 and c != "\ufeff"]
    assert ours == [c for c in every if theirs.match(c)]
