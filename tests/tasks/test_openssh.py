"""``openssh``: what it declares, its proofs, and a change to sshd that goes well or goes wrong at every point."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.detached import carry_out
from provisioner.errors import PlaybookError
from provisioner.facts import Facts
from provisioner.facts.sshd import SshdFact, SshdSetting
from provisioner.model import Action, Event, EventKind, Plan
from provisioner.planner import arrange, first_questions, make_changes
from provisioner.resources.base import Declared
from provisioner.resources.sshd_config import SshdConfig
from provisioner.runner import Conversation
from provisioner.tasks.base import Context
from provisioner.tasks.openssh import Openssh
from provisioner.transport.local import LocalTransport
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import context_for, program, run, task_of

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHfakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFa me@laptop"
CONFIG, DROPIN = "$PREFIX/etc/ssh/sshd_config", "$PREFIX/etc/ssh/sshd_config.d/50-hello-termux.conf"


def openssh(yaml: str) -> Openssh:
    task = task_of(f"- openssh: {yaml}")
    assert isinstance(task, Openssh)
    return task


def with_key() -> Context:
    return replace(context_for(), public_key=KEY + "\n")


def addresses(task: Openssh, context: Context) -> list[str]:
    return [str(item.id) for item in task.resources(context)]


# ---- what it declares


def test_by_itself_it_wants_the_package_and_this_laptops_key() -> None:
    assert addresses(openssh("{}"), with_key()) == ["package:openssh", "authorized_key:me@laptop"]


def test_without_a_laptop_no_key() -> None:
    assert addresses(openssh("{}"), context_for()) == ["package:openssh"]
    assert addresses(openssh("none"), with_key()) == ["package:openssh"]


def test_passwords_go_only_after_the_key_is_there() -> None:
    *_, config = openssh("{password_login: false}").resources(with_key())
    assert config.resource == SshdConfig({"PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no"})
    assert [str(each) for each in config.requires] == ["package:openssh", "authorized_key:me@laptop"]


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("none", []),
        ("boot", ["boot_script:50-hello-termux-sshd"]),
        ("service", ["package:termux-services", "service:sshd"]),
        ("both", ["package:termux-services", "service:sshd", "boot_script:50-hello-termux-sshd"]),
    ],
)
def test_ways_to_start(word: str, wanted: list[str]) -> None:
    assert addresses(openssh(f"{{autostart: {word}}}"), with_key())[2:] == wanted


def test_on_dropbear_all_of_sshd_is_refused_and_the_key_is_not() -> None:
    facts = Facts({SshdFact(): SshdSetting("dropbear")})
    items = list(openssh("{password_login: false, autostart: both}").resources(with_key()))
    verdicts = {str(item.id): [c.judge(facts) for c in item.conditions] for item in items}
    assert verdicts.pop("authorized_key:me@laptop") == []
    for (verdict,) in verdicts.values():
        assert verdict is not None and verdict.refuse and "dropbear" in verdict.reason


@pytest.mark.parametrize("key", ["-----BEGIN OPENSSH PRIVATE KEY-----", "hello", "ssh-rsa nonsense"])
def test_what_is_no_public_key_is_a_mistake(key: str) -> None:
    with pytest.raises(PlaybookError, match="key"):
        openssh(f'{{key: "{key}"}}')


@pytest.mark.parametrize("service", [False, True])
def test_the_boot_script_is_good_sh(service: bool, tmp_path: Path) -> None:
    task = openssh("{autostart: both}" if service else "{autostart: boot}")
    body = next(i.resource.body for i in task.resources(with_key()) if i.id.kind == "boot_script")  # type: ignore[attr-defined]
    assert ("start-services.sh" in body.text) == service
    assert body.text.startswith("#!/data/data/com.termux/files/usr/bin/sh\n")
    subprocess.run(["sh", "-n"], input=body.text, text=True, check=True)


# ---- its proofs


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    phone = TempPhone(tmp_path / "phone")
    phone.home.chmod(0o700)
    return phone


@pytest.mark.parametrize(
    ("lines", "mode", "rc"), [(1, "600", 0), (0, "600", 1), (2, "600", 1), (1, "620", 1), (1, "666", 1)]
)
def test_the_proof_of_the_key(phone: TempPhone, tmp_path: Path, lines: int, mode: str, rc: int) -> None:
    phone.put({"~/.ssh": {"folder": True, "mode": "700"}})
    phone.put({"~/.ssh/authorized_keys": {"text": f"# {KEY}\n" + f"{KEY}\n" * lines, "mode": mode}})
    proof = next(p for p in openssh("{}").proofs(with_key()) if "key" in p.name)
    assert run(proof, phone, tmp_path / "none")[0] == rc


def test_the_proofs_of_a_service_and_of_a_boot_script(phone: TempPhone, tmp_path: Path) -> None:
    proofs = {p.name: p for p in openssh("{autostart: both}").proofs(context_for())}
    service, boot = proofs["sshd as a service"], proofs["sshd after Android's start"]
    phone.put({"$PREFIX/var/service/sshd/run": "", "$PREFIX/var/service/sshd/down": ""})
    assert run(service, phone, tmp_path / "none")[0] == 1
    phone.path("$PREFIX/var/service/sshd/down").unlink()
    program(phone.prefix / "bin", "sv", 'echo "down: sshd: 3s, normally up"')
    assert run(service, phone, tmp_path / "none")[0] == 1
    program(phone.prefix / "bin", "sv", 'echo "run: sshd: (pid 7) 5s"')
    assert run(service, phone, tmp_path / "none") == (0, "run: sshd: (pid 7) 5s")
    phone.put({"~/.termux/boot/50-hello-termux-sshd": ":\n"})
    assert run(boot, phone, tmp_path / "none")[0] == 77
    phone.put({"~/.local/state/hello-termux/booted": "Mon Nov 23 2026\n"})
    assert run(boot, phone, tmp_path / "none") == (0, "last run: Mon Nov 23 2026")
    phone.put({"~/.termux/boot/00-folder": {"folder": True}})
    assert run(boot, phone, tmp_path / "none")[0] == 1


# ---- a change to sshd

FAKE = """
file= port= action=
while [ $# -gt 0 ]; do
  case $1 in -f) file=$2; shift ;; -p) port=$2; shift ;; -t | -T | -D) action=$1 ;; esac
  shift
