"""Packages for the phone: real .deb files that link to the host's programs, and a signed repository of them.

All are marked ``STAND-IN`` in their description. Sizes and versions in the index are true. They say ``Architecture:
all`` because the host's dpkg was built for another architecture name than Termux's, and links have none.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import platform
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path, PurePosixPath

from provisioner.rehearsal.host import FILES, Package

APP = PurePosixPath("/data/data/com.termux")
PREFIX = APP / "files/usr"
USER, UID = "u0_a123", 10123
ARCHITECTURE = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
SIGNER = "stand-in mirror <standin@localhost>"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a package: bytes with a mode, or a link."""

    content: bytes = b""
    mode: int = 0o600
    link: str = ""


RUN = ("bin/", "libexec/", "share/termux-services/", "var/service/")
"""Where a package's own files are programs."""
Tree = dict[str, Entry]  # path below the prefix → what is there


def tree(package: Package) -> Tree:
    """Everything that a package installs."""
    found = {name if "/" in name else f"bin/{name}": _program(target) for name, target in reversed(package.programs)}
    own = FILES / "tree" / package.name
    for path in sorted(path for path in own.rglob("*") if path.is_file()):
        name = path.relative_to(own).as_posix()
        runs = name.startswith(RUN)
        found[name] = Entry(path.read_bytes(), 0o700 if runs else 0o600)
    if package.name == "termux-tools":
        found |= {f"etc/termux/mirrors/{path}": Entry(text) for path, text in mirror_files()}
    if package.name == "openssh-sftp-server":
        found["libexec/sftp-server"] = Entry(link="/usr/lib/openssh/sftp-server")
    return found


def _program(target: str) -> Entry:
    return Entry(Path(target[1:]).read_bytes(), 0o700) if target.startswith("+") else Entry(link=target)


def mirror_files() -> Iterator[tuple[str, bytes]]:
    """The mirror list of termux-tools: a shell fragment a mirror, which pkg reads."""
    for line in (FILES / "mirrors.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            path, url, weight, owner = (part.strip() for part in line.split("|"))
            fields = [f'{name}="{url.replace("*", name.lower())}"' for name in ("MAIN", "ROOT", "X11")]
            text = "\n".join(["# This file is sourced by pkg", f"# {owner}", f"WEIGHT={weight}", *fields, ""])
            yield path, text.encode()


def is_conffile(path: str) -> bool:
    """In Termux, as in Debian, what lies under etc is; the certificates are not."""
    return path.startswith("etc/") and not path.startswith("etc/tls/cert")


def control(package: Package, files: Tree) -> str:
    """The control paragraph."""
    fields = {
        "Package": package.name, "Version": package.version, "Architecture": "all", "Maintainer": SIGNER,
        "Installed-Size": str(sum(4 + len(entry.content) // 1024 for entry in files.values())),
        "Depends": package.depends, "Recommends": package.recommends,
        "Description": f"STAND-IN for Termux's {package.name}, runs the program of this computer",
    }  # fmt: skip
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def parents(paths: Iterable[str]) -> list[str]:
    """Every directory above the paths, outermost first."""
    return sorted({str(up) for path in paths for up in PurePosixPath(path).parents if str(up) != "."})


def _tar(files: dict[str, Entry]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1, format=tarfile.GNU_FORMAT) as archive:
        for path in [*parents(files), *sorted(files)]:
            entry = files.get(path)
            info = tarfile.TarInfo(f"./{path}")
            info.uid = info.gid = UID
            info.uname = info.gname = USER
            info.mtime = int(time.time())
            info.mode = entry.mode if entry else 0o700
            info.type = tarfile.DIRTYPE if not entry else tarfile.SYMTYPE if entry.link else tarfile.REGTYPE
            info.linkname = entry.link if entry else ""
            info.size = len(entry.content) if entry else 0
            archive.addfile(info, io.BytesIO(entry.content) if entry else None)
    return out.getvalue()


def deb(package: Package, files: Tree) -> bytes:
    """A .deb file."""
    meta = {"control": Entry(control(package, files).encode(), 0o644)}
    if conffiles := [f"{PREFIX}/{path}\n" for path in files if is_conffile(path)]:
        meta["conffiles"] = Entry("".join(conffiles).encode(), 0o644)
    if (script := FILES / "postinst" / package.name).is_file():
        meta["postinst"] = Entry(script.read_bytes(), 0o755)
    data = {f"{PREFIX}/{path}".lstrip("/"): entry for path, entry in files.items()}
    out = b"!<arch>\n"
    members = {"debian-binary": b"2.0\n", "control.tar.gz": _tar(meta), "data.tar.gz": _tar(data)}
    for name, content in members.items():
        out += f"{name:<16}{int(time.time()):<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        out += content + b"\n" * (len(content) % 2)
    return out


def newer(files: Tree) -> Tree:
    """The files of a later revision, whose conffiles have changed."""
    changed = b"# changed upstream\n"
    return {
        path: Entry(entry.content + changed, entry.mode, entry.link) if is_conffile(path) else entry
        for path, entry in files.items()
    }


def uninstalled(prefix: Path, package: str) -> None:
    """Makes a phone where the package never was: neither its files are there nor its entry."""
    info = prefix / "var/lib/dpkg/info"
    for line in (info / f"{package}.list").read_text().splitlines():
        path = prefix / line.removeprefix(f"{PREFIX}/")
        if path.is_symlink() or path.is_file():
            path.unlink()
    for path in info.glob(f"{package}.*"):
        path.unlink()
    status = prefix / "var/lib/dpkg/status"
    entries = status.read_text().split("\n\n")
    status.write_text("\n\n".join(entry for entry in entries if not entry.startswith(f"Package: {package}\n")))


def repository(place: Path, packages: dict[Package, Tree], key: Path) -> None:
    """Fills ``place`` with pool and indices, signed by a new key, whose public half is put at ``key``."""
    (place / "pool").mkdir(parents=True)
    index = ""
    for package, files in packages.items():
        content = deb(package, files)
        (place / "pool" / f"{package.name}.deb").write_bytes(content)
        index += control(package, files) + f"Filename: pool/{package.name}.deb\nSize: {len(content)}\n"
        index += f"SHA256: {hashlib.sha256(content).hexdigest()}\n\n"
    stable = place / "dists/stable"
    folder = stable / f"main/binary-{ARCHITECTURE}"
    folder.mkdir(parents=True)
    (folder / "Packages").write_text(index)
    (folder / "Packages.gz").write_bytes(gzip.compress(index.encode()))
    digests = "".join(
        f" {hashlib.sha256(file.read_bytes()).hexdigest()} {file.stat().st_size} {file.relative_to(stable)}\n"
        for file in sorted(folder.iterdir())
    )
    name = "termux-main stable"
    (stable / "Release").write_text(
        f"Origin: {name}\nLabel: {name}\nSuite: stable\nCodename: stable\nArchitectures: aarch64 arm i686 x86_64\n"
        f"Components: main\nDate: {formatdate(usegmt=True).replace('GMT', 'UTC')}\nSHA256:\n{digests}"
    )
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:  # short: the agent's socket lies in it
        environment = {**os.environ, "GNUPGHOME": home}
        sign = ["--local-user", SIGNER, "--clearsign", "-o", stable / "InRelease", stable / "Release"]
        for words in (["--quick-gen-key", SIGNER, "ed25519", "sign", "never"], sign, ["-o", key, "--export"]):
            command = ["gpg", "-q", "--batch", "--yes", "--passphrase", "", *words]
            subprocess.run(command, env=environment, check=True, capture_output=True)
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=environment, check=False, capture_output=True)
