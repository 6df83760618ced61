"""The key that opens phones and nothing else: made once, kept in the configuration folder, never sent anywhere."""

from __future__ import annotations

import datetime
import re
import socket
from pathlib import Path

from provisioner.errors import UsageError
from provisioner.lean_dataclass import dataclass
from provisioner.places import own_key
from provisioner.whole_file import write_whole

NOT_MADE = "KEY-THAT-PAIR-WILL-MAKE"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """``path`` is the private half; the public one is ``type body comment``."""

    path: Path
    type: str
    body: str
    comment: str

    @property
    def line(self) -> str:
        """As it stands in the phone's ``authorized_keys``."""
        return f"{self.type} {self.body} {self.comment}"


def find_own_key() -> OwnKey | None:
    """The key, if it was made already. Raises UsageError if its public half cannot be read."""
    path = own_key()
    if not path.exists():
        return None
    public = Path(f"{path}.pub")
    try:
        kind, body, comment = public.read_text("utf-8").strip().split(maxsplit=2)
    except (OSError, ValueError):
        raise UsageError(
            f"{public} cannot be read, and without it nobody can tell what opens your phones",
            hint=f"make it anew: ssh-keygen -y -f {path} > {public}",
        ) from None
    return OwnKey(path, kind, body, comment)


def have_own_key() -> OwnKey:
    """The key; made now if it was not yet: ed25519, mode 600, its comment says whose and since when.

    Raises UsageError if it cannot be written.
    """
    if found := find_own_key():
        return found
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    path = own_key()
    secret = Ed25519PrivateKey.generate()
    comment = _comment()
    kind, body = secret.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode().split()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Two that pair at once must not each make one: the second would take the first one's place.
        write_whole(path, secret.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()), new=True)
        try:
            write_whole(Path(f"{path}.pub"), f"{kind} {body} {comment}\n".encode(), mode=0o644)
        except BaseException:
            path.unlink()
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
    return OwnKey(path, kind, body, comment)


def key_to_show() -> OwnKey:
    """The key; where it was not made yet, one that stands for it: to look at a script makes nothing.

    Raises UsageError as ``find_own_key``.
    """
    return find_own_key() or OwnKey(own_key(), "ssh-ed25519", NOT_MADE, _comment())


def _comment() -> str:
    return f"hello-termux@{laptop_name()} {datetime.date.today().isoformat()}"


def laptop_name() -> str:
    """This computer's name as far as it can stand in a comment and in a sentence on the phone."""
    return re.sub(r"[^A-Za-z0-9._-]", "", socket.gethostname().partition(".")[0])[:32] or "laptop"
