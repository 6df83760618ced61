"""Templates are found, rendered strictly, and their errors have a place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.errors import Mistake, PlaybookError
from provisioner.model import Source, Text
from provisioner.places import packaged
from provisioner.templates import Templates
from provisioner.templating import Fault, evaluate, lone_expression, names_in, render_text

HERE = Source("play.yml", 3, 5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    return tmp_path


def templates(folder: Path, **texts: str) -> Templates:
    for name, text in texts.items():
        (folder / "second" / f"{name}.j2").write_bytes(text.encode())
    return Templates([folder / "first", folder / "second"])


def render(folder: Path, text: str, **values: object) -> str:
    return templates(folder, it=text).render("it", values, HERE).text


def mistake(found: Templates, name: str = "it", **values: object) -> Mistake:
    with pytest.raises(PlaybookError) as caught:
        found.render(name, values, HERE)
    assert len(caught.value.mistakes) == 1
    return caught.value.mistakes[0]


RENDERED = {
    "": "",
    "no markup\n\n": "no markup\n\n",
    "a {{ x }}\n": "a 1\n",
    "a\r\n{{ x }}\r\n": "a\n1\n",
    "{% if x %}\nyes\n{% endif %}\nend": "yes\nend",
    "{# remark #}\na": "a",
    "{{ t }} {{ n }}{{ h }}": "true <&>",
    "{{ who | default('me') }}": "me",
}


@pytest.mark.parametrize("text", RENDERED)
def test_renders(folder: Path, text: str) -> None:
    assert render(folder, text, x=1, t=True, n=None, h="<&>") == RENDERED[text]


def test_the_first_folder_goes_before(folder: Path) -> None:
    found = templates(folder, a="second", b="second")
    (folder / "first" / "a.j2").write_text("first")
    (folder / "first" / "plain.txt").write_text("plain")
    assert [found.render(name, {}, HERE) for name in ("a", "a.j2", "b", "plain.txt")] == [
        Text("first"),
        Text("first"),
        Text("second"),
        Text("plain"),
    ]
    assert found.names() == ("a", "b")


def test_digests_tell_every_text_that_was_used(folder: Path) -> None:
    found = templates(folder, a='{% include "b" %}', b="x", c="y")
    found.render("a", {}, HERE)
    before = found.digests
    assert list(before) == ["a", "b"]
    again = templates(folder, b="z")
    again.render("a", {}, HERE)
    assert before["a"] == again.digests["a"]
    assert before["b"] != again.digests["b"]


ERRORS = {
    "a\n{{ whoo }}": ("the variable whoo is not defined", 2, 1, "{{ whoo }}", 'did you mean "who"?'),
    "a\n\n  {% else %}": ("this is not Jinja2: Encountered unknown tag 'else'.", 3, 3, "  {% else %}", ""),
    "{{ who.x }}": ("this is not defined: 'str object' has no attribute 'x'", 1, 1, "{{ who.x }}", ""),
    "\n{{ 1 / 0 }}": ("the expression cannot be worked out: division by zero", 2, 1, "{{ 1 / 0 }}", ""),
    '{% include "it" %}': ("this has no end: does a template include itself?", 1, 1, '{% include "it" %}', ""),
    "{{ range(10 ** 9) | list }}": (
        "the expression cannot be worked out: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
        1, 1, "{{ range(10 ** 9) | list }}", "",
    ),
    "{{ who.__class__.__mro__ }}": (
        "the expression cannot be worked out: access to attribute '__class__' of 'str' object is unsafe.",
        1, 1, "{{ who.__class__.__mro__ }}", "",
    ),
    '\n{% include "no" %}': ("there is no template no", 2, 1, '{% include "no" %}', ""),
    "{% for i in [1] %}\n{{ i.x.y }}\n{% endfor %}": (
        "this is not defined: 'int object' has no attribute 'x'", 2, 1, "{{ i.x.y }}", ""
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", ERRORS)
def test_an_error_names_template_and_line(folder: Path, text: str) -> None:
    found = mistake(templates(folder, it=text), who="me")
    path = str(folder / "second" / "it.j2")
    assert found.source.path == path
    assert (found.summary, found.source.line, found.source.column, found.line, found.hint) == ERRORS[text]


def test_an_error_in_an_included_template_is_told_there(folder: Path) -> None:
    found = mistake(templates(folder, it='{% include "part" %}', part="\n\n{{ nope }}"))
    assert found.source == Source(str(folder / "second" / "part.j2"), 3, 1)


def test_a_missing_template_is_told_where_it_is_asked_for(folder: Path) -> None:
    found = mistake(templates(folder, vimrc=""), "vimcr")
    assert (found.summary, found.source, found.hint) == ("there is no template vimcr", HERE, 'did you mean "vimrc"?')
    assert mistake(templates(folder), "x\0y").source == HERE


def test_a_template_that_is_no_text(folder: Path) -> None:
    (folder / "first" / "it.j2").write_bytes(b"ab\xff")
    assert mistake(templates(folder)).summary.endswith("it.j2 is not UTF-8 text: byte 2")


def test_lone_expressions() -> None:
    assert lone_expression("{{ x }}") == "x"
    assert lone_expression("{{ x | default('a') }}") == "x | default('a')"
    for text in ("{{ x }}y", "{{ x }}{{ y }}", "{{- x -}}", " {{ x }}", "{{ x }}\n", "x"):
        assert lone_expression(text) is None


def test_expressions() -> None:
    assert evaluate("a + 1", {"a": 2}) == 3
    assert evaluate("[1, 2] | map('string')", {}) == ["1", "2"]
    assert render_text("{{ a }}{% raw %}{{ b }}{% endraw %}", {"a": 1}) == "1{{ b }}"
    assert names_in("a.b > c and range(3)") == ("a", "c")
    for wrong in ("a b", "a }} {{ b", "(", ""):
        with pytest.raises(Fault):
            names_in(wrong)
    with pytest.raises(Fault, match="the variable b is not defined"):
        evaluate("b", {"a": 1})


def test_packaged_folders_are_there() -> None:
    assert packaged("templates").is_dir()
    assert packaged("playbooks").is_dir()


def test_jinja2_is_imported_only_when_a_text_needs_it(tmp_path: Path) -> None:
    (tmp_path / "p.yml").write_text("- file: {path: ~/x, template: t}\n- file: {path: ~/y, content: hello}\n")
    (tmp_path / "t.j2").write_text("no expression")
    code = (
        "import sys; from provisioner.playbook import entries; entries.load(sys.argv[1]);"
        "print({'jinja2', 'paramiko', 'fabric', 'difflib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "p.yml"], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
