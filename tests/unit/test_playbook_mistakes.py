"""Every mistake of a playbook, with its place and what to do; all of them at once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.errors import Mistake, PlaybookError
from provisioner.model import Source
from provisioner.playbook import entries
from tests.unit.playbook_kinds import mistakes, only_fake_kinds, read, told

DATA = Path(__file__).parent / "data"
EMPTY = "the playbook is empty (write an entry: - mirror: tuna)"
ENTRY = "an entry is a mapping with one task or resource (write - mirror: tuna)"


@pytest.fixture(autouse=True)
def fakes() -> Iterator[None]:
    with only_fake_kinds():
        yield


CASES = {
    "": [f"1:1 {EMPTY}"],
    "# nothing": [f"1:1 {EMPTY}"],
    "[]": [f"1:1 {EMPTY}"],
    "mirror: tuna": ["1:1 a playbook is a list, not a mapping (begin each entry with a dash and a space: - mirror:)"],
    '{"format": "hello-termux plan", "changes": []}': ["1:1 this is a saved plan (hello-termux apply carries it out)"],
    "-mirror: tuna": ["1:1 a playbook is a list, not a mapping (begin each entry with a dash and a space: - mirror:)"],
    "- packages:[git]": ["1:3 an entry is a mapping with one task or resource (write - packages: [git])"],
    "- packages [git]": ["1:3 an entry is a mapping with one task or resource (write - packages: [git])"],
    "hello": ["1:1 a playbook is a list, not a text (write an entry: - mirror: tuna)"],
    "- mirror": ["1:3 an entry is a mapping with one task or resource (write - mirror: ...)"],
    "- 3\n- [a]\n- {}": [f"1:3 {ENTRY}", f"2:3 {ENTRY}", f"3:3 {ENTRY}"],
    "- mirrr: a": ['1:3 there is no task or resource mirrr (did you mean "mirror"?)'],
    "- zzz: a": ["1:3 there is no task or resource zzz (it may be mirror, packages, vim, file, when, vars, secrets)"],
    "- mirror: a\n  packages: [b]": [
        "2:3 packages stands in one entry with mirror (begin an entry of its own: - packages: ...)"
    ],
    "- when: true": ["1:3 this entry has no task or resource (it may be mirror, packages, vim, file)"],
    "- file:\n  path: ~/x": ["2:3 path belongs to file (indent it more than file:)"],
    "- vim: {encodin: utf-8}": ['1:9 vim has no key encodin (did you mean "encoding"?)'],
    "- vim: {encoding: utf8}": ['1:19 vim.encoding takes one of utf-8, latin1, not "utf8" (did you mean "utf-8"?)'],
    "- packages: go": ['1:13 packages takes a list of texts, not "go" (write [go])'],
    "- packages: go git": ['1:13 packages takes a list of texts, not "go git" (write [go, git])'],
    "- packages: go, git": ['1:13 packages takes a list of texts, not "go, git" (write [go, git])'],
    "- packages:": ["1:12 packages needs the key names (their names)"],
    "- packages: [a, ]\n- packages: {}": ["2:13 packages needs the key names (their names)"],
    "- mirror: [a]": ["1:11 mirror takes a text, not a list"],
    "- mirror: {name: {a: b}}": ["1:18 mirror.name takes a text, not a mapping"],
    "- mirror: {name: }": ['1:18 mirror.name takes a text, not nothing (write "" for an empty text)'],
    "- vim: {width: wide, zoom: 1.x, wrap: maybe, when: later}": [
        '1:16 vim.width takes a whole number, not "wide"',
        '1:28 vim.zoom takes a number, not "1.x"',
        '1:39 vim.wrap takes true or false, not "maybe"',
        '1:52 vim.when takes missing or true or false, not "later"',
    ],
    "- vim: {width: 08}": ['1:16 vim.width takes a whole number, not "08"'],
    "- vim: {env: [a], plugins: [[a], {}, {url: u, deep: 3}]}": [
        "1:14 vim.env takes a mapping of names to texts, not a list",
        "1:29 vim.plugins[0] takes a text or a mapping (url, version, depth), not a list",
        "1:34 vim.plugins[1] needs the key url",
        '1:47 vim.plugins[2] has no key deep (did you mean "depth"?)',
    ],
    "- vim: {body: x}": ["1:9 vim has no key body (it takes encoding, plugins, env, wrap, width, zoom, when)"],
    "- file: {path: /etc/passwd}": [
        "1:16 file.path: /etc/passwd is outside the home (~) and the prefix ($PREFIX), all that Termux can write"
    ],
    "- file: {path: x, links: [~/../..]}": [
        "1:16 file.path: x is relative: write ~/... or $PREFIX/...",
        "1:27 file.links[0]: ~/../.. leads out of ~",
    ],
    "- file: {path: ~, content: forbidden}": ["1:9 file: this content is forbidden"],
    "- file: {path: ~, links: [~, ~, ~]}": ["1:9 file: more than two links"],
    "- mirror: a\n  mirror: b": ["2:3 mirror is given twice; the first is in line 1 (remove one of them)"],
    "- vim: {env: {A: 1, A: 2}}": ["1:21 A is given twice; the first is in line 1 (remove one of them)"],
    "- mirror: '{{ nam }}'\n- vars: {name: x}": ['1:11 the variable nam is not defined (did you mean "name"?)'],
    "- mirror: '{{ x }}'": ["1:11 the variable x is not defined (define it: vars: {x: ...} or --set x=...)"],
    "- mirror: '{{ arch }}'": [
        "1:11 the variable arch is not defined (arch is known only once the phone has answered: use it in when:)"
    ],
    "- vars: {a: '{{ b }}', b: x}\n- mirror: '{{ a }}'": [
        "1:13 the variable b is not defined (b is set further down: set it first)"
    ],
    "- mirror: {{ x }}": ['1:12 a key must be one word (put a value that begins with {{ in quotes: "{{ name }}")'],
    "- mirror: '{{ 1/0 }}'": ["1:11 the expression cannot be worked out: division by zero"],
    "- vars: {m: {a: 1}}\n- mirror: '{{ m.b }}'": ["2:11 this is not defined: 'dict object' has no attribute 'b'"],
    "- file:\n    path: ~\n    content: |\n      a\n      b {{ c }}\n": [
        "5:1 the variable c is not defined (define it: vars: {c: ...} or --set c=...)"
    ],
    "- vars: {m: [1]}\n- mirror: {name: '{{ m }}'}": ["2:18 mirror.name takes a text, not a list"],
    "- vars: [a]": ["1:9 vars takes a mapping (write vars: {name: value})"],
    "- vars: {1a: x, arch: y, z: no}\n- mirror: '{{ z }}'": [
        "1:10 1a is not a name (letters, digits and _ make a name)",
        "1:17 arch is told by the phone itself (choose another name)",
        '1:29 no can be read in two ways: write false, or "no" in quotes for the word',
    ],
    "- vars: {a: b}\n  when: true": ["2:3 when cannot stand beside vars (begin an entry of its own with a dash)"],
    "- mirror: a\n  when: [a]": ['2:9 when takes an expression (write when: arch == "aarch64")'],
    "- mirror: a\n  when: arch = 'arm'": [
        "2:9 when: this is not Jinja2: more stands here than one expression "
        "(two are the same if ==: one = sets a variable)"
    ],
    "- mirror: a\n  when: arch == arm": ['2:9 when: the variable arm is not defined (a text stands in quotes: "arm")'],
    "- secrets: {a: {env: PATH}}\n- vars: {a: x}": ["2:10 a is a secret already (choose another name)"],
    "- mirror: a\n  when: arh == 'arm'": ['2:9 when: the variable arh is not defined (did you mean "arch"?)'],
    "- mirror: a\n---\n- mirrr: b": ["2:1 a second document begins here (a playbook is one list: remove the line ---)"],
    "- mirror: !!str a": ["1:11 !!str has no meaning here (remove the word that begins with !)"],
    "- mirror: *x": ["1:11 *x stands for nothing above (put a text that begins with * in quotes)"],
    "- mirror: &x [*x]": ["1:11 mirror takes a text, not a list", "1:15 *x would hold itself"],
    "- mirror: {<<: {name: a}}": ["1:12 mirror has no key << (merging (<<) is not supported: write the keys out)"],
    "- mirror:\n\tname: x": ["2:1 a tab is used to indent (YAML is indented with spaces only)"],
    "- mirror: a: b": [
        "1:12 this is not YAML: mapping values are not allowed in this context "
        "(put a text that holds a colon in quotes, or check the indentation)"
    ],
    "- mirror: 'a": [
        "1:11 this is not YAML: found unexpected end of stream (while scanning a quoted scalar) "
        "(check the indentation, quotes and brackets here and in the lines above)"
    ],
    "- mirror: a\x07": ["1:12 the character U+0007 is not allowed in YAML (remove it)"],
    '- "\\e[31m": a': [
        "1:3 there is no task or resource \\x1b[31m (it may be mirror, packages, vim, file, when, vars, secrets)"
    ],
}


@pytest.mark.parametrize("text", CASES)
def test_mistake(text: str) -> None:
    assert told(text) == CASES[text]


def test_all_at_once_in_the_order_of_the_text() -> None:
    text = (DATA / "many_mistakes.yml").read_text()
    assert "\n".join(told(text)) + "\n" == (DATA / "many_mistakes.txt").read_text()


def test_a_mistake_shows_its_line() -> None:
    found = mistakes("- mirror: a\r\n- mirrr: b # here\r\n")[0]
    assert (found.line, found.source) == ("- mirrr: b # here", Source("play.yml", 2, 3))


def test_templates_are_checked(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "good.j2").write_text("{{ x }}")
    (tmp_path / "bad.j2").write_text("one\n{{ y }}\n")
    text = "".join(f"- file: {{path: ~/x, template: {name}}}\n" for name in ("good.j2", "god", "bad"))
    missing, broken = mistakes(text, tmp_path, x=1)
    assert missing.summary == "there is no template god"
    assert (missing.source.line, missing.source.column, missing.hint) == (2, 31, 'did you mean "good"?')
    assert broken.summary == "the variable y is not defined"
    assert (broken.source, broken.line) == (Source(str(tmp_path / "bad.j2"), 2, 1), "{{ y }}")


def refused(path: Path | str) -> Mistake:
    with pytest.raises(PlaybookError) as caught:
        entries.load(path)
    return caught.value.mistakes[0]


FILES = {
    b"- mirror: \xff": "this is not UTF-8 text: byte 10 is 0xff",
    b"\xef\xbb\xbf- \xe4\xb8": "this is not UTF-8 text: byte 5 is 0xe4",
    b"\x7fELF\x00": "this is a binary file: byte 4 is NUL",
    "- mirror: a".encode("utf-16"): "this text is UTF-16: byte 0",
    b"- mirror: a\n" * 900_000: "this file is larger than 1 MB, which no playbook is",
}


@pytest.mark.parametrize("data", FILES, ids=FILES.values())
def test_files_that_are_no_playbooks(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    path.write_bytes(data)
    before = time.monotonic()
    found = refused(path)
    assert (found.summary, found.source) == (FILES[data], Source(str(path)))
    assert time.monotonic() - before < 0.5


def test_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path).summary == "this is a directory, not a playbook"
    assert refused(tmp_path / "x.yml").summary == f"there is no playbook {tmp_path / 'x.yml'}"
    assert refused("a\0b").summary == "there is no playbook a\0b"
    assert refused("").source.line == 0


def test_a_link_to_no_file_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "a.yml").symlink_to("gone.yml")
    assert refused(tmp_path / "a.yml").summary.endswith("a.yml is a link to gone.yml, which is not there")
    (tmp_path / "b.yml").symlink_to("b.yml")
    assert refused(tmp_path / "b.yml").summary.endswith("b.yml is a link to b.yml, which is not there")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "p.yml"
    path.touch(mode=0)
    assert refused(path).summary == "this playbook cannot be read: Permission denied"


BOMBS = {
    "brackets": "[" * 500_000,
    "dashes": "- " * 400_000,
    "aliases": "- &a0 [x,x,x,x,x,x,x,x]\n" + "".join(f"- &a{n} [{f'*a{n - 1},' * 8}]\n" for n in range(1, 30)),
    "aliases of an expression": "- vars: {a: &a '{{ 1 }}'}\n- packages: [" + "*a," * 50_000 + "]",
    "values": "- mirror: x\n" * 80_000,
    "mistakes": "- mirrr: x\n" * 20_000,
    "undefined": "- packages: [" + "'{{ a }}'," * 30_000 + "]",
    "parentheses": "- mirror: a\n  when: " + "(" * 400_000,
    "long words": "- mirrr" + "x" * 900_000 + ":",
    "climbing": "- file: {path: ~/" + "../" * 300_000 + "}",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_do_no_harm(text: str) -> None:
    before = time.process_time()
    try:
        read(text)
    except PlaybookError as error:
        assert len(error.mistakes) <= 1000
        assert all(len(each.summary) < 400 for each in error.mistakes)
    assert time.process_time() - before < 3


WORDS = """- |mirror|packages|file|vim|path|vars|when|: |  |[|]|{|}|, |'|{{ x }}|{% if %}|&a |*a|>|#|~|no|1.5|"|!!str |
? |<<|%|encoding|plugins|url|中|arch|=="""
PIECES = (*WORDS.replace("\n", "").split("|"), "|", "\n", "\n- ", "\t", "---\n", "\x00", "\ufeff", "\u2028")


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join)))
def test_any_text_is_a_playbook_or_has_mistakes(text: str) -> None:
    try:
        found = read(text)
    except PlaybookError as error:
        assert error.mistakes
        assert all(each.summary and each.source.path for each in error.mistakes)
    else:
        assert found.entries or "vars" in text


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_any_file_is_a_playbook_or_has_mistakes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yml"
    path.write_bytes(data)
    with pytest.raises(PlaybookError):
        entries.load(path)
