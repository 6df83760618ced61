"""Host keys are pinned: an unknown or changed one ends the connection before anything is sent."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.errors import HostKeyError
from provisioner.transport import ssh
from provisioner.transport.hostkeys import HostKey, HostKeyQuestion, Trust, known_hosts
from provisioner.transport.target import Target
from tests.ssh.conftest import QUICK, ask
from tests.support.sshd import Sshd, keygen

OK = b"echo ok; exit\n"


def refused(target: Target, trust: Trust | None = None) -> HostKeyError:
    with pytest.raises(HostKeyError) as caught:
        ssh.connect(target, limits=QUICK, trust=trust or Trust(), opening=OK)
    return caught.value


def no_login_was_tried(server: Sshd) -> bool:
    return "publickey" not in server.log and "Starting session" not in server.log


def test_unknown_is_refused_when_nobody_can_be_asked(start: Callable[..., Sshd]) -> None:
    server = start()
    error = refused(server.target(pins=()))
    assert error.fingerprint == HostKey.parse(server.host_key()).fingerprint
    assert error.fingerprint in error.summary and f"--host-key {error.fingerprint}" in error.hint
    assert no_login_was_tried(server)


def test_unknown_is_asked_about(start: Callable[..., Sshd]) -> None:
    server = start()
    questions: list[HostKeyQuestion] = []

    def no(question: HostKeyQuestion) -> bool:
        questions.append(question)
        return False

    refused(server.target(pins=()), Trust(ask=no))
    assert no_login_was_tried(server)
    assert questions[0].key.line == server.host_key() and not questions[0].changed
    with ssh.connect(server.target(pins=()), limits=QUICK, trust=Trust(ask=lambda question: True)) as transport:
        assert transport.host_key.line == server.host_key(), "to be pinned"


def test_unknown_with_the_fingerprint_given(server: Sshd) -> None:
    expected = HostKey.parse(server.host_key()).fingerprint

    def never(question: HostKeyQuestion) -> bool:
        raise AssertionError("not asked when the fingerprint was given")

    assert ask(server.target(pins=()), OK, trust=Trust(ask=never, expected=expected)) == b"ok\n"
    assert "not SHA256:nope" in refused(server.target(pins=()), Trust(ask=never, expected="SHA256:nope")).summary


def test_changed_is_refused_whoever_is_there(start: Callable[..., Sshd], tmp_path: Path) -> None:
    server = start()
    old = public(keygen(tmp_path / "old"))
    for trust in (Trust(), Trust(ask=lambda question: True), Trust(expected=fingerprint(server.host_key()))):
        error = refused(server.target(pins=(old,)), trust)
        assert "has changed" in error.summary
        assert fingerprint(old) in error.summary and error.fingerprint == fingerprint(server.host_key())
        assert "reinstalled" in error.hint and "attack" in error.hint and "--rekey" in error.hint
    assert no_login_was_tried(server)


def test_rekey_asks_and_accepts(server: Sshd, tmp_path: Path) -> None:
    target = server.target(pins=(public(keygen(tmp_path / "old")),))
    asked: list[HostKeyQuestion] = []

    def yes(question: HostKeyQuestion) -> bool:
        asked.append(question)
        return True

    alone = refused(target, Trust(rekey=True))
    assert f"--host-key {fingerprint(server.host_key())}" in alone.hint and "add --rekey" not in alone.hint
    assert ask(target, OK, trust=Trust(ask=yes, rekey=True)) == b"ok\n"
    assert asked[0].changed and asked[0].known[0].line == target.pins[0]
    expected = fingerprint(server.host_key())
    assert ask(target, OK, trust=Trust(expected=expected, rekey=True)) == b"ok\n"
    refused(target, Trust(expected="SHA256:nope", rekey=True))


def test_only_the_pinned_type_is_negotiated(start: Callable[..., Sshd]) -> None:
    server = start(host_keys=("ed25519", "ecdsa", "rsa"))
    for kind in ("ed25519", "ecdsa", "rsa"):
        with ssh.connect(server.target(pins=(server.host_key(kind),)), limits=QUICK) as transport:
            assert transport.host_key.line == server.host_key(kind)


def test_a_host_without_the_pinned_type_has_changed(start: Callable[..., Sshd]) -> None:
    server = start(host_keys=("rsa",))
    other = start(host_keys=("ecdsa",))
    error = refused(server.target(pins=(other.host_key("ecdsa"),)))
    assert "has changed" in error.summary and "no longer has a key of type ecdsa" in error.summary
    target = server.target(pins=(other.host_key("ecdsa"),))
    assert ask(target, OK, trust=Trust(ask=lambda question: True, rekey=True)) == b"ok\n"


def test_ed25519_is_pinned_if_there_is_a_choice(start: Callable[..., Sshd]) -> None:
    server = start(host_keys=("rsa", "ecdsa", "ed25519"))
    with ssh.connect(server.target(pins=()), limits=QUICK, trust=Trust(ask=lambda question: True)) as transport:
        assert transport.host_key.type == "ssh-ed25519"


def test_nothing_is_written_to_known_hosts(server: Sshd, tmp_path: Path) -> None:
    ask(server.target(pins=()), OK, trust=Trust(ask=lambda question: True))
    assert not (tmp_path / "nobody").exists()


def public(key: Path) -> str:
    return " ".join(Path(f"{key}.pub").read_text().split()[:2])


def fingerprint(line: str) -> str:
    return HostKey.parse(line).fingerprint


class TestKnownHosts:
    """~/.ssh/known_hosts is read, never written."""

    def found(self, tmp_path: Path, text: str, address: str = "phone", port: int = 8022) -> tuple[str, ...]:
        path = tmp_path / "known_hosts"
        path.write_text(text)
        return known_hosts(Target("p", address, port), [path])

    @pytest.fixture
    def line(self, tmp_path: Path) -> str:
        return public(keygen(tmp_path / "host"))

    def test_plain(self, tmp_path: Path, line: str) -> None:
        assert self.found(tmp_path, f"[phone]:8022,[10.0.0.1]:8022 {line} comment\n") == (line,)
        assert self.found(tmp_path, f"[phone]:8022,[10.0.0.1]:8022 {line}\n", "10.0.0.1") == (line,)
        assert self.found(tmp_path, f"phone {line}\n") == ()
        assert self.found(tmp_path, f"phone {line}\n", port=22) == (line,)

    def test_hashed(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "hashed"
        path.write_text(f"[phone]:8022 {line}\n")
        subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(path)], check=True, capture_output=True)
        assert "phone" not in path.read_text()
        assert self.found(tmp_path, path.read_text()) == (line,)
        assert self.found(tmp_path, path.read_text(), "other") == ()

    def test_patterns(self, tmp_path: Path, line: str) -> None:
        assert self.found(tmp_path, f"[*]:8022 {line}\n") == (line,)
        assert self.found(tmp_path, f"[*]:8022,![phone]:8022 {line}\n") == ()

    def test_what_is_revoked_broken_or_for_others(self, tmp_path: Path, line: str) -> None:
        text = f"@revoked [phone]:8022 {line}\n@cert-authority * {line}\n# [phone]:8022 {line}\n"
        text += "[phone]:8022 ssh-rsa x\n|1|"
        assert self.found(tmp_path, text) == ()

    def test_missing_file(self, tmp_path: Path) -> None:
        assert known_hosts(Target("p", "phone"), [tmp_path / "none"]) == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "TYPE and BASE64"),
        ("ssh-ed25519", "TYPE and BASE64"),
        ("ssh-ed25519 AAAA", "not the base64"),
        ("ssh-ed25519 !!!!", "not the base64"),
        ("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "says that it is ssh-ed25519"),
    ],
)
def test_bad_pins(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        HostKey.parse(line)


def test_a_phone_that_ssh_knows_is_written_down_too(
    server: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ssh-copy-id has put its key into ~/.ssh/known_hosts; without an entry, ``plan`` asks which phone is meant."""
    from provisioner import connecting, inventory
    from provisioner.commands.ask import Nobody
    from provisioner.options import Options

    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(home / "config"))
    target = server.target()
    (home / ".ssh/known_hosts").write_text(f"[{target.address}]:{target.port} {target.pins[0]}\n")
    (home / ".ssh/config").write_text(f"Host *\n  User {target.user}\n")
    options = Options(host=f"{target.address}:{target.port}", identity=target.identity)
    for _ in range(2):
        reach = connecting.reach(options, None, Nobody())
        reach.open(Nobody()).close()
    (entry,) = inventory.load()
    assert entry.host_keys == (target.pins[0],)
    assert (entry.address, entry.port) == (target.address, target.port)
