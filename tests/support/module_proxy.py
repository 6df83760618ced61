"""A Go module proxy with a checksum database of its own, as files: what goproxy.cn serves, for one small module.

The database is a real one of a single record (Go's ``golang.org/x/mod/sumdb``): a Merkle tree, signed with a key of its
own, so that the real ``go`` checks all of it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MODULE, VERSION = "example.org/greet", "v1.0.0"
SUMDB = "sum.golang.org"
GO_MOD = b"module example.org/greet\n\ngo 1.20\n"
SOURCE = b'package greet\n\nconst Words = "hello from the proxy"\n'


@dataclass(frozen=True)
class ModuleProxy:
    """``files``: address → file, for the stand-in's world. ``verifier``: the value of GOSUMDB that trusts it."""

    files: dict[str, Path]
    verifier: str


def module_proxy(folder: Path, proxy: str, *, relays: bool = True, altered: bool = False) -> ModuleProxy:
    """A proxy at ``proxy``. ``relays``: it hands on the checksum database; ``altered``: what it serves is not what the
    database has a record of."""
    archive, served = _zip(SOURCE), _zip(SOURCE + b"// and more\n" if altered else SOURCE)
    record = f"{MODULE} {VERSION} {_hash(archive)}\n{MODULE} {VERSION}/go.mod {_hash({'go.mod': GO_MOD})}\n"
    leaf = hashlib.sha256(b"\0" + record.encode()).digest()
    note, verifier = _signed(f"go.sum database tree\n1\n{base64.b64encode(leaf).decode()}\n")
    texts = {
        f"{MODULE}/@v/list": f"{VERSION}\n".encode(),
        f"{MODULE}/@v/{VERSION}.info": json.dumps({"Version": VERSION, "Time": "2025-01-01T00:00:00Z"}).encode(),
        f"{MODULE}/@v/{VERSION}.mod": GO_MOD,
        f"{MODULE}/@v/{VERSION}.zip": _packed(served),
    }
    if relays:
        texts[f"sumdb/{SUMDB}/supported"] = b""
        texts[f"sumdb/{SUMDB}/lookup/{MODULE}@{VERSION}"] = f"0\n{record}\n{note}".encode()
        texts[f"sumdb/{SUMDB}/tile/8/0/000.p/1"] = leaf
    files = {}
    for number, (path, content) in enumerate(texts.items()):
        file = folder / str(number)
        file.write_bytes(content)
        files[f"{proxy}/{path}"] = file
    return ModuleProxy(files, verifier)


def _zip(source: bytes) -> dict[str, bytes]:
    root = f"{MODULE}@{VERSION}"
    return {f"{root}/go.mod": GO_MOD, f"{root}/greet.go": source}


def _packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _hash(files: dict[str, bytes]) -> str:
    """``h1:``: the digest of the files' digests and names (golang.org/x/mod/sumdb/dirhash)."""
    lines = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def _signed(text: str) -> tuple[str, str]:
    """A note with its signature, and the key that verifies it (golang.org/x/mod/sumdb/note)."""
    key = Ed25519PrivateKey.generate()
    public = b"\x01" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    digest = hashlib.sha256(f"{SUMDB}\n".encode() + public).digest()[:4]
    signature = base64.b64encode(digest + key.sign(text.encode())).decode()
    verifier = f"{SUMDB}+{digest.hex()}+{base64.b64encode(public).decode()}"
    return f"{text}\n\u2014 {SUMDB} {signature}\n", verifier
