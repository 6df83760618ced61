"""Facts seen on a real Termux userland, asked of the stand-in. These tests leave the phone as it was.

With ``--phone HOST:PORT --identity KEY`` they are asked of that phone instead.
"""

from __future__ import annotations

import pytest

from .reached import Reached

PREFIX = "/data/data/com.termux/files/usr"
FACTS = {
    "uname -o": "Android",
    "uname -n": "localhost",
    "id -u": "10123",
    "id -un": "u0_a123",
    "umask": "0077",
    "pwd; echo $HOME": "/data/data/com.termux/files/home\n/data/data/com.termux/files/home",
    "echo $PATH": f"{PREFIX}/bin",
    "echo $TMPDIR; test -w $TMPDIR && echo writable": f"{PREFIX}/tmp\nwritable",
    "echo $LANG $EXTERNAL_STORAGE $TERMUX_VERSION $TERMUX_MAIN_PACKAGE_FORMAT": "en_US.UTF-8 /sdcard 0.118.3 debian",
    "echo $SHELL": f"{PREFIX}/bin/bash",
    "echo ${TERM-unset}; $PREFIX/bin/sh -c 'echo ${TERM-unset}'": "dumb\nunset",
    "stat -c '%a %F' $HOME $PREFIX $HOME/.ssh/authorized_keys": "700 directory\n700 directory\n600 regular file",
    "dpkg --print-architecture": "x86_64",
    "readlink /sdcard": "/storage/emulated/0",
    "readlink $PREFIX/bin/sh | xargs basename": "dash",
    "test -x /bin/sh && echo there": "there",
    'sh -c \'printf "%s\\n" "$0"\'': "sh",
    "for i in a 'b c'; do printf '[%s]' \"$i\"; done": "[a][b c]",
    "grep -v '^#' $PREFIX/etc/apt/sources.list": "deb https://packages-cf.termux.dev/apt/termux-main/ stable main",
    "ls $PREFIX/etc/termux/mirrors": "asia\nchinese_mainland\ndefault\neurope\nnorth_america\noceania\nrussia",
    "cd $PREFIX/etc/termux/mirrors; . chinese_mainland/mirrors.tuna.tsinghua.edu.cn; echo $WEIGHT $MAIN $ROOT $X11": (
        "1 https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main"
        " https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-root"
        " https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-x11"
    ),
    ". $PREFIX/etc/termux/mirrors/chinese_mainland/mirror.sjtu.edu.cn; echo $MAIN": (
        "https://mirror.sjtu.edu.cn/termux/termux-main/"
    ),
    "cat $PREFIX/etc/resolv.conf": "nameserver 8.8.8.8\nnameserver 8.8.4.4",
    "dpkg-query -W -f '${db:Status-Status} ${Version}\\n' termux-tools": "installed 1.46.0+really1.45.0-1",
    "dpkg-query -W -f '${Conffiles}' apt bash": "",
    "ls $PREFIX/etc/apt/trusted.gpg.d | grep -c gpg | sed 's/[1-9][0-9]*/some/'": "some",
    "printf 'a b\\n' | awk '{print $2}'": "b",
    "printf '中文' | wc -m": "2",
    "printf x | sha256sum | cut -c1-8": "2d711642",
}


@pytest.mark.parametrize(("command", "answer"), FACTS.items(), ids=list(FACTS))
def test_fact(ssh: Reached, command: str, answer: str) -> None:
    found = ssh(command)
    assert (found.text, found.code) == (answer, 0)


REFUSALS = {
    "locale": (127, "command not found"),
    "ls /": (2, "Permission denied"),
    "ls /data": (2, "Permission denied"),
    "ls /tmp": (2, "No such file"),
    "ls /usr/bin/env": (2, "No such file"),
    "ls /usr/local": (2, "No such file"),
    "apt-get install -y nosuchpkg": (100, "Unable to locate package nosuchpkg"),
    "dpkg-query -W nosuchpkg": (1, "no packages found"),
    "termux-change-repo": (1, ""),
    "echo deb https://nowhere.invalid/x stable main >$TMPDIR/l; apt-get update -o Dir::Etc::sourcelist=$TMPDIR/l": (
        0,
        "W:",
    ),
    "apt-get update -o Dir::Etc::sourcelist=$TMPDIR/l -o APT::Update::Error-Mode=any": (100, "E:"),
    "apt-get update -o Dir::Etc::trustedparts=$TMPDIR": (100, "is not signed"),
}


@pytest.mark.parametrize(("command", "answer"), REFUSALS.items(), ids=list(REFUSALS))
def test_refusal(ssh: Reached, command: str, answer: tuple[int, str]) -> None:
    found = ssh(command)
    assert found.code == answer[0]
    assert answer[1] in found.text


def test_the_programs_of_a_bootstrap_are_there(ssh: Reached) -> None:
    words = """
        curl tar gzip bzip2 xz unzip sed awk gawk grep find diff cmp patch ps pgrep less ed flock setsid script nohup
        timeout sha256sum base64 mktemp stat readlink ifconfig hostname clear apt apt-get dpkg dpkg-query pkg login chsh
        sshd ssh ssh-keygen termux-setup-storage termux-reload-settings termux-wake-lock getprop df am
    """
    assert ssh(f"for w in {' '.join(words.split())}; do command -v $w >/dev/null || echo $w; done").text == ""


def test_what_a_bootstrap_lacks_is_not_there(ssh: Reached) -> None:
    words = "which tput git zsh vim vi python3 perl wget make file xxd man locale getent ldd nc ip sudo go cc tmux"
    assert ssh(f"for w in {words}; do command -v $w; done; true").text == ""


def test_the_environment_names_nothing_of_the_computer_below(ssh: Reached) -> None:
    assert ssh("env | grep -E 'work|root/|python|debian/'").text == ""


def test_no_profile_is_read_for_a_command(ssh: Reached) -> None:
    write = "echo echo bashrc >~/.bashrc; echo echo profile >~/.profile"
    assert ssh(write).code == 0
    try:
        assert ssh("echo alone").text == "alone"
    finally:
        ssh("rm ~/.bashrc ~/.profile")


def test_a_terminal_is_greeted_unless_hushed(ssh: Reached) -> None:
    assert "Welcome to Termux" in ssh("", input="exit\n", tty=True).text
    try:
        assert "Welcome to Termux" not in ssh("touch ~/.hushlogin").text + ssh("", input="exit\n", tty=True).text
    finally:
        ssh("rm ~/.hushlogin")


def test_a_script_comes_by_standard_input(ssh: Reached) -> None:
    found = ssh(f"{PREFIX}/bin/sh -s", input='cat </dev/null\necho "$0" $#\nexit 7\n')
    assert (found.text.split("/")[-1], found.code) == ("sh 0", 7)


def test_nobody_taps_allow_over_ssh(ssh: Reached) -> None:
    found = ssh("termux-setup-storage")
    assert (found.text, found.code) == ("", 0)
    found = ssh("mkdir ~/storage; termux-setup-storage </dev/null; echo rc=$?; rmdir ~/storage")
    assert "Aborting configuration" in found.text
    assert found.text.endswith("rc=1")


def test_chsh_exits_0_without_such_a_shell(ssh: Reached) -> None:
    found = ssh("chsh -s nosuch; echo rc=$?; test -L ~/.termux/shell || echo no link")
    assert found.text == f"{PREFIX}/bin/nosuch is not an executable file!\nrc=0\nno link"
