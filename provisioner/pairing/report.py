"""What a phone says of itself when it comes, once the MAC has shown that it is the phone that was meant."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.connecting.addresses import is_private
from provisioner.lean_dataclass import dataclass
from provisioner.transport.hostkeys import HostKey

GREETING = "hello-termux 1 "
_LIMIT = 200
_BUILDS = {"fdroid": "F-Droid", "github": "GitHub", "play": "Google Play"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a phone: ``kind`` is begin or report, ``fields`` what stands in it."""

    kind: str
    fields: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Message:
        """Read it. Raises ValueError, with a sentence, for anything that our script would not have sent."""
        head, _, rest = text.partition("\n")
        if not head.startswith(GREETING):
            raise ValueError("it is no message of hello-termux")
        fields = {}
        for line in rest.split("\n"):
            name, equals, value = line.partition("=")
            if not equals or not name.isidentifier() or len(value) > _LIMIT or not value.isprintable():
                raise ValueError("it holds a line that is no field")
            fields[name] = value.strip()
        return cls(head.removeprefix(GREETING), fields)


@dataclass(frozen=True, slots=True)
class Report:
    """A phone that is ready: how it is reached, which host key it shows, what it is."""

    address: str
    """Where it called from, which is where it is."""
    port: int
    host_key: HostKey
    fields: Mapping[str, str]

    @classmethod
    def of(cls, message: Message, address: str) -> Report:
        """Raises ValueError, with a sentence, if a field that is needed is missing or makes no sense."""
        port = message.fields.get("port", "")
        if not (port.isascii() and port.isdigit()) or not 0 < int(port[:9]) < 65536:
            raise ValueError(f"{port or 'nothing'} is no port")
        return cls(address, int(port), HostKey.parse(message.fields.get("host_key", "")), message.fields)

    @property
    def model(self) -> str:
        return named(self.fields.get("maker", ""), self.fields.get("model", ""))

    @property
    def lan(self) -> str:
        """The phone's own address in its Wi-Fi, where it called by another way (a cable); empty if it has none."""
        given = self.fields.get("lan", "")
        try:
            return given if is_private(given) else ""
        except ValueError:
            return ""

    @property
    def takes_passwords(self) -> bool:
        """Whether its sshd still takes passwords, against our setting."""
        return self.fields.get("passwords") == "yes"


def in_words(maker: str, model: str, android: str, origin: str, version: str) -> str:
    """``Xiaomi Redmi Note 12, Android 15, F-Droid 0.118.3``; what is unknown is left out."""
    parts = (
        named(maker, model),
        android and f"Android {android}",
        f"{_BUILDS.get(origin, 'Termux')} {version}".strip(),
    )
    return ", ".join(part for part in parts if part)


def named(maker: str, model: str) -> str:
    """Model names often begin with the maker's."""
    return model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()


def fingerprint_groups(key: HostKey) -> str:
    """The first 120 bits of the fingerprint as six groups, as the phone's script shows them: for people to compare."""
    import hashlib

    digest = hashlib.sha256(key.blob).hexdigest()
    return " ".join(digest[start : start + 5] for start in range(0, 30, 5))
