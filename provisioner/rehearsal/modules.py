"""Go's part of the internet: a module proxy and a checksum database, as files to be served.

Both are real in form: the proxy's protocol (go.dev/ref/mod#goproxy-protocol), and a signed tree of checksums
(go.dev/ref/mod#checksum-database) that a real ``go`` verifies. Only its key is the stand-in's: the phone's ``go``
trusts that one in place of Go's own, by one string of the same length in its program.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from provisioner.rehearsal.host import FILES, RehearsalError

DATABASE = "sum.golang.org"
HOSTS = {
    "goproxy.cn": "",
    "proxy.golang.org": "",
    "sum.golang.google.cn": f"sumdb/{DATABASE}",
    DATABASE: f"sumdb/{DATABASE}",
}
"""Who answers, and with which folder. A proxy relays the checksum database too, as the real ones do; ``go`` asks it
there unless GOSUMDB names a host of its own, as that of China does."""
REAL_KEY = b"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
"""The verifier key that every ``go`` has in its program (cmd/go/internal/modfetch/key.go)."""
_ED25519 = b"\x01"


def build(place: Path) -> str:
    """Write everything into ``place``, where a path below it is the path of a URL; the database's verifier key."""
    records = [_module(place, folder) for folder in sorted((FILES / "modules").glob("**/*@v*"))]
    place.mkdir(parents=True, exist_ok=True)
    key = place / "key.pem"
    _openssl("genpkey", "-algorithm", "ed25519", "-out", str(key))
    public = _ED25519 + _openssl("pkey", "-in", str(key), "-pubout", "-outform", "DER")[-32:]
    number = hashlib.sha256(f"{DATABASE}\n".encode() + public).digest()[:4]
    _database(place / "sumdb" / DATABASE, records, key, number)
    key.unlink()
    return f"{DATABASE}+{number.hex()}+{base64.b64encode(public).decode()}"


def trusting(program: Path, key: str) -> None:
    """Have a ``go`` trust ``key`` in place of Go's own."""
    program.write_bytes(program.read_bytes().replace(REAL_KEY, key.encode()))


def _module(place: Path, folder: Path) -> tuple[str, str]:
    """The proxy's files of one module; its name with version, and its record in the checksum database."""
    path, _, version = folder.relative_to(FILES / "modules").as_posix().partition("@")
    name = f"{path}@{version}"
    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    versions = place / path / "@v"
    versions.mkdir(parents=True, exist_ok=True)
    (versions / "list").write_text(f"{version}\n")
    (versions / f"{version}.info").write_text(json.dumps({"Version": version, "Time": "2024-12-04T15:48:55Z"}))
    (versions / f"{version}.mod").write_bytes(files["go.mod"])
    (versions / f"{version}.zip").write_bytes(_zip({f"{name}/{file}": data for file, data in files.items()}))
    whole, mod = _h1({f"{name}/{file}": data for file, data in files.items()}), _h1({"go.mod": files["go.mod"]})
    return name, f"{path} {version} {whole}\n{path} {version}/go.mod {mod}\n"


def _zip(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data)
    return made.getvalue()


def _h1(files: dict[str, bytes]) -> str:
    """The hash that go.sum has (golang.org/x/mod/sumdb/dirhash)."""
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def _database(place: Path, records: Sequence[tuple[str, str]], key: Path, number: bytes) -> None:
    """The tree of all records, signed; small enough for one tile (golang.org/x/mod/sumdb/tlog)."""
    leaves = [hashlib.sha256(b"\0" + record.encode()).digest() for _, record in records]
    note = f"go.sum database tree\n{len(leaves)}\n{base64.b64encode(_root(leaves)).decode()}\n"
    text = place.parent / "note"
    text.parent.mkdir(parents=True)
    text.write_text(note)
    signature = number + _openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(key), "-in", str(text))
    text.unlink()
    signed = f"{note}\n— {DATABASE} {base64.b64encode(signature).decode()}\n"
    (place / "lookup").mkdir(parents=True)
    (place / "tile/8/0/000.p").mkdir(parents=True)
    (place / "supported").touch()
    (place / "latest").write_text(signed, encoding="utf-8")
    (place / f"tile/8/0/000.p/{len(leaves)}").write_bytes(b"".join(leaves))
    for count, (name, record) in enumerate(records):
        answer = place / "lookup" / name
        answer.parent.mkdir(parents=True, exist_ok=True)
        answer.write_text(f"{count}\n{record}\n{signed}", encoding="utf-8")


def _root(leaves: Sequence[bytes]) -> bytes:
    """The hash of a tree (RFC 6962): split at the greatest power of two below its size."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _root(leaves[:half]) + _root(leaves[half:])).digest()


def _openssl(*words: str) -> bytes:
    done = subprocess.run(["openssl", *words], capture_output=True, check=False)
    if done.returncode:
        raise RehearsalError(f"openssl {words[0]} failed: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def lend(goroot: Path, place: Path, key: str) -> None:
    """What of the host's Go the phone must have otherwise: programs that trust ``key``, and, if its installer lost
    their execute bits, copies of its tools with them."""
    executable = os.access(next(goroot.glob("pkg/tool/*/compile"), goroot), os.X_OK)
    for part in ("bin",) if executable else ("bin", "pkg"):
        shutil.copytree(goroot / part, place / part)
    for file in (file for file in place.rglob("*") if file.is_file()):
        file.chmod(0o755)
    trusting(place / "bin/go", key)
