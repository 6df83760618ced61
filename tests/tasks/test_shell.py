"""``shell``: its proofs, run with this machine's zsh in a terminal that script(1) makes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import left, program, proofs_of, run, task_of

THEMED = """omz() { :; }
ZSH_THEME=robbyrussell
plugins=(git golang)
setopt prompt_subst
PROMPT='%{$(print "\\e[32m")%}➜%{$(print "\\e[0m")%}  %~ '
"""
needs_zsh = pytest.mark.skipif(not (shutil.which("zsh") and shutil.which("script")), reason="needs zsh and script")


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    phone = TempPhone(tmp_path / "phone")
    phone.put({"~/.zshrc": THEMED, "~/.zshenv": "export LC_ALL=C.UTF-8\n"})
    return phone


def proved(phone: TempPhone, name: str, yaml: str = "- shell: {}", bin: Path = Path("/none")) -> tuple[int, str]:
    proofs = {proof.name: proof for proof in proofs_of(task_of(yaml))}
    return run(proofs[name], phone, bin)


@needs_zsh
def test_the_prompt_is_seen_in_a_terminal_and_nothing_is_written(phone: TempPhone) -> None:
    before = phone.tree()
    rc, text = proved(phone, "zsh's first prompt")
    assert rc == 0, text
    assert text.startswith("➜  ~ (robbyrussell), plugins git golang; it starts in ") and text.endswith(" ms")
    assert phone.tree() == before and not left(phone)


@needs_zsh
@pytest.mark.parametrize(
    ("zshrc", "says"),
    [
        (THEMED + "nosuchcommand\n", "before the prompt it says: "),
        (THEMED + "print 'zsh compinit: insecure directories'\n", "insecure directories"),
        (THEMED.replace("omz() { :; }", "print no >&2"), "oh-my-zsh does not load: no"),
        ("exit 3\n", "zsh does not come through its own files (exit status 3)"),
    ],
)
def test_what_spoils_the_first_screen_is_told(phone: TempPhone, zshrc: str, says: str) -> None:
    phone.path("~/.zshrc").write_text(zshrc)
    rc, text = proved(phone, "zsh's first prompt")
    assert rc == 1 and says in text


@needs_zsh
def test_a_theme_of_ones_own_is_no_fault(phone: TempPhone) -> None:
    assert (
        "(robbyrussell, which your own .zshrc sets)" in proved(phone, "zsh's first prompt", "- shell: {theme: bira}")[1]
    )
    phone.path("~/.zshrc").write_text("PROMPT='mine> '\n")
    rc, text = proved(phone, "zsh's first prompt", "- shell: {framework: none}")
    assert rc == 0 and text.startswith("mine> ") and "no plugins" in text


@needs_zsh
def test_a_chinese_name_is_listed_as_itself_unless_the_locale_is_spoilt(phone: TempPhone) -> None:
    assert proved(phone, "a Chinese file name") == (0, "ls and zsh list 中文文件.txt")
    phone.path("~/.zshenv").write_text("export LC_ALL=C\n")
    rc, text = proved(phone, "a Chinese file name")
    assert rc == 1 and "is LANG or LC_ALL set by a file of yours?" in text


def test_a_zsh_that_does_not_run_is_told(phone: TempPhone, tmp_path: Path) -> None:
    program(tmp_path / "bin", "zsh", "echo CANNOT LINK EXECUTABLE >&2; exit 1")
    rc, text = proved(phone, "zsh's first prompt", bin=tmp_path / "bin")
    assert rc == 1 and "CANNOT LINK EXECUTABLE" in text
