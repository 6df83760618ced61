"""Settings of sshd, in a drop-in of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.paths import ContentFact
from provisioner.facts.sshd import SshdFact
from provisioner.formats.marked import join
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text, Value
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, feed, words
from provisioner.suggest import did_you_mean

CONFIG = RemotePath("$PREFIX", "etc/ssh/sshd_config")
FOLDER = RemotePath("$PREFIX", "etc/ssh/sshd_config.d")
INCLUDE = f"Include {FOLDER.absolute()}/*.conf\n"

_SWITCHES = """PasswordAuthentication KbdInteractiveAuthentication PermitEmptyPasswords AllowAgentForwarding
X11Forwarding PrintMotd TCPKeepAlive UseDNS"""
_NUMBERS = "ClientAliveInterval ClientAliveCountMax MaxAuthTries MaxSessions"
SETTINGS = {**dict.fromkeys(_SWITCHES.split(), "yes|no"), **dict.fromkeys(_NUMBERS.split(), r"[0-9]{1,6}")}
"""Those whose value ``sshd -T`` says as it is written, and which move neither the server nor the key that opens it."""


@register("sshd_config")
@dataclass(frozen=True, slots=True)
class SshdConfig(Resource):
    """Have settings of sshd in a drop-in of ours, once a second login has worked with them; your files stay.

    - sshd_config: {settings: {PasswordAuthentication: "no"}}
    """

    shorthand: ClassVar[str] = "settings"
    settings: Mapping[str, str] = option("as in sshd_config; the value in quotes, since YAML's no is no text")
    name: str = option("the drop-in's name, without .conf", default="50-hello-termux")

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            yield f"{self.name!r} is no name for a file: letters, digits, . _ -", "name"
        if not self.settings:
            yield "name at least one setting", "settings"
        for key, value in self.settings.items():
            if key not in SETTINGS:
                known = f"these can be set: {', '.join(SETTINGS)}"
                yield f"{key} cannot be set here: {did_you_mean(key, SETTINGS, known)}", "settings"
            elif not re.fullmatch(SETTINGS[key], value):
                yield f"{key} is {'yes or no' if '|' in SETTINGS[key] else 'a number'}, not {value!r}", "settings"

    @property
    def id(self) -> ResourceId:
        return ResourceId("sshd_config", self.name)

    @property
    def path(self) -> RemotePath:
        return FOLDER / f"{self.name}.conf"

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", "openssh")]

    def facts(self) -> Iterable[Fact[Any]]:
        return [*map(SshdFact, self.settings), ContentFact(CONFIG), ContentFact(self.path)]

    @property
    def text(self) -> str:
        """The drop-in, whole."""
        lines = "".join(f"{key} {value}\n" for key, value in self.settings.items())
        return "# Kept by hello-termux: what is written here is overwritten.\n" + lines

    def _text(self, facts: Facts) -> dict[str, Value]:
        """The drop-in, if there is one: it must say what is wanted even where another file already does."""
        there = facts[ContentFact(self.path)]
        return {} if there is None else {"content": Text.of(there)}

    def desired(self, facts: Facts) -> State:
        wanted: dict[str, Value] = {**self.settings}
        return wanted | ({"content": Text(self.text)} if self._text(facts) else {})

    def observed(self, facts: Facts) -> State:
        return {key: facts[SshdFact(key)].value or None for key in self.settings} | self._text(facts)

    def refusal(self, facts: Facts) -> str:
        found = facts[SshdFact(next(iter(self.settings)))]
        if found.server == "dropbear":
            return "the ssh server of this phone is dropbear, which has no such settings"
        if found.refused:
            return f"sshd would not start with the files it has now, so nothing is added to them: {found.refused}"
        return ""

    def reason(self, facts: Facts) -> str:
        return "tried beside the running sshd, and proved by a second login, before it counts"

    def notes(self, facts: Facts) -> Iterable[str]:
        config = facts[ContentFact(CONFIG)]
        if config is None or self._includes(config):
            yield f"written to {self.path}; sshd_config stays as it is"
        else:
            yield f"written to {self.path}; your sshd_config does not read it, so one Include line goes to its top"

    def _includes(self, config: bytes) -> bool:
        """Does sshd_config read the folder of drop-ins before it settles anything itself? (first value counts)"""
        for line in config.decode("utf-8", "replace").splitlines():
            word = re.match(r"\s*([A-Za-z]+)[\s=]+(.*)", line)
            if word and word[1].lower() == "include" and re.search(r"(^|[/\s\"])sshd_config\.d/\*", word[2]):
                return True
            if word and word[1].lower() in ("match", *map(str.lower, self.settings)):
                return False
        return False

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        config = facts[ContentFact(CONFIG)] or b""
        if not self._includes(config):
            config = join(config, "drop-ins", "#", INCLUDE.encode(), "top")
        lines = [f"{key} {value}" for key, value in self.settings.items()]
        yield Step(
            feed('cat >"$R/dropin"', self.text.encode())
            + feed('cat >"$R/config"', config)
            + device_script("sshd.sh")
            + f'sshd_try "${{numbers-}}" {words([self.path, CONFIG])} {words(lines)}\n',
            backs_up=(self.path, CONFIG),
        )
