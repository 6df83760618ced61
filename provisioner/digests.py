"""SHA-256 without OpenSSL, whose library takes longer to load (3 ms) than all texts of a playbook to digest.

Where OpenSSL is loaded already, as by a connection, it is asked; so it is for much data, which it digests at a multiple
of the speed.
"""

from __future__ import annotations

import sys

try:
    from _sha256 import sha256 as _small  # type: ignore[import-not-found]  # Python 3.11
except ImportError:
    try:
        from _sha2 import sha256 as _small  # type: ignore[import-not-found]  # Python 3.12 and later
    except ImportError:
        from hashlib import sha256 as _small  # a Python that was built without its own

LARGE = 1_000_000
"""Bytes from which on OpenSSL has gained its 3 ms."""


def sha256(data: bytes) -> str:
    """The digest of ``data`` in hexadecimal."""
    if len(data) < LARGE and "hashlib" not in sys.modules:
        told: str = _small(data).hexdigest()
        return told
    import hashlib

    return hashlib.sha256(data).hexdigest()
