"""``vim``: its vimrc in the file that Vim reads, its plugins, and the proof run with this machine's Vim."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from provisioner.errors import PlaybookError
from provisioner.facts import Facts
from provisioner.facts.git import GitFact, GitState
from provisioner.facts.paths import PathFact, PathState
from provisioner.rehearsal.host import FILES as REHEARSAL
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared
from provisioner.resources.first_file import BlockInFirst
from provisioner.resources.git_repo import GitRepo
from provisioner.resources.helptags import HelpTags
from provisioner.tasks.vim import Vim
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import context_for, program, proofs_of, run, task_of

needs_vim = pytest.mark.skipif(shutil.which("vim") is None, reason="needs vim")
FAKE_PLUGIN = {
    "~/.vim/pack/plugins/start/vim-go/ftplugin/go.vim": "command! -nargs=* GoBuild echo 1\n",
    "~/.vim/pack/plugins/start/vim-go/doc/vim-go.txt": "*vim-go.txt* a plugin\n\n*:GoBuild* builds\n",
}


def vim(yaml: str = "- vim: {}") -> Vim:
    task = task_of(yaml)
    assert isinstance(task, Vim)
    return task


def declared(task: Vim) -> list[Declared]:
    return list(task.resources(context_for()))


def vimrc(task: Vim) -> str:
    block = next(item.resource for item in declared(task) if item.id.kind == "block")
    assert isinstance(block, BlockInFirst)
    return block.body.text


def test_the_vimrc_reads_chinese_and_lets_gopls_work() -> None:
    lines = vimrc(vim()).splitlines()
    assert "set encoding=utf-8" in lines
    assert "set fileencodings=ucs-bom,utf-8,gb18030,latin1" in lines
    assert 'let g:go_fmt_command = "gopls"' in lines
    assert not [line for line in lines if "leader" in line]


def test_without_vim_go_there_is_nothing_about_it() -> None:
    assert "go" not in vimrc(vim("- vim: {plugins: []}"))
    assert not [item for item in declared(vim("- vim: {plugins: []}")) if item.id.kind in ("git_repo", "helptags")]


def test_a_plugin_is_named_in_three_ways() -> None:
    other = "{name: x, url: ['https://example.org/x.git'], version: v1}"
    task = vim(f"- vim: {{plugins: [vim-go, tpope/vim-surround, {other}]}}")
    clones = [item.resource for item in declared(task) if isinstance(item.resource, GitRepo)]
    assert [(clone.path.name, clone.url[0], clone.version) for clone in clones] == [
        ("vim-go", "https://github.com/fatih/vim-go.git", "v1.29"),
        ("vim-surround", "https://github.com/tpope/vim-surround.git", ""),
        ("x", "https://example.org/x.git", "v1"),
    ]


def test_of_a_known_plugin_only_the_address_may_be_another() -> None:
    task = vim("- vim: {plugins: [{name: vim-go, url: ['https://gitee.example/vim-go.git']}]}")
    clone = next(item.resource for item in declared(task) if isinstance(item.resource, GitRepo))
    assert (clone.url, clone.version) == (("https://gitee.example/vim-go.git",), "v1.29")


@pytest.mark.parametrize(
    "options",
    [
        "encoding: 'utf-8 | qa'",
        "fileencodings: ['a b']",
        "leader: ab",
        "leader: '\"'",
        "plugins: [nosuch]",
        "plugins: [vim-go, vim-go]",
        "plugins: [{name: ../x, url: ['https://example.org']}]",
        "plugins: [{name: x}]",
        "plugins: [{name: x, url: ['-oops']}]",
    ],
)
def test_mistakes_are_found(options: str) -> None:
    with pytest.raises(PlaybookError):
        vim(f"- vim: {{{options}}}")


@pytest.mark.parametrize(
    ("before", "read"),
    [
        ({}, "~/.vimrc"),
        ({"~/.vimrc": "set nu\n"}, "~/.vimrc"),
        ({"~/.vim/vimrc": "set nu\n"}, "~/.vim/vimrc"),
        ({"~/.config/vim/vimrc": "set nu\n"}, "~/.config/vim/vimrc"),
        ({"~/.vim/vimrc": "set nu\n", "~/.config/vim/vimrc": "x\n"}, "~/.vim/vimrc"),
        ({"~/dots/vimrc": "set nu\n", "~/.vimrc": {"link": "~/dots/vimrc"}}, "~/.vimrc"),
    ],
)
def test_the_block_goes_into_the_file_that_vim_reads(tmp_path: Path, before: dict[str, object], read: str) -> None:
    phone = TempPhone(tmp_path)
    phone.put(before)
    block = [item for item in declared(vim()) if item.id.kind == "block"]
    assert str(block[0].id) == "block:~/.vimrc#vim"
    changes = phone.plan(block)
    assert (read in changes[0].reason) is (read != "~/.vimrc")
    _, after = phone.apply(block, changes)
    assert not [change for change in after if change.pending]
    text = phone.path(read).read_text()
    assert text.startswith('" >>> hello-termux vim >>>') and text.endswith("set nu\n" if before else "<<<\n")
    others = {"~/.vimrc", "~/.vim/vimrc", "~/.config/vim/vimrc"} - {read, *before}
    assert not [name for name in others if phone.path(name).exists()]


def test_help_is_indexed_anew_with_another_version() -> None:
    path = RemotePath("~", ".vim/pack/plugins/start/x")
    tags = HelpTags(path, "v2")
    there = PathState("file", "644", 9)

    def observed(clone: GitState | None, doc: bool, index: bool) -> object:
        answers = {
            GitFact(path): clone,
            PathFact(path / "doc"): PathState("directory", "755", 0) if doc else None,
            PathFact(path / "doc/tags"): there if index else None,
        }
        return tags.observed(Facts(answers))

    wanted = tags.desired(Facts())
    assert observed(GitState("abc", "v2"), doc=True, index=True) == wanted
    assert observed(GitState("abc", "v2"), doc=False, index=False) == wanted
    assert observed(GitState("v2"), doc=True, index=True) == wanted
    assert observed(GitState("abc", "v1"), doc=True, index=True) != wanted
    assert observed(GitState("abc", "v2"), doc=True, index=False) is None
    assert observed(None, doc=False, index=False) is None


# ---- with a Vim that runs


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    phone = TempPhone(tmp_path / "phone")
    phone.put(FAKE_PLUGIN)
    phone.put({"~/.vimrc": vimrc(vim("- vim: {leader: ','}"))})
    return phone


@needs_vim
def test_the_vimrc_is_without_mistakes(phone: TempPhone) -> None:
    command = ["vim", "-N", "-u", str(phone.path("~/.vimrc")), "-i", "NONE", "-n", "-es", "-c", "qa!"]
    done = subprocess.run(command, env={"HOME": str(phone.home)}, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def proved(phone: TempPhone, bin: Path, task: Vim, name: str = "vim has what it needs") -> tuple[int, str]:
    proofs = {proof.name: proof for proof in proofs_of(task)}
    return run(proofs[name], phone, bin)


@needs_vim
def test_the_proof_asks_the_running_vim(phone: TempPhone, tmp_path: Path) -> None:
    features = vim("- vim: {}")
    before = phone.tree()
    rc, text = proved(phone, tmp_path / "bin", features)
    if rc == 0:
        assert re.fullmatch(r"python3 lua utf-8 GoBuild, up in \d+ ms", text)
    else:  # this machine's Vim has no python3 or lua: what it has is said to be there by not being missing
        assert text.startswith("missing: ") and "GoBuild" not in text and "encoding" not in text
    assert phone.tree() == before


@needs_vim
def test_what_the_users_own_lines_undo_is_told(phone: TempPhone, tmp_path: Path) -> None:
    vimrc = phone.path("~/.vimrc")
    vimrc.write_text(vimrc.read_text() + "filetype plugin off\nset encoding=latin1\n")
    rc, text = proved(phone, tmp_path / "bin", vim())
    assert rc == 1
    assert "encoding" in text and "GoBuild" in text and "\n" not in text


def test_a_vim_without_python_is_told_what_helps(phone: TempPhone, tmp_path: Path) -> None:
    said = "python3=0\\nlua=1\\ndynamic=1\\nencoding=utf-8\\nGoBuild=1\\ngopls=\\n"
    program(tmp_path / "bin", "vim", f"printf '{said}' >\"$SEEN\"")
    rc, text = proved(phone, tmp_path / "bin", vim())
    assert rc == 1
    assert text.startswith("missing: python3. ") and "package python" in text


def test_an_older_gopls_that_goes_before_is_told(phone: TempPhone, tmp_path: Path) -> None:
    said = "python3=1\\nlua=1\\nencoding=utf-8\\nGoBuild=1\\ngopls=/home/go/bin/gopls\\n"
    program(tmp_path / "bin", "vim", f"printf '{said}' >\"$SEEN\"")
    assert proved(phone, tmp_path / "bin", vim()) == (
        0,
        "python3 lua utf-8 GoBuild (vim-go takes /home/go/bin/gopls)",
    )


def test_a_vim_that_hangs_or_dies_is_told(phone: TempPhone, tmp_path: Path) -> None:
    program(tmp_path / "bin", "vim", "echo CANNOT LINK EXECUTABLE; exit 1")
    rc, text = proved(phone, tmp_path / "bin", vim())
    assert rc == 1 and "CANNOT LINK EXECUTABLE" in text


@needs_vim
def test_chinese_text_is_read_right_and_saved_byte_for_byte(phone: TempPhone, tmp_path: Path) -> None:
    before = phone.tree()
    told = "read right and saved byte for byte without LANG: utf-8, gb18030"
    assert proved(phone, tmp_path / "bin", vim(), "Chinese text") == (0, told)
    assert phone.tree() == before
    only = vim("- vim: {fileencodings: [utf-8, latin1]}")
    assert proved(phone, tmp_path / "bin", only, "Chinese text")[1].endswith("LANG: utf-8")


@needs_vim
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("set fileencodings=utf-8,latin1", "gb18030.txt is not read right: as latin1 utf-8"),
        ("autocmd BufWritePre *.txt call setline(1, 'mine')", "utf-8.txt has changed by being opened and saved"),
    ],
)
def test_what_spoils_chinese_text_is_told(phone: TempPhone, tmp_path: Path, line: str, says: str) -> None:
    vimrc = phone.path("~/.vimrc")
    vimrc.write_text(vimrc.read_text() + line + "\n")
    assert proved(phone, tmp_path / "bin", vim(), "Chinese text") == (1, says)


needs_gopls = pytest.mark.skipif(
    not (shutil.which("vim") and shutil.which("gopls") and shutil.which("go")), reason="needs vim, go and gopls"
)


@needs_gopls
@pytest.mark.parametrize(
    ("line", "rc", "says"),
    [
        ("", 0, r"GoDef jumps \(.*\), Ctrl-X Ctrl-O completes .*, saving formats .*, GoBuild finds .* none .*"),
        ("let g:go_fmt_autosave = 0", 1, r"not as it should be: GoFmt: fmt.Println\( greeting\(  \) \)\. vim-go says:"),
    ],
)  # fmt: skip
def test_vim_go_is_seen_at_work(tmp_path: Path, line: str, rc: int, says: str) -> None:
    """With the small vim-go of the stand-in phone, which asks a real gopls."""
    phone = TempPhone(tmp_path / "phone")
    pack = phone.home / ".vim/pack/plugins/start"
    pack.mkdir(parents=True)
    shutil.copytree(REHEARSAL / "git/vim-go", pack / "vim-go")
    phone.put({"~/.vimrc": vimrc(vim()) + line + "\n", "~/.cache/hello-termux": {"folder": True}})
    before = phone.tree()
    code, text = proved(phone, tmp_path / "bin", vim(), "vim-go at work")
    assert code == rc and re.match(says, text), text
    assert {name for name in set(phone.tree()) - set(before) if "/go-build" not in name} == set()


@needs_vim
def test_snippets_are_proved_if_they_are_asked_for(phone: TempPhone, tmp_path: Path) -> None:
    assert "snippets" not in [proof.name for proof in proofs_of(vim())]
    task = vim("- vim: {plugins: [vim-go, SirVer/ultisnips]}")
    rc, text = proved(phone, tmp_path / "bin", task, "snippets")
    assert rc == 1 and "ff does not become fmt.Printf(...) but: \tff" in text
    fake = "function! UltiSnips#ExpandSnippet()\n  call setline('.', 'fmt.Printf(\"\")')\n  return ''\nendfunction\n"
    phone.put({"~/.vim/autoload/UltiSnips.vim": fake})
    assert proved(phone, tmp_path / "bin", task, "snippets") == (0, 'ff becomes fmt.Printf("")')


@needs_vim
def test_help_is_indexed(phone: TempPhone) -> None:
    tags = Declared(HelpTags(RemotePath("~", ".vim/pack/plugins/start/vim-go")))
    phone.put({"~/.vim/pack/plugins/start/vim-go/.git/HEAD": "0" * 40 + "\n"})
    _, after = phone.apply([tags], phone.plan([tags]))
    assert not [change for change in after if change.pending]
    assert ":GoBuild" in phone.path("~/.vim/pack/plugins/start/vim-go/doc/tags").read_text()
