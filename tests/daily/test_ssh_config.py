"""``ssh-config``: OpenSSH's own programs reach the phone by its name, and the user's file keeps every other byte."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from provisioner.rehearsal import StandInPhone
from tests.daily.conftest import Laptop
from tests.field.conftest import flat
from tests.support.sshd import keygen
from tests.support.terminal import Terminal

pytestmark = pytest.mark.usefixtures("pixel")
OWN = b"# mine, in \xce\xd2 order\r\nHost *\r\n  Compression no\r\n\r\nHost work\r\n  HostName 192.0.2.1"


@pytest.fixture
def config(laptop: Laptop) -> Path:
    """The user's own ~/.ssh/config."""
    (laptop.home / ".ssh").mkdir(mode=0o700)
    path = laptop.home / ".ssh/config"
    path.write_bytes(OWN)
    path.chmod(0o640)
    return path


def client(laptop: Laptop, config: Path, *words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """OpenSSH's programs and git, with that configuration: the home of whoever tests is not theirs."""
    program, *rest = words
    line = [program, *rest] if program == "git" else [program, "-F", str(config), *rest]
    environment = {**laptop.environment, "GIT_SSH_COMMAND": f"ssh -F {shlex.quote(str(config))}"}
    return subprocess.run(
        line, capture_output=True, cwd=laptop.home, env=environment, timeout=120, stdin=subprocess.DEVNULL
    )


def test_ssh_scp_sftp_and_git_reach_the_phone_by_name(laptop: Laptop, config: Path, pixel: StandInPhone) -> None:
    laptop.run("ssh-config", "--yes")
    assert client(laptop, config, "ssh", "pixel", "echo $PREFIX").stdout == b"/data/data/com.termux/files/usr\n"
    (laptop.home / "a 文件").write_text("there")
    done = client(laptop, config, "scp", "a 文件", "pixel:b")
    assert done.returncode == 0 and (pixel.home / "b").read_text() == "there", done.stderr
    (laptop.home / "batch").write_text("get b c\n")
    done = client(laptop, config, "sftp", "-b", "batch", "pixel")
    assert done.returncode == 0 and (laptop.home / "c").read_text() == "there", done.stderr


def test_git_clones_from_the_phone_and_pushes_to_it(laptop: Laptop, config: Path) -> None:
    laptop.run("ssh-config", "--yes")
    laptop.run("run", "--", "apt-get -q update && apt-get -q -y install git && git init -q --bare repo")
    name = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    for words in (
        ["clone", "-q", "pixel:repo", "here"],
        ["-C", "here", *name, "commit", "-q", "--allow-empty", "-m", "first"],
        ["-C", "here", "push", "-q", "origin", "HEAD:main"],
        ["clone", "-q", "-b", "main", "pixel:repo", "again"],
    ):
        done = client(laptop, config, "git", *words)
        assert done.returncode == 0, done.stderr
    assert client(laptop, config, "git", "-C", "again", "log", "--format=%s").stdout == b"first\n"


def test_only_the_pinned_key_and_only_ours_are_taken(laptop: Laptop, config: Path, pixel: StandInPhone) -> None:
    laptop.run("ssh-config", "--yes")
    other = keygen(laptop.home / "other")
    text = laptop.hosts.read_text()
    laptop.hosts.write_text(text.replace(str(pixel.identity), str(other)))
    laptop.run("ssh-config", "--yes")
    assert b"Permission denied" in client(laptop, config, "ssh", "pixel", "true").stderr
    strange = " ".join(Path(f"{other}.pub").read_text().split()[:2])
    laptop.hosts.write_text(text.replace(pixel.host_key, strange))
    laptop.run("ssh-config", "--yes")
    refused = client(laptop, config, "ssh", "pixel", "touch", "never")
    assert refused.returncode == 255 and b"Host key verification failed" in refused.stderr
    assert not (pixel.home / "never").exists()


def test_the_users_file_keeps_every_byte_and_its_mode(laptop: Laptop, config: Path) -> None:
    said = laptop.run("ssh-config", "--yes")
    assert "+ Include" in said and "+ Host pixel" in said and "Compression" not in said
    mark, include, *rest = config.read_bytes().split(b"\r\n")
    assert (mark[:2], include[:8], b"\r\n".join(rest)) == (b"# ", b"Include ", OWN)
    assert config.stat().st_mode & 0o777 == 0o640
    before = config.read_bytes()
    assert "+" not in laptop.run("ssh-config", "--yes") and config.read_bytes() == before
    assert "ssh does not know" in laptop.run("ssh-config", "--remove", "--yes")
    assert config.read_bytes() == OWN and not list((laptop.home / "config/ssh").iterdir())


def test_a_line_that_the_user_has_moved_stays_as_long_as_it_holds_for_all(laptop: Laptop, config: Path) -> None:
    laptop.run("ssh-config", "--yes")
    mark, include, *rest = config.read_bytes().split(b"\r\n")
    config.write_bytes(moved := b"\r\n".join([rest[0], include, *rest[1:]]))
    laptop.run("ssh-config", "--yes")
    assert config.read_bytes() == moved
    config.write_bytes(b"\r\n".join([*rest, include]))  # there it is part of Host work
    laptop.run("ssh-config", "--yes")
    assert config.read_bytes() == b"\r\n".join([mark, include, *rest, b""])


def test_a_link_to_somebodys_dotfiles_stays_one(laptop: Laptop, config: Path) -> None:
    config.rename(laptop.home / "dotfile")
    config.symlink_to("../dotfile")
    laptop.run("ssh-config", "--yes")
    assert config.is_symlink() and (laptop.home / "dotfile").read_bytes().endswith(OWN)


def test_where_there_was_no_file_there_is_none_afterwards(laptop: Laptop) -> None:
    laptop.run("ssh-config", "--yes")
    config = laptop.home / ".ssh/config"
    assert config.stat().st_mode & 0o777 == 0o600 and config.parent.stat().st_mode & 0o777 == 0o700
    laptop.run("ssh-config", "--remove", "--yes")
    assert not config.exists()


def test_the_aliases_follow_the_inventory(laptop: Laptop, config: Path) -> None:
    laptop.run("ssh-config", "--yes")
    laptop.run("hosts", "rename", "pixel", "mine")
    assert client(laptop, config, "ssh", "mine", "echo on").stdout == b"on\n"
    laptop.run("unpair", "mine", "--force")
    assert b"Host mine" not in (laptop.home / "config/ssh/config").read_bytes()


def test_what_cannot_have_an_alias_is_told(laptop: Laptop, config: Path, pixel: StandInPhone) -> None:
    with laptop.hosts.open("a") as file:
        file.write(f'[hosts.new]\naddress = "192.0.2.9"\n[hosts."a*"]\naddress = "x"\nhost_key = "{pixel.host_key}"\n')
        file.write(f'[hosts.work]\naddress = "192.0.2.8"\nhost_key = "{pixel.host_key}"\n')
    said = flat(laptop.run("ssh-config", "--yes"))
    assert "new is left out: its host key is not known yet" in said and "a* is left out" in said
    assert "has a Host work too" in said and "So are work." in said
    assert "no phone is known whose host key is pinned" in laptop.run(
        "ssh-config", "--yes", HELLO_TERMUX_CONFIG_DIR=str(laptop.home / "none"), expect=1
    )


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_it_is_shown_before_and_asked(answer: str, code: int, laptop: Laptop, config: Path) -> None:
    assert "--yes agrees" in laptop.run("ssh-config", expect=1)
    at = Terminal(["ssh-config"], laptop.home, laptop.environment)
    assert "Host pixel" in at.expect("Write this? [y/N] ")
    at.type(f"{answer}\r")
    assert at.ended() == code
    assert (config.read_bytes() == OWN) == (code == 1)
