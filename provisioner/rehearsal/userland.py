"""A phone's files: what all phones share, made once and cached, and a fresh phone made of it."""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Literal

from provisioner.places import cache_folder
from provisioner.rehearsal import host, modules, upstream
from provisioner.rehearsal.host import FILES, Package
from provisioner.rehearsal.packages import (
    APP,
    ARCHITECTURE,
    PREFIX,
    UID,
    USER,
    Tree,
    control,
    is_conffile,
    newer,
    parents,
    repository,
    tree,
    uninstalled,
)

MIRRORS = ("mirrors.tuna.tsinghua.edu.cn", "mirrors.bfsu.edu.cn", "mirrors.ustc.edu.cn", "packages-cf.termux.dev")
HOME = APP / "files/home"
GROUPS = {"inet": 3003, "everybody": 9997, f"{USER}_cache": 20123, "all_a123": 50123}


@dataclass(frozen=True, slots=True)
class Options:
    """What kind of phone it is."""

    hosts: tuple[str, ...] = (*MIRRORS, "github.com", *modules.HOSTS)  # the only names that resolve; none: no network
    storage: Literal["deny", "grant"] = "deny"  # what the person at the phone answers to the storage dialog
    aged: tuple[str, ...] = ("apt", "bash")  # packages that the repository has newer, with other conffiles
    users: tuple[str, ...] = ()  # further login names
    openssh: bool = True  # without: as the app installs it, before anybody has typed a word; there is no way in
    variant: Literal["apt", "play", "pacman"] = "apt"  # the usual app; the Play Store's; one with pacman
    version: str = "0.118.3"
    apk_release: str = "F_DROID"
    files: dict[str, Path] = field(default_factory=dict, hash=False)  # URL → the local file that is served there
    variables: dict[str, str] = field(default_factory=dict, hash=False)  # more variables of a session
    small: dict[PurePath, int] = field(
        default_factory=dict, hash=False
    )  # folder → bytes: a file system of its own, empty

    def resolving(self) -> list[str]:
        """Every host name that leads to the stand-in's mirror."""
        return sorted({*self.hosts, *(url.split("/")[2] for url in self.files)})

    def environment(self) -> dict[str, str]:
        """What a session of the Termux app has, and its sshd hands on."""
        found = {
            "PREFIX": str(PREFIX), "PATH": f"{PREFIX}/bin", "TMPDIR": f"{PREFIX}/tmp", "LANG": "en_US.UTF-8",
            "ANDROID_ROOT": "/system", "ANDROID_DATA": "/data", "EXTERNAL_STORAGE": "/sdcard",
            "TERMUX_VERSION": self.version if self.variant != "play" else "googleplay.2026.06.21",
            "TERMUX_MAIN_PACKAGE_FORMAT": "pacman" if self.variant == "pacman" else "debian", **self.variables,
        }  # fmt: skip
        return found if self.variant == "play" else {**found, "TERMUX_APK_RELEASE": self.apk_release}


# ---- what phones share ---------------------------------------------------------------------------------------------


def shared(options: Options) -> Path:
    """The folder with repository, bootstrap, certificates and git repositories; made now if it was not yet.

    It is in the user's cache folder, or in that which HELLO_TERMUX_CACHE names; a change of what it is made of, here or
    among the host's packages, makes another one.
    """
    packages = host.packages()
    digest = hashlib.sha256(repr((packages, host.goroot(), sorted(options.aged), os.geteuid())).encode())
    for path in sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix != ".pyc" and path.is_file()):
        digest.update(path.read_bytes())
    top = cache_folder() / "rehearsal"
    place = top / digest.hexdigest()[:16]
    with locked(top / "lock"):
        if not place.is_dir():
            _forget_old(top)
            new = top / f"new-{os.getpid()}"
            wipe(new)
            _fill(new, packages, options.aged)
            new.rename(place)
        os.utime(place)
    return place


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the others wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old(top: Path) -> None:
    """What no phone was started from for a week, and what a killed process left."""
    for place in top.iterdir():
        if place.is_dir() and (place.name.startswith("new-") or place.stat().st_mtime < time.time() - 7 * 86400):
            wipe(place)


