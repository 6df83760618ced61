"""A good playbook becomes the dataclasses that it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.errors import PlaybookError
from provisioner.model import Source
from provisioner.playbook import entries
from provisioner.playbook import file as playbook_file
from provisioner.remote_path import RemotePath
from tests.unit.playbook_kinds import File, Mirror, Packages, Plugin, Vim, only_fake_kinds, read, values

HOME = RemotePath("~", "")


@pytest.fixture(autouse=True)
def fakes() -> Iterator[None]:
    with only_fake_kinds():
        yield


GOOD = {
    "a bare word sets the shorthand": ("- mirror: bfsu", Mirror("bfsu")),
    "a bare list sets the shorthand": ("- packages: [go, git]", Packages(("go", "git"))),
    "a mapping sets keys": ("- mirror: {name: bfsu, urls: [a]}", Mirror("bfsu", ("a",))),
    "nothing means all defaults": ("- mirror:", Mirror()),
    "an empty mapping means all defaults": ("- mirror: {}", Mirror()),
    "a text is taken as written": (
        "- packages: [no, 1.10, 2024-01-01, 0644, 'x: y']",
        Packages(("no", "1.10", "2024-01-01", "0644", "x: y")),
    ),
    "a list of texts or mappings": (
        "- vim: {plugins: [go, {url: u, version: 1.0, depth: 3}]}",
        Vim(plugins=("go", Plugin("u", "1.0", 3))),
    ),
    "truth values": ("- vim: {wrap: Yes, when: no}", Vim(wrap=True, when=False)),
    "a word or a truth value": ("- vim: {when: missing}", Vim(when="missing")),
    "numbers": ("- vim: {width: 80, zoom: 1.5e2}", Vim(width=80, zoom=150.0)),
    "quoted numbers": ("- vim: {width: '80'}", Vim(width=80)),
    "null": ("- vim: {width: null}", Vim(width=None)),
    "a mapping of texts": ("- vim: {env: {A: on, 'B b': 007}}", Vim(env={"A": "on", "B b": "007"})),
    "a path": ("- file: {path: $PREFIX/etc/x}", File(RemotePath("$PREFIX", "etc/x"))),
    "the home": ("- file: {path: ~, spare: ~, links: [~]}", File(HOME, spare=HOME, links=(HOME,))),
    "no path": ("- file: {path: ~/x, spare: }", File(RemotePath("~", "x"))),
    "a text in lines": ("- file:\n    path: ~\n    content: |\n      a\n      b\n", File(HOME, "a\nb\n")),
    "an empty text": ("- file: {path: ~, content: ''}", File(HOME, "")),
    "a quoted null is a text": ("- file: {path: ~, content: 'null'}", File(HOME, "null")),
    "CRLF": ("- mirror: bfsu\r\n- mirror: tuna\r\n", Mirror("bfsu")),
    "an alias": ("- packages: &all [a]\n- packages: *all\n", Packages(("a",))),
    "Chinese": ("- packages: [中文]", Packages(("中文",))),
}


@pytest.mark.parametrize("text, value", GOOD.values(), ids=GOOD.keys())
def test_reads(text: str, value: object) -> None:
    assert values(text)[0] == value


def test_entries_know_their_place() -> None:
    entries = read("# hello\n- mirror: a\n\n-   packages: [b]\n").entries
    assert [(entry.kind, entry.source) for entry in entries] == [
        ("mirror", Source("play.yml", 2, 3)),
        ("packages", Source("play.yml", 4, 5)),
    ]


VARIABLES = {
    "in a text": ("- vars: {n: 3}\n- mirror: 'm-{{ n }}'", Mirror("m-3")),
    "defined further down": ("- mirror: '{{ n }}'\n- vars: {n: x}", Mirror("x")),
    "by a variable before it": ("- vars: {a: x, b: '{{ a }}y'}\n- mirror: '{{ b }}'", Mirror("xy")),
    "a number for a number": ("- vars: {n: 80}\n- vim: {width: '{{ n }}'}", Vim(width=80)),
    "a text for a number": ("- vars: {n: '80'}\n- vim: {width: '{{ n }}'}", Vim(width=80)),
    "a truth value": ("- vars: {n: true}\n- vim: {wrap: '{{ n }}', when: '{{ n }}'}", Vim(wrap=True, when=True)),
    "the opposite": ("- vars: {n: true}\n- vim: {wrap: '{{ not n }}'}", Vim(wrap=False)),
    "a list": ("- vars: {l: [a, b]}\n- packages: '{{ l + [\"c\"] }}'", Packages(("a", "b", "c"))),
    "a lazy list": ("- vars: {l: [a, b]}\n- packages: '{{ l | map(\"upper\") }}'", Packages(("A", "B"))),
    "a mapping": ("- vars: {m: {A: 1}}\n- vim: {env: '{{ m }}'}", Vim(env={"A": "1"})),
    "null": ("- vars: {n: null}\n- vim: {width: '{{ n }}'}", Vim()),
    "as it is written": ("- vars: {v: 1.10}\n- mirror: '{{ v }}'", Mirror("1.10")),
    "a truth value in a text": ("- vars: {v: true}\n- mirror: 'x={{ v }}'", Mirror("x=true")),
    "only once": (
        "- vars: {v: \"{{ '{{' }} x }}\"}\n- vim: {plugins: ['{{ v }}'], env: {A: '{{ v }}'}}",
        Vim(plugins=("{{ x }}",), env={"A": "{{ x }}"}),
    ),
}


@pytest.mark.parametrize("text, value", VARIABLES.values(), ids=VARIABLES.keys())
def test_variables(text: str, value: object) -> None:
    assert values(text)[0] == value


def test_precedence_of_variables() -> None:
    text = "- vars: {a: play, b: play, c: play, d: '{{ a }}'}\n- packages: ['{{ a }}{{ b }}{{ c }}{{ d }}']"
    found = entries.read(text, Path("p.yml"), {"b": "host", "c": "host"}, {"c": "set", "a": "set"})
    assert found.entries[0].value == Packages(("sethostsetset",))
    assert found.vars == {"a": "set", "b": "host", "c": "set", "d": "set"}


def test_digest_tells_text_and_variables() -> None:
    texts = ["- mirror: a", "- mirror: b"]
    assert len({read(text, x=x).digest for text in texts for x in (1, 2)}) == 4
    assert read(texts[0], x=1).digest == read(texts[0], x=1).digest


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    path.write_bytes(b"\xef\xbb\xbf- mirror: a\r\n")
    assert entries.load(path).entries[0].source.column == 3


def test_without_a_name_it_is_the_one_of_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert playbook_file.resolve(None).name == "go-dev.yml"
    (tmp_path / "playbook.yml").write_text("- mirror: here")
    assert entries.load().entries[0].value == Mirror("here")


def test_packaged_names_and_what_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playbook_file, "packaged", lambda folder: tmp_path / folder)
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "go-dev.yml").write_text("- mirror: packaged")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yml").write_text("- mirror: mine")
    assert playbook_file.names() == ("go-dev",)
    assert entries.load("go-dev").entries[0].value == Mirror("packaged")
    assert entries.load("mine.yml").entries[0].value == Mirror("mine")
    for wrong, right in {
        "go-dve": "go-dev",
        "mine": "mine.yml",
        "go-dev.yml": "go-dev",
        "mien.yml": "mine.yml",
    }.items():
        with pytest.raises(PlaybookError, match=f"there is no playbook {wrong}") as caught:
            entries.load(wrong)
        assert caught.value.mistakes[0].hint == f'did you mean "{right}"?'


def test_a_thousand_files_take_little_time() -> None:
    text = "".join(f"- file: {{path: ~/{n}, content: 'x {n}'}}\n" for n in range(1000))
    assert len(read(text).entries) == 1000
