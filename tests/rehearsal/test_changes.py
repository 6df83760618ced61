"""What apt, pkg and login do to a fresh phone, as seen on a real Termux userland.

With ``--phone`` each test needs a fresh phone of its own: ask for one test at a time (``-k``).
"""

from __future__ import annotations

from .reached import Reached

PREFIX = "/data/data/com.termux/files/usr"
TUNA = "deb https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main stable main"
SOURCES = "$PREFIX/etc/apt/sources.list"
CHOOSE = (
    "ln -sfn $PREFIX/etc/termux/mirrors/chinese_mainland/mirrors.tuna.tsinghua.edu.cn $PREFIX/etc/termux/chosen_mirrors"
)


def test_packages_are_installed_from_the_near_mirror(fresh: Reached) -> None:
    assert (
        fresh(f"echo {TUNA} >{SOURCES}; apt-get update && apt-get install -y which </dev/null && which which").code == 0
    )
    wanted = "golang gopls delve zsh git vim python luajit openssh termux-tools resolv-conf make clang ctags pkg-config"
    found = fresh(f"apt-get install -y {wanted} ncurses libiconv </dev/null >/dev/null && go version; git --version")
    assert (found.code, found.text.split()[:3]) == (0, ["go", "version", "go1.26.5"])
    assert fresh("dpkg-query -W -f '${Version}\n' golang").text == "3:1.26.5-1"


def test_pkg_writes_sources_list_anew(fresh: Reached) -> None:
    found = fresh(f"echo {TUNA} >{SOURCES}; pkg install -y which </dev/null")
    assert "Picking mirror: (" in found.text
    assert "(1) https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main: ok" in found.text
    assert "(10) https://packages-cf.termux.dev/apt/termux-main: ok" in found.text
    assert "https://mirrors.zju.edu.cn/termux/apt/termux-main: bad" in found.text
    assert fresh(f"wc -l <{SOURCES}; grep -c '^deb https' {SOURCES}").text.split() == ["1", "1"]


def test_a_chosen_mirror_stays(fresh: Reached) -> None:
    assert fresh(f"{CHOOSE}; pkg install -y which </dev/null").code == 0
    assert fresh(f"cat {SOURCES}").text == TUNA


def test_pkg_can_be_told_to_keep_off(fresh: Reached) -> None:
    line = "deb https://packages-cf.termux.dev/apt/termux-main stable main # mine"
    found = fresh(
        f"echo '{line}' >{SOURCES}; TERMUX_PKG_NO_MIRROR_SELECT=1 pkg install -y which </dev/null; cat {SOURCES}"
    )
    assert found.text.endswith(line)


def test_without_a_terminal_apt_waits_for_nobody(fresh: Reached) -> None:
    found = fresh("apt-get update >/dev/null; apt-get install golang </dev/null")
    assert found.text.endswith("Abort.")
    assert found.code == 1


def test_an_upgrade_asks_about_an_edited_sources_list(fresh: Reached) -> None:
    found = fresh(f"echo {TUNA} >{SOURCES}; apt-get update >/dev/null; apt-get -y upgrade </dev/null")
    assert found.code == 100
    assert "==> File on system created by you or by a script." in found.text
    assert "end of file on stdin at conffile prompt" in found.text
    assert "unpacked" in fresh("dpkg-query -W -f '${db:Status-Status}\n' apt bash").text
    assert fresh("dpkg --force-confold --configure -a </dev/null").code == 0
    assert fresh("apt-get -y -o Dpkg::Options::=--force-confold upgrade </dev/null").code == 0
    assert fresh(f"cat {SOURCES}").text == TUNA
    assert fresh("apt-get -s upgrade").text.splitlines()[-1].startswith("0 upgraded, 0 newly installed")


def test_an_upgrade_that_keeps_the_old_files_asks_nothing(fresh: Reached) -> None:
    command = "apt-get -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold full-upgrade </dev/null"
    assert fresh(f"echo {TUNA} >{SOURCES}; apt-get update >/dev/null; {command}").code == 0
    assert fresh(f"cat {SOURCES}").text == TUNA


def test_the_login_shell_parses_every_command(fresh: Reached) -> None:
    assert fresh("apt-get update >/dev/null; apt-get install -y zsh </dev/null >/dev/null && chsh -s zsh").code == 0
    assert fresh("readlink ~/.termux/shell; echo $SHELL").text.split() == [f"{PREFIX}/bin/zsh"] * 2
    found = fresh("ls *.nomatch")
    assert (found.text, found.code) == ("zsh:1: no matches found: *.nomatch", 1)
    assert fresh("a='x y'; printf '[%s]' $a").text == "[x y]"
    assert fresh("bash -s", input="a='x y'; printf '[%s]' $a").text == "[x][y]"
    assert fresh("echo echo zshenv >~/.zshenv; echo echo zshrc >~/.zshrc").code == 0
    assert fresh("echo alone").text == "zshenv\nalone"
    assert fresh("ln -sfn $PREFIX/bin/gone ~/.termux/shell").code == 0
    assert fresh("echo $SHELL").text == f"{PREFIX}/bin/bash"


def test_vim_has_python3_and_lua_once_they_are_installed(fresh: Reached) -> None:
    ask = "vim -u NONE -es -c 'redir! > out' -c \"echo has('python3') has('lua')\" -c 'redir END' -c q; cat out"
    assert fresh("apt-get update >/dev/null; apt-get install -y vim </dev/null >/dev/null").code == 0
    assert fresh(ask).text == "0 0"
    assert fresh("apt-get install -y python luajit </dev/null >/dev/null").code == 0
    assert fresh(ask).text == "1 1"


def test_go_builds_and_runs(fresh: Reached) -> None:
    assert fresh("apt-get update >/dev/null; apt-get install -y golang </dev/null >/dev/null").code == 0
    program = "package main\n\nfunc main() { println(1 + 2) }\n"
    found = fresh("mkdir w; cd w; cat >m.go; go mod init x 2>/dev/null; go run .", input=program)
    assert (found.text, found.code) == ("3", 0)


def test_oh_my_zsh_and_vim_go_are_cloned_over_https(fresh: Reached) -> None:
    assert fresh("apt-get update >/dev/null; apt-get install -y git zsh vim </dev/null >/dev/null").code == 0
    assert fresh("git clone --depth 1 https://mirrors.tuna.tsinghua.edu.cn/git/ohmyzsh.git ~/.oh-my-zsh").code == 0
    assert fresh("git -C ~/.oh-my-zsh rev-list --count HEAD").text == "1"
    assert fresh("cp ~/.oh-my-zsh/templates/zshrc.zsh-template ~/.zshrc").code == 0
    assert (
        fresh("zsh -ic 'print $ZSH_THEME; alias gst; print ${PROMPT:0:4}'").text
        == "robbyrussell\ngst='git status'\n%(?:"
    )
    assert fresh("git -C ~/.oh-my-zsh status --porcelain").text == ""
    into = "~/.vim/pack/plugins/start/vim-go"
    assert fresh(f"git clone -q --depth 1 --branch v1.29 https://github.com/fatih/vim-go {into}").code == 0
    ask = "vim -es -N -i NONE -c 'filetype plugin on' -c 'e m.go' -c 'redir! > out'"
    assert (
        fresh(f"{ask} -c \"echo exists(':GoBuild') &omnifunc\" -c 'redir END' -c q </dev/null; cat out").text
        == "2 go#complete#Complete"
    )
