"""Is this the phone that we know? Fingerprints, pins, and the one decision. Knows nothing of paramiko."""

from __future__ import annotations

import base64
import binascii
import fnmatch
from collections.abc import Callable, Iterable
from pathlib import Path

from provisioner.digests import sha256
from provisioner.errors import HostKeyError
from provisioner.lean_dataclass import dataclass
from provisioner.transport.target import Target

TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""Host key algorithms, the one to pin first; ``ssh-rsa`` keys speak the last two."""

SHOWS_KEY = "ssh-keygen -lf $PREFIX/etc/ssh/ssh_host_ed25519_key.pub"
"""What a person types on the phone to see its fingerprint."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host's public key."""

    type: str
    blob: bytes

    @property
    def line(self) -> str:
        """As it is pinned: ``ssh-ed25519 AAAA...``."""
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """As OpenSSH shows it: ``SHA256:...``."""
        return "SHA256:" + base64.b64encode(bytes.fromhex(sha256(self.blob))).decode().rstrip("=")

    @classmethod
    def of(cls, blob: bytes) -> HostKey:
        """Read the type from the key itself. Raises ValueError if there is none."""
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length or not 0 < length < 64:
            raise ValueError("not an SSH public key")
        return cls(blob[4 : 4 + length].decode("ascii"), blob)

    @classmethod
    def parse(cls, line: str) -> HostKey:
        """Read ``TYPE BASE64 [comment]``. Raises ValueError, with a sentence, if it is no such line."""
        words = line.split()
        if len(words) < 2:
            raise ValueError("a host key is written as TYPE and BASE64: ssh-ed25519 AAAA...")
        try:
            key = cls.of(base64.b64decode(words[1], validate=True))
        except (ValueError, binascii.Error):
            raise ValueError(f"{words[1][:24]} is not the base64 of an SSH public key") from None
        if key.type != words[0]:
            raise ValueError(f"the key says that it is {key.type}, not {words[0]}")
        return key


@dataclass(frozen=True, slots=True)
class HostKeyQuestion:
    """What a person must decide: does this key belong to the phone? ``known`` are the pinned ones if it has changed."""

    target: Target
    key: HostKey
    known: tuple[HostKey, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.known)


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may vouch for a key that is not pinned.

    ``ask`` is asked, and None means that nobody is there; ``expected`` is a fingerprint given beforehand
    (``SHA256:...``); with ``rekey`` a changed key may be accepted too.
    """

    ask: Callable[[HostKeyQuestion], bool] | None = None
    expected: str | None = None
    rekey: bool = False


NOBODY = Trust()
"""Only pinned keys will do."""


def pins_of(target: Target) -> tuple[HostKey, ...]:
    """The target's pins, read. Raises ValueError for one that cannot be."""
    return tuple(HostKey.parse(pin) for pin in target.pins)


def algorithms(target: Target, trust: Trust) -> tuple[str, ...]:
    """What to negotiate: only the types that are pinned, so that another key of the same phone is not "changed"."""
    pinned = {pin.type for pin in pins_of(target)}
    if not pinned or trust.rekey:
        return TYPES
    return tuple(name for name in TYPES if name in pinned or (name.startswith("rsa-") and "ssh-rsa" in pinned))


def check(target: Target, key: HostKey, trust: Trust) -> None:
    """Return if ``key`` is pinned or vouched for; raises HostKeyError otherwise. Called before anything is sent."""
    pins = pins_of(target)
    if key in pins:
        return
    if trust.expected and not _same_fingerprint(trust.expected, key.fingerprint):
        raise HostKeyError(
            f"{target} shows the host key {key.fingerprint} ({key.type}), not {trust.expected}",
            key.fingerprint,
            hint=f"nothing was sent. Compare it with what this prints on the phone:\n    {SHOWS_KEY}",
        )
    if pins and not trust.rekey:
        raise changed(target, pins, key)
    if trust.expected or (trust.ask is not None and trust.ask(HostKeyQuestion(target, key, pins))):
        return
    raise (
        changed(target, pins, key, asked=True)
        if pins
        else HostKeyError(
            f"{target} is not known yet; its host key is {key.fingerprint} ({key.type})",
            key.fingerprint,
            hint=f"compare it with what this prints on the phone:\n    {SHOWS_KEY}\n"
            f"and if it is the same, add:\n    --host-key {key.fingerprint}",
            kind="host_key_unknown",
        )
    )


def changed(target: Target, pins: tuple[HostKey, ...], key: HostKey | None, *, asked: bool = False) -> HostKeyError:
    """The key is another one than was pinned (``None``: the host has no key of a pinned type any more).

    ``asked``: --rekey was given, and nobody was there to say yes, or somebody said no.
    """
    shown = f"shows {key.fingerprint} ({key.type})" if key else f"no longer has a key of type {pins[0].type}"
    place = f" in {target.pinned_in}" if target.pinned_in else ""
    accept = "accept the new key with --rekey"
    if asked and key:
        accept = f"compare it with what this prints on the phone:\n    {SHOWS_KEY}\nand if it is the same, add:\n    "
        accept += f"--host-key {key.fingerprint}"
    return HostKeyError(
        f"the host key of {target} has changed: {pins[0].fingerprint} is pinned{place}, it {shown}",
        key.fingerprint if key else "",
        hint="Termux makes new host keys when it is reinstalled, and another phone may have taken the address; it can "
        f"also be an attack. Nothing was sent. If you know the reason, {accept}",
        kind="host_key_changed",
    )


def known_hosts(target: Target, files: Iterable[Path] | None = None) -> tuple[str, ...]:
    """The keys that ``~/.ssh/known_hosts`` has for ``[address]:port``, read only; revoked ones are left out."""
    names = [f"[{target.address}]:{target.port}"] if target.port != 22 else [target.address]
    found: list[str] = []
    for path in files if files is not None else (Path.home() / ".ssh" / "known_hosts",):
        try:
            text = path.read_text("utf-8", "replace")
        except OSError:
            continue
        for line in text.splitlines():
            words = line.split()
            if len(words) < 3 or words[0].startswith(("#", "@")) or not _names(words[0], names):
                continue
            try:
                found.append(HostKey.parse(" ".join(words[1:3])).line)
            except ValueError:
                continue  # a broken line of a file that is not ours says nothing about this phone
    return tuple(dict.fromkeys(found))


def _names(field: str, names: list[str]) -> bool:
    if field.startswith("|1|"):
        import hmac

        salt, _, digest = field[3:].partition("|")
        try:
            key, wanted = base64.b64decode(salt), base64.b64decode(digest)
        except binascii.Error:
            return False
        return any(hmac.compare_digest(hmac.new(key, n.encode(), "sha1").digest(), wanted) for n in names)
    matched = False
    for pattern in field.lower().split(","):
        wanted_name = pattern.removeprefix("!").replace("[", "[[]")  # brackets are themselves here
        if any(fnmatch.fnmatchcase(name.lower(), wanted_name) for name in names):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched


def is_fingerprint(text: str) -> bool:
    """Whether a fingerprint may look so, as ssh-keygen and ssh print it."""
    bare = _bare(text)
    return len(bare) == 43 and bare.isascii() and bare.replace("+", "").replace("/", "").isalnum()


def _same_fingerprint(given: str, ours: str) -> bool:
    return _bare(given) == _bare(ours)


def _bare(fingerprint: str) -> str:
    return fingerprint.strip().removeprefix("SHA256:").rstrip("=")
