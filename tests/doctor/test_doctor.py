"""``doctor`` as people run it: a phone in trouble, its repair, and phones that cannot be reached."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioner.diagnosis import questions
from provisioner.facts.host import HostFact
from provisioner.probe import compile_probe
from provisioner.rehearsal import StandInPhone
from provisioner.transport.ssh import SSHTransport
from provisioner.transport.ssh_shell import SSHShell
from tests.field.conftest import Start, flat, start
from tests.support import odd_peers
from tests.support.program import Phone
from tests.support.sshd import free_port, keygen

__all__ = ["start"]

SH = "#!/data/data/com.termux/files/usr/bin/sh\n"


def broken(standin: StandInPhone, phone: Phone) -> None:
    """Somebody has followed instructions from the web."""
    phone.ssh(
        "mkdir -p ~/.termux ~/go/bin ~/.oh-my-zsh/lib && touch ~/go/bin/tool && chmod 777 ~/.oh-my-zsh/lib\n"
        "ln -s $PREFIX/bin//data/data/com.termux/files/usr/bin/zsh ~/.termux/shell\n"
        "echo 'export GOROOT=/usr/local/go' >>~/.bashrc\n"
        "sed -i '/^Package: dash$/,/^$/s/^Status: .*/Status: install ok half-configured/' $PREFIX/var/lib/dpkg/status\n"
    )
    lists = standin.prefix / "etc/apt/sources.list"
    lists.write_text("deb https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main stable main\n")


def test_a_phone_that_followed_old_instructions_is_told_so_and_mended(start: Start) -> None:
    standin, phone = start(aged=())
    broken(standin, phone)
    before = phone.tree()
    shown = phone.run("doctor", "--json", expect=1)
    assert phone.tree() == before
    told = {each["name"]: each for each in json.loads(shown)["findings"]}
    wrong = {name for name, each in told.items() if each["grade"] in ("warning", "error")}
    fixable = {"half_configured", "login_shell", "mirror_pinned", "oh_my_zsh", "oh_my_zsh_writable",
               "go_bin_path"}  # fmt: skip
    assert wrong == {*fixable, "go_variables"}
    assert told["go_variables"]["said"] == "~/.bashrc:1: export GOROOT=/usr/local/go"

    shown = phone.run("doctor", "--fix", expect=2)
    assert "> command:dpkg-configure  (half_configured)" in shown
    assert phone.tree() == before
    shown = flat(phone.run("doctor", "--fix", "--yes"))
    assert "Done: " in shown and "0 failed" not in shown
    left = json.loads(phone.run("doctor", "--json"))
    assert {each["name"] for each in left["findings"] if each["grade"] == "warning"} == {"go_variables"}
    assert not any(each["fixable"] for each in left["findings"])
    assert "No changes." in flat(phone.run("doctor", "--fix")) or "doctor --fix" not in phone.run("doctor", "--fix")


def test_one_connection_one_exec_and_80_columns(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    _, phone = start()
    execs: list[int] = []
    shell = SSHTransport.shell

    def counted(self: SSHTransport) -> SSHShell:
        execs.append(1)
        return shell(self)

    monkeypatch.setattr(SSHTransport, "shell", counted)
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(phone.config))
    from provisioner.commands.ask import Nobody
    from provisioner.diagnosis import open_clinic
    from provisioner.options import Options

    with open_clinic(Options(host=phone.place, identity=phone.identity), Nobody()) as clinic:
        assert clinic.examine().count("error") == 0
    assert execs == [1]
    shown = run("doctor", "-v", "-H", phone.place, "-i", str(phone.identity), config=phone.config)
    assert shown.returncode == 0
    assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "+ ok  clock: The phone's clock is within 5 minutes" in shown.stdout
    assert shown.stdout.splitlines()[-1].startswith("phone: ")


def test_the_probe_of_all_findings_is_small() -> None:
    facts = questions()
    assert facts[0] == HostFact() and len(facts) == len(set(facts))
    assert len(compile_probe(facts).encode()) < 8000


def run(*words: str, config: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(config), "NO_COLOR": "1", "COLUMNS": "80"}
    command = [sys.executable, "-m", "provisioner", *words]
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


@pytest.fixture
def key(tmp_path: Path) -> str:
    return str(keygen(tmp_path / "id"))


def test_a_closed_port_is_a_finding(tmp_path: Path, key: str) -> None:
    ended = run("doctor", "-H", f"127.0.0.1:{free_port()}", "-i", key, config=tmp_path)
    said = flat(ended.stdout)
    assert ended.returncode == 4
    assert "no sshd listens there" in said and "Android has ended it" in said and "type: sshd" in said
    assert "1 error; 0 ok." in said


@pytest.mark.parametrize(
    ("behaviour", "name", "says"),
    [
        (odd_peers.silent, "no_banner", "says nothing for"),
        (odd_peers.says_and_closes(b"Not allowed at this time\r\n"), "penalised", "too many failed logins"),
        (odd_peers.says_and_closes(b""), "closed_early", "closes it without a word"),
        (odd_peers.says_and_closes(b"HTTP/1.1 400 Bad Request\r\n"), "not_ssh", '"HTTP/1.1 400 Bad Request"'),
    ],
    ids=["dozes", "penalised", "nothing behind the forward", "a web server"],
)
def test_what_answers_oddly_is_a_finding(
    tmp_path: Path, key: str, behaviour: odd_peers.Behaviour, name: str, says: str
) -> None:
    with odd_peers.peer(behaviour) as port:
        ended = run("doctor", "--json", "--timeout", "2", "-H", f"127.0.0.1:{port}", "-i", key, config=tmp_path)
    (found,) = json.loads(ended.stdout)["findings"]
    assert (ended.returncode, found["name"], found["grade"]) == (4, name, "error")
    assert says in found["symptom"] and found["cause"] and found["repair"]


def test_what_only_a_running_phone_shows_is_found(start: Start) -> None:
    standin, phone = start(aged=())
    phone.run("apply", phone.write("- mirror: tuna\n- packages: [git]\n"), "--yes")
    drop_in = "$PREFIX/etc/ssh/sshd_config.d"
    phone.ssh(
        "git config --global http.sslVerify false; touch ~/.termux_authinfo\n"
        "touch -d '40 days ago' $PREFIX/var/lib/apt/lists/*_Packages*\n"
    )
    asking = subprocess.Popen([*standin.ssh, "apt-get install golang"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert asking.stdout is not None
        asking.stdout.readline()  # apt has its lock before it says what it would do
        phone.ssh("while ! pgrep -x apt-get >/dev/null; do sleep 0.1; done; sleep 1")
        told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json"))["findings"]}
        assert told["dpkg_lock"]["said"].endswith("apt-get install golang")
        assert asking.poll() is None
    finally:
        asking.kill()
        asking.wait()
        phone.ssh("pkill -x apt-get", check=False)
    assert told["git_ssl_verify"]["said"] == "http.sslVerify=false"
    assert told["password_login"]["grade"] == "note"
    assert told["index_age"]["symptom"] == "the package index is 40 days old"
    phone.ssh(f"mkdir -p {drop_in}; echo 'Bogus yes' >{drop_in}/99.conf")
    told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json", expect=1))["findings"]}
    assert "Bad configuration option: Bogus" in told["sshd_starts"]["said"]
    phone.ssh(f"rm {drop_in}/99.conf")
    phone.run("doctor", "--fix", "--yes")
    told = {each["name"]: each for each in json.loads(phone.run("doctor", "--json"))["findings"]}
    assert told["git_ssl_verify"]["grade"] == "ok"
