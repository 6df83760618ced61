"""The one private key that is offered: found, read quickly, or borrowed from the agent.

Keys are read with ``cryptography``, on which paramiko itself stands, and not by paramiko: ``PKey.from_path`` reads an
RSA key twice and tests its primes each time (rsa4096: 530 ms; this way: under 1 ms, the test can be left out for a
file of one's own).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from provisioner.errors import ConnectError
from provisioner.lean_dataclass import dataclass

MAKE_ONE = "make one, and let the phone know it:\n    ssh-keygen -t ed25519\n    ssh-copy-id -p 8022 ADDRESS"
"""What to type where there is no key at all."""

DEFAULTS = ("id_ed25519", "id_ecdsa", "id_rsa")
_LIMIT = 1 << 16
_TRIES = 3
_OPENSSH_MAGIC = b"openssh-key-v1\0"
_PUBLIC = (b"ssh-", b"ecdsa-", b"sk-", b"-----BEGIN PUBLIC", b"-----BEGIN RSA PUBLIC", b"---- BEGIN SSH2 PUBLIC")

AskPassphrase = Callable[[Path], str | None]
"""Asks a person for the passphrase of a key file; None gives up."""


class Signer(Protocol):
    """A key that can log in."""

    blob: bytes
    """The public key as it goes over the wire."""
    algorithms: tuple[str, ...]
    """The signature algorithms it can use, best first."""

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """The signature as it goes over the wire."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file that was read but not opened yet. ``public`` is the key's public half where the file tells it."""

    path: Path
    data: bytes
    public: bytes | None
    locked: bool


def find(identity: Path | None, folder: Path | None = None) -> KeyFile | None:
    """Read the key to offer: ``identity``, else the first of the usual ones, else None.

    Raises ConnectError, with what is wrong, if it cannot be read or is no private key.
    """
    if identity is not None:
        return read(identity.expanduser())
    for name in DEFAULTS:
        path = (folder or Path.home() / ".ssh") / name
        if path.exists():
            return read(path)
    return None


def read(path: Path) -> KeyFile:
    """Read a key file and tell what it is. Raises ConnectError."""
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT)
    except FileNotFoundError:
        raise ConnectError(f"the key file {path} does not exist", hint="give another with -i FILE") from None
    except PermissionError:
        raise ConnectError(f"the key file {path} may not be read by you", hint=f"chmod 600 {path}") from None
    except OSError as error:
        raise ConnectError(f"the key file {path} cannot be read: {error.strerror}") from None
    text = data.lstrip()
    if text.startswith(_PUBLIC):
        return KeyFile(path, b"", _public_of(text), locked=True)  # the agent may have the other half
    if text.startswith(b"PuTTY-User-Key-File"):
        raise ConnectError(
            f"{path} is a key of PuTTY's", hint=f"convert it: puttygen {path} -O private-openssh -o {path.stem}"
        )
    if not text.startswith(b"-----BEGIN ") or b"PRIVATE KEY-----" not in text:
        raise ConnectError(f"{path} is no private key", hint=MAKE_ONE)
    if b"BEGIN OPENSSH PRIVATE KEY" in text:
        public, locked = _openssh_header(path, text)
        return KeyFile(path, data, public, locked)
    locked = b"ENCRYPTED" in text
    return KeyFile(path, data, _public_beside(path), locked)


def open_key(file: KeyFile | None, ask: AskPassphrase | None = None) -> Signer:
    """The key, ready to sign. Raises ConnectError.

    A locked one is borrowed from the agent if the agent has that very key; else ``ask`` is asked, three times at most.
    """
    if file is None:
        return _only_key_of_agent()
    if not file.locked:
        return _unlock(file, None)
    borrowed = _from_agent(file.public) if file.public else None
    if borrowed is not None:
        return borrowed
    if not file.data:
        private = file.path.with_suffix("") if file.path.suffix == ".pub" else None
        raise ConnectError(
            f"{file.path} is a public key; the private one is needed to log in",
            hint=f"give -i {private}" if private and private.exists() else "its other half has no .pub at the end",
        )
    for _ in range(_TRIES):
        passphrase = ask(file.path) if ask is not None else None
        if passphrase is None:
            break
        try:
            return _unlock(file, passphrase.encode())
        except _WrongPassphraseError:
            continue
    else:
        raise ConnectError(f"that is not the passphrase of {file.path}")
    raise ConnectError(
        f"the key {file.path} is locked with a passphrase, and nobody is there to ask",
        hint=f"put it into the agent: ssh-add {file.path}",
    )


class _WrongPassphraseError(Exception):
    pass


