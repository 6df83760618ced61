"""``golang``: Go as Termux packages it, with settings that last (termux.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.host import HostFact
from provisioner.facts.paths import ContentFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared, Verdict
from provisioner.resources.file import File
from provisioner.resources.go_env import GoEnv
from provisioner.resources.package import Package
from provisioner.schema import option, register
from provisioner.tasks.base import Context, Proof
from provisioner.tasks.search_path import own_programs_on_path


@dataclass(frozen=True, slots=True)
class Profile:
    """Where modules and their checksums come from, and who answers names for programs built without cgo."""

    proxy: str
    sumdb: str
    resolvers: tuple[str, ...] = ()


PROFILES = {
    "china": Profile("https://goproxy.cn,direct", "sum.golang.google.cn", ("223.5.5.5", "119.29.29.29")),
    "default": Profile("https://proxy.golang.org,direct", "sum.golang.org"),
}
PUBLIC_PROXIES = (
    *(profile.proxy for profile in PROFILES.values()),
    "https://goproxy.cn",
    "https://goproxy.io,direct",
    "https://mirrors.aliyun.com/goproxy/,direct",
    "https://proxy.golang.org",
)
"""What everybody may use: nobody's own choice. Any other is somebody's, a company's maybe, and stays."""
PUBLIC_RESOLVERS = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "114.114.114.114", "223.5.5.5", "223.6.6.6",
                    "119.29.29.29"}  # fmt: skip
RESOLV_CONF = RemotePath("$PREFIX", "etc/resolv.conf")
"""What Termux's Go reads in place of /etc/resolv.conf; the package resolv-conf puts Google's servers there."""


@dataclass(frozen=True, slots=True)
class Built:
    """Applies where Termux has the package: delve is made for 64-bit phones only."""

    name: str

    def facts(self) -> Iterable[Fact[Any]]:
        return [HostFact()]

    def judge(self, facts: Facts) -> Verdict | None:
        arch = facts[HostFact()].arch
        return Verdict(False, f"there is no {self.name} for {arch}") if arch in ("arm", "i686") else None


@dataclass(frozen=True, slots=True)
class PublicResolvers:
    """Applies as long as no server of the user's own stands in resolv.conf."""

    def facts(self) -> Iterable[Fact[Any]]:
        return [ContentFact(RESOLV_CONF)]

    def judge(self, facts: Facts) -> Verdict | None:
        lines = (facts[ContentFact(RESOLV_CONF)] or b"").decode("utf-8", "replace").splitlines()
        servers = [line.split()[1] for line in lines if line.startswith("nameserver") and len(line.split()) > 1]
        own = [server for server in servers if server not in PUBLIC_RESOLVERS]
        return Verdict(False, f"{RESOLV_CONF} names {own[0]}, your own choice") if own else None


@register("golang")
@dataclass(frozen=True, slots=True)
class Golang:
    """Go builds and runs, finds its modules near by, and its tools are on PATH; a company proxy of yours stays.

    - golang: {profile: china, tools: [gopls, delve]}
    """

    shorthand: ClassVar[str] = "profile"
    profile: Literal["china", "default"] = option("whose proxy, checksum database and name servers", default="china")
    proxy: str = option("another GOPROXY; it goes before one that is set on the phone", default="")
    tools: tuple[Literal["gopls", "delve"], ...] = option("packages beside golang", default=("gopls", "delve"))

    def problems(self) -> Iterable[tuple[str, str]]:
        if any(c.isspace() or not c.isprintable() for c in self.proxy):
            yield "a GOPROXY holds no spaces: separate addresses by commas", "proxy"

    def resources(self, context: Context) -> Iterable[Declared]:
        for name in ("golang", "resolv-conf", *dict.fromkeys(self.tools)):
            yield Declared(Package(name), conditions=(Built(name),) if name == "delve" else ())
        yield from self._settings()
        yield from own_programs_on_path()
        if servers := PROFILES[self.profile].resolvers:
            text = Text("".join(f"nameserver {server}\n" for server in servers))
            package = Package("resolv-conf").id
            yield Declared(File(RESOLV_CONF, body=text), requires=(package,), conditions=(PublicResolvers(),))

    def _settings(self) -> Iterator[Declared]:
        profile = PROFILES[self.profile]
        sums = tuple(each.sumdb for each in PROFILES.values())
        proxy = GoEnv("GOPROXY", self.proxy or profile.proxy, keep_own=not self.proxy, replaces=PUBLIC_PROXIES)
        yield Declared(proxy)
        yield Declared(GoEnv("GOSUMDB", profile.sumdb, keep_own=True, replaces=("off", *sums)))
        # A newer Go than the packaged one is not published for Android: without this go tries to fetch it.
        yield Declared(GoEnv("GOTOOLCHAIN", "local"))

    def proofs(self, context: Context) -> Iterable[Proof]:
        from provisioner.tasks.golang_proofs import go_proofs

        return go_proofs(tuple(dict.fromkeys(self.tools)))
