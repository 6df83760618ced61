"""The one secret of a pairing, and the MAC made with it that a phone can make too."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    """128 bits from the system's generator, as 22 characters that no shell reads as anything else."""
    return secrets.token_urlsafe(16)


def new_nonce() -> str:
    """What makes each pairing's messages its own; no secret."""
    return secrets.token_hex(16)


def mac(token: str, message: bytes) -> str:
    """H(T‖H(T‖m)) with SHA-256, each in hexadecimal: all that a fresh phone has for it is ``sha256sum``.

    The outer hash is what makes it safe against messages being lengthened.
    """
    key = token.encode()
    inner = hashlib.sha256(key + message).hexdigest()
    return hashlib.sha256(key + inner.encode()).hexdigest()


def is_mac(token: str, message: bytes, given: str) -> bool:
    """Whether ``given`` is the MAC of ``message``, in constant time."""
    return hmac.compare_digest(mac(token, message).encode(), given.encode())