def _unlock(file: KeyFile, passphrase: bytes | None) -> Signer:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    openssh = b"BEGIN OPENSSH" in file.data
    load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
    try:
        return LocalKey(load(file.data.strip() + b"\n", passphrase, unsafe_skip_rsa_key_validation=True))
    except (ValueError, TypeError, UnsupportedAlgorithm, IndexError) as error:
        if passphrase is not None:
            raise _WrongPassphraseError from None
        if isinstance(error, UnsupportedAlgorithm):
            raise ConnectError(
                f"{file.path} is of a kind that cannot be used: {error}", hint="make another: ssh-keygen -t ed25519"
            ) from None
        raise ConnectError(
            f"the private key {file.path} is damaged", hint="was it copied whole, with its first and last line?"
        ) from None


class LocalKey:
    """A private key from a file. Raises UnsupportedAlgorithm for kinds that SSH no longer knows (DSA)."""

    def __init__(self, key: Any) -> None:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
            raise UnsupportedAlgorithm("neither Ed25519, ECDSA nor RSA")
        kind, encoded = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[:2]
        self._key: Any = key
        self.blob = base64.b64decode(encoded)
        self.algorithms = _algorithms(kind.decode())

    def sign(self, data: bytes, algorithm: str) -> bytes:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

        if algorithm.startswith("rsa-"):
            digest = hashes.SHA512() if algorithm == "rsa-sha2-512" else hashes.SHA256()
            raw = self._key.sign(data, padding.PKCS1v15(), digest)
        elif algorithm.startswith("ecdsa-"):
            of_curve = {"256": hashes.SHA256(), "384": hashes.SHA384(), "521": hashes.SHA512()}[algorithm[-3:]]
            pair = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(of_curve)))
            raw = b"".join(_string(_mpint(number)) for number in pair)
        else:
            raw = self._key.sign(data)
        return _string(algorithm.encode()) + _string(raw)


class AgentKey:
    """A private key that stays in the agent; it signs there."""

    def __init__(self, key: Any) -> None:
        self._key = key
        self.blob: bytes = key.blob
        self.algorithms = _algorithms(key.get_name())

    def sign(self, data: bytes, algorithm: str) -> bytes:
        from paramiko.ssh_exception import SSHException

        try:
            return bytes(self._key.sign_ssh_data(data, algorithm))
        except (SSHException, OSError):
            raise ConnectError("the SSH agent refuses to sign with the key", hint="confirm it, or ssh-add it") from None


def _agent_keys() -> list[Any]:
    if not os.environ.get("SSH_AUTH_SOCK") and os.name != "nt":
        return []
    from paramiko.agent import Agent
    from paramiko.ssh_exception import SSHException

    try:
        return list(Agent().get_keys())
    except (SSHException, OSError):
        return []  # an agent that is gone or talks nonsense is no agent


def _from_agent(public: bytes) -> Signer | None:
    return next((AgentKey(key) for key in _agent_keys() if key.blob == public), None)


def _only_key_of_agent() -> Signer:
    keys = _agent_keys()
    if len(keys) == 1:
        return AgentKey(keys[0])
    usual = ", ".join(DEFAULTS)
    raise ConnectError(
        f"there is no key to log in with: none of {usual} is in {Path.home() / '.ssh'}"
        + (f", and of the {len(keys)} keys in the agent none was chosen" if keys else ""),
        hint="give one with -i FILE (its .pub if the agent has it)" if keys else MAKE_ONE,
    )


def _algorithms(kind: str) -> tuple[str, ...]:
    # SHA-256 first: dropbear knows no other, and every sshd that takes SHA-512 takes it.
    return ("rsa-sha2-256", "rsa-sha2-512") if kind == "ssh-rsa" else (kind,)


def _openssh_header(path: Path, text: bytes) -> tuple[bytes | None, bool]:
    """The public half and whether the private one is locked: both stand in clear at the start of the file."""
    try:
        body = base64.b64decode(b"".join(text.split(b"-----")[2].split()), validate=True)
        if not body.startswith(_OPENSSH_MAGIC):
            raise ValueError
        rest = body[len(_OPENSSH_MAGIC) :]
        cipher, rest = _take(rest)
        _, rest = _take(rest)
        _, rest = _take(rest)
        public, _ = _take(rest[4:])
    except (ValueError, IndexError):
        raise ConnectError(
            f"the private key {path} is damaged", hint="was it copied whole, with its first and last line?"
        ) from None
    return public, cipher != b"none"


def _public_beside(path: Path) -> bytes | None:
    try:
        return _public_of(Path(f"{path}.pub").read_bytes()[:_LIMIT])
    except OSError:
        return None


def _public_of(text: bytes) -> bytes | None:
    words = text.split(maxsplit=2)
    try:
        return base64.b64decode(words[1], validate=True)
    except (ValueError, IndexError):
        return None


def _take(data: bytes) -> tuple[bytes, bytes]:
    end = 4 + int.from_bytes(data[:4], "big")
    if end > len(data):
        raise ValueError
    return data[4:end], data[end:]


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _mpint(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
