"""What the phone runs: the script that it fetches, and the line that fetches, checks and starts it."""

from __future__ import annotations

from provisioner.digests import sha256
from provisioner.lean_dataclass import dataclass
from provisioner.pairing.key import OwnKey
from provisioner.pairing.texts import in_language
from provisioner.resources.sshd_config import SshdConfig
from provisioner.shell import DEVICE, quote
from provisioner.tasks.mirror import Place

SETTINGS = SshdConfig({"PasswordAuthentication": "no", "KbdInteractiveAuthentication": "no"})
"""What sshd is told, in the same drop-in and the same words as a playbook's ``openssh: {password_login: false}``."""

FILE = ".h"
"""What the phone keeps the script in while it runs; the script removes it."""


@dataclass(frozen=True, slots=True)
class Script:
    """The script with everything filled in; ``place`` is the listener's ``address:port``."""

    place: str
    nonce: str
    laptop: str
    key: OwnKey
    mirror: Place | None = None
    language: str = "en"

    @property
    def text(self) -> str:
        text = in_language((DEVICE / "pair.sh").read_text("utf-8"), self.language)
        values = {
            "LAPTOP": self.place, "NAME": self.laptop, "NONCE": self.nonce, "TYPE": self.key.type,
            "BODY": self.key.body, "COMMENT": self.key.comment, "MIRROR": self.mirror.main if self.mirror else "",
            "REGION": self.mirror.file if self.mirror else "",
        }  # fmt: skip
        for name, value in values.items():
            text = text.replace(f"@{name}@", quote(value))
        return text.replace("@DROPIN@", " ".join(quote(line) for line in SETTINGS.text.splitlines()))

    def line(self, token: str) -> str:
        """What is pasted into Termux, on one line. The space before it keeps it out of bash's history.

        Nothing runs unless 128 bits of the script's hash agree; ``no`` says that they did not.
        """
        fetch = f"curl -sSo {FILE} {self.place}/s"
        return f" {fetch};sha256sum {FILE}|grep -q ^{self.digest}&&T={token} sh {FILE}||echo no"

    @property
    def digest(self) -> str:
        """As much of the script's hash as the line holds: 128 bits."""
        return sha256(self.text.encode())[:32]

    def page(self, token: str) -> str:
        """The address of the page for the phone's browser; what makes it secret stands where no browser sends it."""
        return f"http://{self.place}/p#{token}.{self.digest}"


def alone(key: OwnKey) -> str:
    """A line that needs nothing from this laptop: packages, the key, sshd, and the fingerprint to compare."""
    apt = "apt-get -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
    known, add = f"grep -sqF {key.body[-16:]}", f"printf '\\n%s\\n' {quote(key.line)}"
    return (
        f" apt-get update;{apt} full-upgrade </dev/null;{apt} install openssh </dev/null&&"
        f"cd ~/.ssh&&{{ {known} authorized_keys||{add} >>authorized_keys;}};"
        "cd $PREFIX/etc/ssh;mkdir -p sshd_config.d;"
        f"echo PasswordAuthentication no >sshd_config.d/{SETTINGS.name}.conf;sshd;"
        "cut -d' ' -f2 ssh_host_ed25519_key.pub|base64 -d|sha256sum|cut -c1-30|sed 's/...../& /g'"
    )
