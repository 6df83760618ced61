"""Shells and files that are somebody's own, and oh-my-zsh from whichever address answers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from provisioner.rehearsal.faults import Kind
from tests.field.conftest import Start, flat
from tests.support.program import Phone

TUNA, GITHUB = "mirrors.tuna.tsinghua.edu.cn", "github.com"
GIT = r"ohmyzsh(\.git)?/"
ZSH = "- mirror: tuna\n- shell: {login: zsh, framework: oh-my-zsh, theme: robbyrussell, plugins: [git]}\n"
OWN = "# mine\nexport ZSH=$HOME/.oh-my-zsh\nZSH_THEME=agnoster\nplugins=(git)\n"


@pytest.fixture(scope="module")
def zsh_phone(phone: Phone) -> Phone:
    """A phone with git and zsh."""
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [git, zsh, vim]\n"), "--yes")
    return phone


def put(standin: StandInPhone, name: str, content: bytes) -> Path:
    path = standin.home / name
    path.write_bytes(content)
    return path


def ask_zsh(phone: Phone, words: str) -> str:
    """What a zsh with all its start-up files says, as on the screen."""
    return phone.ssh(f"zsh -ic '{words}' 2>&1 </dev/null", check=False).strip()


@pytest.mark.parametrize(
    "loads", ["source $ZSH/oh-my-zsh.sh", ". ~/.oh-my-zsh/oh-my-zsh.sh", '[ -r x ] || source "$ZSH"/oh-my-zsh.sh']
)
def test_a_zshrc_that_loads_oh_my_zsh_itself_keeps_its_theme_and_loads_it_once(
    standin: StandInPhone, zsh_phone: Phone, loads: str
) -> None:
    mine = f"{OWN}{loads}\nalias ll='ls -l'\n".encode()
    zshrc = put(standin, ".zshrc", mine)
    said = flat(zsh_phone.run("apply", zsh_phone.write(ZSH), "--yes"))
    assert "Your own .zshrc loads oh-my-zsh: its theme and plugins stay, those of the playbook are not used." in said
    assert zshrc.read_bytes().endswith(mine)
    assert ask_zsh(zsh_phone, "print $ZSH_THEME; alias ll").splitlines() == ["agnoster", "ll='ls -l'"]
    before = zshrc.read_bytes()
    assert "No changes." in zsh_phone.run("plan", zsh_phone.write(ZSH))
    assert zshrc.read_bytes() == before


@pytest.mark.parametrize("line", ["exit 3", "echo not today; exit"])
def test_a_zshenv_that_ends_every_session_is_named(standin: StandInPhone, zsh_phone: Phone, line: str) -> None:
    shell = standin.home / ".termux/shell"
    shell.parent.mkdir(exist_ok=True)
    shell.unlink(missing_ok=True)
    shell.symlink_to("/data/data/com.termux/files/usr/bin/zsh")
    zshenv = put(standin, ".zshenv", f"{line}\n".encode())
    try:
        said = flat(zsh_phone.run("plan", zsh_phone.write(ZSH), expect=1))
    finally:
        zshenv.unlink()
        shell.unlink()
    assert (
        "The login shell of the other side has ended before it started /data/data/com.termux/files/usr/bin/sh" in said
    )
    assert ("not today" in said) == ("not today" in line)
    assert "zsh: ~/.zshenv" in said and "Failsafe" in said


def test_a_zshrc_whose_line_is_a_comment_gets_the_playbooks_theme(standin: StandInPhone, zsh_phone: Phone) -> None:
    put(standin, ".zshrc", b"# source $ZSH/oh-my-zsh.sh\nalias ll='ls -l'\n")
    zsh_phone.run("apply", zsh_phone.write(ZSH), "--yes")
    assert ask_zsh(zsh_phone, "print $ZSH_THEME; alias ll").splitlines() == ["robbyrussell", "ll='ls -l'"]


@pytest.mark.parametrize(
    "mine",
    [b"set nu\r\nset et\r\n", b"set nu", '" \u4f60\u597d\nset nu\n'.encode("gbk"), b"\x00\xff\n", b""],
    ids=["Windows", "no last newline", "GBK", "no text", "empty"],
)
def test_every_byte_of_a_vimrc_stays(standin: StandInPhone, zsh_phone: Phone, mine: bytes) -> None:
    vimrc = put(standin, ".vimrc", mine)
    playbook = zsh_phone.write("- vim: {encoding: utf-8, plugins: []}\n")
    zsh_phone.run("apply", playbook, "--yes")
    assert mine.rstrip(b"\r\n") in vimrc.read_bytes() and b"hello-termux" in vimrc.read_bytes()
    made = vimrc.read_bytes()
    assert "No changes." in zsh_phone.run("plan", playbook)
    assert vimrc.read_bytes() == made


def commit(folder: Path) -> str:
    asked = ["git", "-c", "safe.directory=*", "-C", str(folder), "rev-parse", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("gone", "fault", "taken"),
    [*((TUNA, fault, GITHUB) for fault in ("403", "nameless", "silent", "reset")), (GITHUB, "403", TUNA)],
)
def test_one_of_the_two_addresses_of_oh_my_zsh_is_enough_and_gives_the_same_commit(
    standin: StandInPhone, zsh_phone: Phone, gone: str, fault: Kind, taken: str
) -> None:
    clone = standin.home / ".oh-my-zsh"
    playbook = zsh_phone.write("- shell: {login: zsh}\n")
    zsh_phone.run("apply", playbook, "--yes")
    wanted = commit(clone)
    zsh_phone.ssh("rm -rf ~/.oh-my-zsh ~/.zshrc")
    standin.misbehave(gone, fault, GIT)
    pinned = zsh_phone.write(f"- shell: {{login: zsh, version: {wanted}}}\n", "pinned.yml")
    asked = len(standin.access_log())
    try:
        zsh_phone.run("apply", pinned, "--yes")
    finally:
        standin.behave()
    assert commit(clone) == wanted
    served = [line for line in standin.access_log()[asked:] if "upload-pack" in line and line.endswith(" 200")]
    assert served and all(taken in line for line in served)
    zsh_phone.run("plan", pinned)


def test_neither_address_answers_and_what_was_there_stays(standin: StandInPhone, zsh_phone: Phone) -> None:
    zsh_phone.ssh("rm -rf ~/.oh-my-zsh; mkdir -p ~/.oh-my-zsh/.git; echo mine >~/.oh-my-zsh/notes")
    for host in (TUNA, GITHUB):
        standin.misbehave(host, "403", GIT)
    said = flat(zsh_phone.run("apply", zsh_phone.write("- shell: {login: zsh}\n"), "--yes", expect=1))
    standin.behave()
    assert "None of the addresses gave" in said and "403" in said
    assert (standin.home / ".oh-my-zsh/notes").read_text() == "mine\n"
    zsh_phone.run("apply", zsh_phone.write("- shell: {login: zsh}\n"), "--yes")


def test_zsh_itself_finds_nothing_that_others_may_write_to(standin: StandInPhone, zsh_phone: Phone) -> None:
    zsh_phone.ssh("umask 0; rm -rf ~/.oh-my-zsh ~/.zshrc")
    zsh_phone.run("apply", zsh_phone.write(ZSH), "--yes")
    audit = "autoload -Uz compaudit && compaudit && echo all well"
    assert ask_zsh(zsh_phone, audit) == "all well"
    zsh_phone.ssh("mkdir -p ~/.oh-my-zsh/custom/completions; chmod g+w ~/.oh-my-zsh/custom/completions")
    assert "custom/completions" in ask_zsh(zsh_phone, "fpath=(~/.oh-my-zsh/custom/completions $fpath); " + audit)
    zsh_phone.run("doctor", "--fix", "--yes")
    assert ask_zsh(zsh_phone, "fpath=(~/.oh-my-zsh/custom/completions $fpath); " + audit) == "all well"


def test_the_login_shell_is_zsh_already(standin: StandInPhone, zsh_phone: Phone) -> None:
    zsh_phone.run("apply", zsh_phone.write("- login_shell: zsh\n"), "--yes")
    link = (standin.home / ".termux/shell").lstat()
    assert "No changes." in zsh_phone.run("apply", zsh_phone.write("- login_shell: zsh\n"), "--yes")
    assert (standin.home / ".termux/shell").lstat() == link


def test_an_old_chsh_that_exits_0_is_not_believed(standin: StandInPhone, zsh_phone: Phone) -> None:
    zsh_phone.ssh("rm -f ~/.termux/shell")
    chsh = "- command: {name: chsh, run: 'chsh -s nosuch', unless: 'test -e ~/.termux/shell'}\n"
    said = flat(zsh_phone.run("apply", zsh_phone.write(chsh), "--yes", "-v", expect=1))
    assert "is not an executable file!" in said and "the phone still differs" in said


def test_a_login_shell_that_does_not_run_is_not_taken(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [zsh]\n"), "--yes")
    zsh = standin.prefix / "bin/zsh"
    zsh.unlink()
    zsh.write_text("#!/data/data/com.termux/files/usr/bin/sh\necho 'CANNOT LINK EXECUTABLE \"zsh\"' >&2\nexit 1\n")
    zsh.chmod(0o700)
    said = flat(phone.run("apply", phone.write("- login_shell: zsh\n"), "--yes", expect=1))
    assert "CANNOT LINK EXECUTABLE" in said
    assert not (standin.home / ".termux/shell").is_symlink()