done
conf=$PREFIX/etc/ssh/sshd_config
all() { if [ "$file" ]; then cat "$file"; else cat "$conf".d/*.conf "$conf"; fi 2>/dev/null; }
case $action in
  -t) [ ! -e ~/refuses ] || { echo "line 1: $(cat ~/refuses)" >&2; exit 255; } ;;
  -T) all | grep -v '^#' | awk 'NF == 2 && !seen[tolower($1)]++ { print tolower($1), $2 }' ;;
  -D)
    echo "$port" >>~/ports
    [ "$port" != 8023 ] || { echo "Bind to port 8023 on 127.0.0.1 failed: Address already in use."; exit 255; }
    all >~/tried
    echo "Server listening on 127.0.0.1 port $port."
    echo $$ >~/canary
    exec sleep 50 ;;
esac
"""


@pytest.fixture
def listener(phone: TempPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process called sshd that the pid file names; the phone's sshd is made up too."""
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    program(phone.prefix / "bin", "sshd", FAKE)
    sleep = Path(shutil.copy(os.path.realpath(shutil.which("sleep") or "/bin/sleep"), tmp_path / "sshd"))
    # Under nohup the tests ignore SIGHUP, and what they start would too.
    with subprocess.Popen([sleep, "100"], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)) as process:
        phone.put({"$PREFIX/var/run/sshd.pid": f"{process.pid}\n"})
        phone.put({CONFIG: "PasswordAuthentication yes\nSubsystem sftp x\n"})
        yield process
        process.kill()


def change(phone: TempPhone, answer: str) -> tuple[list[Event], Action]:
    """Password login off; the laptop leaves the file ``ANSWER-TOKEN`` when it is asked to log in."""
    declared = [Declared(SshdConfig({"PasswordAuthentication": "no"}))]
    changes = phone.plan(declared)
    assert changes[0].action is Action.UPDATE
    events: list[Event] = []

    def heard(event: Event) -> None:
        events.append(event)
        if event.kind is EventKind.PROVE:
            port, token = event.text.split()
            assert port == "8024"
            folder = next((phone.home / ".local/state/hello-termux/runs").iterdir())
            (folder / f"{answer}-{token}").touch()

    with LocalTransport(phone.prefix, phone.home) as transport:
        conversation = Conversation(phone.device, transport.shell())
        work = arrange(Plan(changes), declared, phone.facts)
        _, fresh = carry_out(work, conversation, first_questions(declared), heard)
    return events, make_changes(declared, fresh)[0].action


def failure(events: list[Event]) -> str:
    return next((event.text for event in events if event.kind is EventKind.FAILED), "")


def canary_is_gone(phone: TempPhone) -> bool:
    pid = phone.path("~/canary").read_text().strip()
    return subprocess.run(["kill", "-0", pid], capture_output=True).returncode != 0


def test_a_change_that_was_proved_counts(phone: TempPhone, listener: subprocess.Popen[bytes]) -> None:
    events, left = change(phone, "proved")
    assert failure(events) == ""
    assert left is Action.NONE
    assert "PasswordAuthentication no\n" in phone.path(DROPIN).read_text()
    lines = phone.path(CONFIG).read_text().splitlines()
    assert lines[1].startswith("Include ") and lines[3:] == ["PasswordAuthentication yes", "Subsystem sftp x"]
    assert phone.path("~/ports").read_text().split() == ["8023", "8024"]
    assert phone.path("~/tried").read_text().index(" no") < phone.path("~/tried").read_text().index(" yes")
    assert listener.wait(5) == -signal.SIGHUP
    assert canary_is_gone(phone)


def test_a_login_that_does_not_work_changes_nothing(phone: TempPhone, listener: subprocess.Popen[bytes]) -> None:
    tree = phone.path(CONFIG).read_bytes()
    events, left = change(phone, "refused")
    assert "the second login did not work" in failure(events)
    assert left is Action.UPDATE
    assert phone.path(CONFIG).read_bytes() == tree
    assert not phone.path(DROPIN).parent.exists()
    assert listener.poll() is None
    assert canary_is_gone(phone)


def test_what_sshd_refuses_is_not_tried(phone: TempPhone, listener: subprocess.Popen[bytes]) -> None:
    phone.put({"~/refuses": "Bad configuration option"})
    events, _ = change(phone, "proved")
    assert "line 1: Bad configuration option" in failure(events)
    assert not any(event.kind is EventKind.PROVE for event in events)
    assert not phone.path(DROPIN).exists()


def test_a_change_without_effect_is_taken_back(phone: TempPhone, listener: subprocess.Popen[bytes]) -> None:
    phone.put({"$PREFIX/etc/ssh/sshd_config.d/10-own.conf": "PasswordAuthentication yes\n"})
    events, _ = change(phone, "proved")
    assert "it has no effect" in failure(events)
    assert not phone.path(DROPIN).exists()
    assert phone.path(CONFIG).read_text() == "PasswordAuthentication yes\nSubsystem sftp x\n"


def test_where_no_tunnel_is_allowed_nothing_is_tried(phone: TempPhone, listener: subprocess.Popen[bytes]) -> None:
    phone.put({CONFIG: "AllowTcpForwarding no\nPasswordAuthentication yes\n"})
    events, _ = change(phone, "proved")
    assert "AllowTcpForwarding" in failure(events)
    assert not any(event.kind is EventKind.PROVE for event in events)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("{}", "at least one"),
        ("{Port: '22'}", "Port cannot be set here"),
        ("{PasswordAuthentification: 'no'}", 'did you mean "PasswordAuthentication"'),
        ("{PasswordAuthentication: maybe}", "is yes or no"),
        ('{MaxAuthTries: "3\\nPort 1"}', "is a number"),
    ],
)
def test_settings_that_could_lock_out_or_never_settle_are_mistakes(settings: str, says: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        task_of(f"- sshd_config: {{settings: {settings}}}")
    assert says in str(caught.value.mistakes)
