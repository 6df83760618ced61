"""What the pages say is so: commands parse, links lead somewhere, the two languages keep step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from provisioner import app
from provisioner.commands.exit_codes import MEANINGS
from provisioner.commands.parse import CommandLine
from provisioner.playbook import entries
from tests.docs.pages import CHINESE, ENGLISH, PAGES, TOP, blocks, commands, headings, links, name, read, without_code

TAKES_PLAYBOOK = ("plan", "apply", "verify", "rehearse", "lint")
STANDS_FOR_MORE = {"COMMAND", "FILE", "NAME", "WHAT", "ADDRESS", "PLAYBOOK", "..."}

every_page = pytest.mark.parametrize("page", PAGES, ids=name)


@every_page
def test_every_command_parses(page: Path) -> None:
    for words in commands(page):
        line = CommandLine()
        line.feed([word for word in words if word not in STANDS_FOR_MORE])
        assert line.command or line.asks("help") or "COMMAND" in words, words


@every_page
def test_playbooks_that_are_named_are_packaged(page: Path) -> None:
    packaged = {path.stem for path in (TOP / "playbooks").glob("*.yml")}
    for words in commands(page):
        line = CommandLine()
        line.feed([word for word in words if word not in STANDS_FOR_MORE])
        if line.command and line.command.name in TAKES_PLAYBOOK:
            assert {word for word in line.words if "." not in word} <= packaged, words


@every_page
def test_every_template_that_is_shown_is_there(page: Path) -> None:
    for words in commands(page):
        if words[:1] == ["show"] and len(words) > 1:
            assert app.show(words[1], playbook="go-dev"), words


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        assert (page.parent / link.partition("#")[0]).exists(), link


@every_page
def test_make_targets_are_there(page: Path) -> None:
    targets = re.findall(r"^([a-z]+):", read(TOP / "Makefile"), re.MULTILINE)
    shell = "".join(code.text for code in blocks(page, "sh"))
    for target in re.findall(r"^make ([a-z]+)", shell, re.MULTILINE):
        assert target in targets


@pytest.mark.parametrize("page", [ENGLISH, CHINESE, TOP / "docs/playbook.md"], ids=name)
def test_every_playbook_on_a_page_is_one(page: Path, tmp_path: Path) -> None:
    (tmp_path / "gitconfig.j2").write_text("[user]\n")
    for code in blocks(page, "yaml"):
        path = tmp_path / "playbook.yml"
        path.write_text(code.text.replace(" ...", " []"), encoding="utf-8")
        assert entries.load(str(path)).entries


def test_the_playbook_of_the_readme_has_no_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "playbook.yml"
    path.write_text(blocks(ENGLISH, "yaml")[0].text, encoding="utf-8")
    assert app.lint([str(path)]) == []


def test_the_exit_codes_are_the_programs() -> None:
    rows = re.findall(r"^\| (\d) \| (.+) \|$", read(ENGLISH), re.MULTILINE)
    assert rows == [(str(int(code)), text) for code, text in MEANINGS.items()]
    chinese = re.findall(r"^\| (\d) \| .+ \|$", read(CHINESE), re.MULTILINE)
    assert chinese == [code for code, _ in rows]


def test_the_two_languages_have_the_same_sections() -> None:
    assert headings(CHINESE) == headings(ENGLISH)


def test_the_two_languages_have_the_same_code_but_for_comments() -> None:
    def bare(page: Path) -> list[str]:
        return [re.sub(r" *# .*", "", code.text) for code in blocks(page)]

    assert bare(CHINESE) == bare(ENGLISH)


def test_the_two_languages_have_the_same_links_and_numbers() -> None:
    assert [link for link in links(CHINESE) if "README" not in link] == [
        link for link in links(ENGLISH) if "README" not in link
    ]
    rows = [len(re.findall(r"^\|", without_code(page), re.MULTILINE)) for page in (ENGLISH, CHINESE)]
    assert rows[0] == rows[1]


def test_the_picture_is_of_this_program() -> None:
    picture = re.sub(r"<[^>]+>", "", read(TOP / "docs/rehearse.svg")).replace("&#160;", " ")
    for words in ("No changes.", "Done:", "Proofs:", "hello-termux -H rehearsal plan", "Welcome to this website!"):
        assert words in picture
    assert "http://" not in read(TOP / "docs/rehearse.svg").replace("http://www.w3.org/2000/svg", "")
