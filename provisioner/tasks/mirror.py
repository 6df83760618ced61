"""``mirror``: packages from near by (termux.md §2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from provisioner.lean_dataclass import dataclass
from provisioner.resources.apt_source import AptSource
from provisioner.resources.base import Declared
from provisioner.schema import option, register
from provisioner.suggest import did_you_mean
from provisioner.tasks.base import Context, Proof


@dataclass(frozen=True, slots=True)
class Place:
    """A mirror as termux-tools lists it: its file below ``etc/termux/mirrors`` and its main repository."""

    file: str
    main: str


CHINA = "chinese_mainland"
KNOWN = {
    "tuna": Place(
        f"{CHINA}/mirrors.tuna.tsinghua.edu.cn", "https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main"
    ),
    "bfsu": Place(f"{CHINA}/mirrors.bfsu.edu.cn", "https://mirrors.bfsu.edu.cn/termux/apt/termux-main"),
    "ustc": Place(f"{CHINA}/mirrors.ustc.edu.cn", "https://mirrors.ustc.edu.cn/termux/termux-main"),
    "sjtu": Place(f"{CHINA}/mirror.sjtu.edu.cn", "https://mirror.sjtu.edu.cn/termux/termux-main"),
    "nju": Place(f"{CHINA}/mirrors.nju.edu.cn", "https://mirrors.nju.edu.cn/termux/apt/termux-main"),
    "aliyun": Place(f"{CHINA}/mirrors.aliyun.com", "https://mirrors.aliyun.com/termux/termux-main"),
    "cernet": Place(f"{CHINA}/mirrors.cernet.edu.cn", "https://mirrors.cernet.edu.cn/termux/apt/termux-main"),
    "default": Place("default", "https://packages-cf.termux.dev/apt/termux-main"),
}
FALLBACK = ("tuna", "bfsu", "ustc", "sjtu", "nju", "cernet", "default")
UNIVERSITIES = (
    "mirror.nyist", "mirror.sjtu", "mirrors.bfsu", "mirrors.cernet", "mirrors.cqupt", "mirrors.hust", "mirrors.nju",
    "mirrors.pku", "mirrors.sau", "mirrors.sdu", "mirrors.sustech", "mirrors.tuna.tsinghua", "mirrors.ustc",
    "mirrors.zju",
)  # fmt: skip
GROUPS = {CHINA: (*(f"{name}.edu.cn" for name in UNIVERSITIES), "mirror.iscas.ac.cn", "mirrors.aliyun.com")}
"""Groups that pkg may choose from at random; their hosts are all as good."""


@register("mirror")
@dataclass(frozen=True, slots=True)
class Mirror:
    """Packages come from one mirror, and a later plain ``pkg install`` leaves it so.

    - mirror: tuna
    """

    shorthand: ClassVar[str] = "use"
    use: str = option(f"{', '.join(KNOWN)}, the group {CHINA}, or the address of a main repository", default="tuna")
    fallback: tuple[str, ...] = option(
        "mirrors to use while that one fails, best first; [] for none", factory=lambda: FALLBACK
    )

    def problems(self) -> Iterable[str | tuple[str, str]]:
        for name in self.fallback:
            if name not in KNOWN:
                yield (
                    "fallback",
                    f"no mirror is called {name!r}: {did_you_mean(name, KNOWN, 'one of ' + ', '.join(KNOWN))}",
                )
        if self.use in KNOWN or self.use in GROUPS:
            return
        if "://" in self.use:
            yield from AptSource(self.use).problems()
        else:
            words = (*KNOWN, *GROUPS)
            yield f"no mirror is called {self.use!r}: {did_you_mean(self.use, words, 'one of ' + ', '.join(words))}"

    def resources(self, context: Context) -> Iterable[Declared]:
        known = KNOWN.get(self.use) or (KNOWN["tuna"] if self.use in GROUPS else None)
        main = known.main if known else self.use.rstrip("/")
        body = context.render("sources.list", url=main)
        group = self.use in GROUPS
        others = [KNOWN[name] for name in self.fallback if KNOWN[name].main != main]
        fallback = tuple(f"{self._file(place, group)} {place.main}" for place in others)
        if group:
            yield Declared(AptSource(main, chosen=self.use, accept=GROUPS[self.use], fallback=fallback, body=body))
        elif known:
            yield Declared(AptSource(main, chosen=known.file, fallback=fallback, body=body))
        else:
            yield Declared(AptSource(main, fallback=fallback, body=body))

    def _file(self, place: Place, group: bool) -> str:
        """What pkg may choose from while this one is used: within the wanted group it is the group."""
        return self.use if group and place.file.startswith(self.use) else place.file

    def proofs(self, context: Context) -> Iterable[Proof]:
        script = (
            "url=$(sed -n 's/^deb \\([^ ]*\\) stable main.*/\\1/p' \"$PREFIX/etc/apt/sources.list\" | head -n 1)\n"
            'curl -fsSIL --connect-timeout 10 --max-time 25 -o /dev/null "${url:-none}/dists/stable/Release"\n'
            'echo "$url answers"\n'
        )
        yield Proof(
            "mirror answers",
            "mirror",
            script,
            shows="the mirror of sources.list can be reached from the phone",
            how="curl asks it for dists/stable/Release",
        )