def _fill(place: Path, packages: list[Package], aged: tuple[str, ...]) -> None:
    trees = {package: tree(package) for package in packages}
    index = {package: newer(files) if package.name in aged else files for package, files in trees.items()}
    place.mkdir(mode=0o700)
    repository(place / "repo", index, place / "signer.gpg")
    run("openssl", "req", "-x509", *_KEY, "-days", "3650", "-subj", "/CN=stand-in CA",
         "-keyout", place / "ca.key", "-out", place / "ca.pem")  # fmt: skip
    first = {
        replace(package, version=f"{package.version}~aged") if package.name in aged else package: files
        for package, files in trees.items()
        if package.kind == "bootstrap"
    }
    _bootstrap(place / "app", first)
    prefix = place / "app/files/usr"
    (prefix / "etc/tls/cert.pem").write_bytes((place / "ca.pem").read_bytes())
    trusted = prefix / "etc/apt/trusted.gpg.d"
    trusted.mkdir(mode=0o700)
    (trusted / "stand-in.gpg").write_bytes((place / "signer.gpg").read_bytes())
    upstream.build(place / "git")
    # A copy, because compaudit trusts no files but root's and the user's own, and in the phone's user namespace an
    # ordinary user sees the host's as nobody's.
    shutil.copytree("/usr/share/zsh", place / "zsh", symlinks=True)
    run("chmod", "-R", "u+w,go-w", place / "zsh")
    key = modules.build(place / "modules")
    if root := host.goroot():
        modules.lend(root, place / "go", key)


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _bootstrap(app: Path, packages: dict[Package, Tree]) -> None:
    """As generate-bootstraps.sh does: files unpacked, packages entered as installed, their conffiles not entered."""
    prefix = app / "files/usr"
    info = prefix / "var/lib/dpkg/info"
    folders = ["tmp", "etc/apt/apt.conf.d", "etc/apt/preferences.d", "var/lib/apt/lists", "var/log/apt", "var/run",
               "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/cache"]  # fmt: skip
    for folder in [*(prefix / name for name in folders), info, app / "files/home", app / "cache/apt/archives/partial"]:
        folder.mkdir(parents=True, exist_ok=True)
    status = ""
    for package, files in packages.items():
        for path, entry in files.items():
            target = prefix / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if entry.link:
                target.symlink_to(entry.link)
            else:
                target.write_bytes(entry.content)
                target.chmod(entry.mode)
        paths = [f"{PREFIX}/{path}"[1:] for path in files]
        listed = "".join(f"/{path}\n" for path in [".", *parents(paths), *paths])
        (info / f"{package.name}.list").write_text(listed)
        if conffiles := [f"{PREFIX}/{path}\n" for path in files if is_conffile(path)]:
            (info / f"{package.name}.conffiles").write_text("".join(conffiles))
        status += control(package, files) + "Status: install ok installed\n\n"
    (prefix / "var/lib/dpkg/status").write_text(status)
    for folder in (folder for folder in app.rglob("*") if folder.is_dir()):
        folder.chmod(0o700)


# ---- one phone -----------------------------------------------------------------------------------------------------


def fresh(folder: Path, cache: Path, options: Options) -> None:
    """Puts a phone as its first user finds it into ``folder``: ``phone`` (its files), ``log``, ``id_ed25519``."""
    for part in ("phone", "log"):
        wipe(folder / part)
    (folder / "faults.json").unlink(missing_ok=True)
    phone = folder / "phone"
    (phone / "data/data").mkdir(parents=True, mode=0o700)
    (folder / "log").mkdir()
    run("cp", "-a", cache / "app", phone / "data/data/com.termux")
    _system(phone / "system", options)
    for name in ("Download", "DCIM", "Documents", "Pictures", "Music", "Movies", "Podcasts"):
        (phone / "storage/0" / name).mkdir(parents=True)
    (phone / "storage/0").chmod(0)  # until the permission is granted
    (phone / "stand-in").mkdir()
    (phone / "stand-in/storage").write_text(f"{options.storage}\n")
    (phone / "stand-in/am.log").touch()
    _certificate(folder, cache, options)
    files = phone / "data/data/com.termux/files"
    if options.openssh:
        _ssh_keys(folder, files)
    else:
        uninstalled(files / "usr", "openssh")
    _variant(files / "usr", options)
    for name in ("phone/data", "phone/data/data"):
        (folder / name).chmod(0o311)  # cannot be listed, as on a phone


def _system(system: Path, options: Options) -> None:
    """Android's /system: a shell, a few tools, and /etc, where the host's programs find what Termux has compiled in."""
    shutil.copytree(FILES / "system", system)
    (system / "bin/getprop").chmod(0o755)
    for name, target in {"sh": "dash", "df": "df", "ls": "ls", "cat": "cat", "id": "id", "ps": "ps"}.items():
        (system / "bin" / name).symlink_to(f"/debian/bin/{target}")
    links = {"ssh": "ssh", "dpkg": "dpkg", "gitconfig": "gitconfig", "zsh/zshrc": "zshrc", "zsh/zprofile": "zprofile",
             "ssl/certs/ca-certificates.crt": "tls/cert.pem", "inputrc": "inputrc"}  # fmt: skip
    etc = system / "etc"
    (etc / "ssl/certs").mkdir(parents=True)
    for name, target in links.items():
        (etc / name).symlink_to(f"{PREFIX}/etc/{target}")
    with (etc / "apt.conf").open("a") as conf:
        conf.write(f'APT::Architecture "{ARCHITECTURE}";\nAPT::Architectures {{ "{ARCHITECTURE}"; }};\n')
    (etc / "architecture").write_text(f"{ARCHITECTURE}\n")
    (etc / "environment").write_text("".join(f"{name}={value}\n" for name, value in options.environment().items()))
    # root is among the names because packages made by others name it as the owner of their files.
    names = dict.fromkeys([USER, "termux", getpass.getuser(), "root", *options.users])
    (etc / "passwd").write_text("".join(f"{name}:x:{UID}:{UID}::{HOME}:{PREFIX}/bin/login\n" for name in names))
    groups = {USER: UID, **GROUPS}
    (etc / "group").write_text("".join(f"{name}:x:{number}:\n" for name, number in groups.items()))
    resolve(system, options.resolving())


def resolve(system: Path, names: list[str]) -> None:
    """From now on these host names resolve on the phone, and no others."""
    lines = ["127.0.0.1 localhost", "::1 ip6-localhost", *(f"127.0.0.1 {name}" for name in names)]
    (system / "etc/hosts").write_text("".join(f"{line}\n" for line in lines))


def resolved(system: Path) -> list[str]:
    """The host names that resolve on the phone."""
    lines = (system / "etc/hosts").read_text().splitlines()
    return [line.split()[1] for line in lines if not line.endswith("localhost")]


def strange_certificate(folder: Path) -> None:
    """A certificate that is signed by nobody but itself."""
    if not (folder / "strange.pem").is_file():
        run("openssl", "req", *_KEY, "-x509", "-days", "2", "-subj", "/CN=stranger",
             "-keyout", folder / "strange.key", "-out", folder / "strange.pem")  # fmt: skip


def _certificate(folder: Path, cache: Path, options: Options) -> None:
    """A certificate of the stand-in CA for every name that the mirror may be called by."""
    names = ",".join(f"DNS:{name}" for name in sorted({*options.resolving(), *MIRRORS, "localhost"}))
    run("openssl", "req", *_KEY, "-x509", "-CA", cache / "ca.pem", "-CAkey", cache / "ca.key", "-days", "3650",
         "-subj", "/CN=stand-in mirror", "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=CA:FALSE",
         "-keyout", folder / "mirror.key", "-out", folder / "mirror.pem")  # fmt: skip


def _ssh_keys(folder: Path, files: Path) -> None:
    keygen = ("ssh-keygen", "-q", "-N", "", "-t", "ed25519")
    if not (folder / "id_ed25519").is_file():
        run(*keygen, "-C", "stand-in phone", "-f", folder / "id_ed25519")
    run(*keygen, "-C", f"{USER}@localhost", "-f", files / "usr/etc/ssh/ssh_host_ed25519_key")
    (files / "home/.ssh").mkdir(mode=0o700)
    authorized = files / "home/.ssh/authorized_keys"
    authorized.write_text((folder / "id_ed25519.pub").read_text())
    authorized.chmod(0o600)


def _variant(prefix: Path, options: Options) -> None:
    """Makes the phone one that hello-termux must refuse to change the mirror of."""
    apt = prefix / "etc/apt"
    if options.variant == "play":
        (apt / "sources.list").unlink()
        (apt / "sources.list.d").mkdir(mode=0o700)
        source = "Types: deb\nURIs: https://termux.net\nSuites: stable\nComponents: main\n"
        (apt / "sources.list.d/main.sources").write_text(source)
    if options.variant == "pacman":
        for program in [*prefix.glob("bin/apt*"), *prefix.glob("bin/dpkg*")]:
            program.unlink()
        wipe(prefix / "var/lib/dpkg")
        wipe(apt)
        pacman = prefix / "bin/pacman"
        pacman.write_text(f'#!{PREFIX}/bin/sh\necho "pacman: this stand-in only has the name" >&2\nexit 1\n')
        pacman.chmod(0o700)


def wipe(place: Path) -> None:
    """Removes a folder, also one whose folders may not be read or written (Go's modules, shared storage)."""
    if place.is_dir():
        run("chmod", "-R", "u+rwX", place)
        shutil.rmtree(place)


def run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise host.RehearsalError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")
