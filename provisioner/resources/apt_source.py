"""Where packages come from: every file that decides it, as one state (termux.md §2.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.host import HostFact
from provisioner.facts.mirrors import ORDER, Fallback, FallbackFact
from provisioner.facts.paths import ContentFact, PathFact
from provisioner.formats import apt_lists, web_address
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Text, Write
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, feed, sh

APT = RemotePath("$PREFIX", "etc/apt")
LIST = APT / "sources.list"
LISTS = APT / "sources.list.d"
DEB822 = (LISTS / "main.sources", LISTS / "termux-main-stable.sources")
SIDE = {"x11": (LISTS / "x11.list", LISTS / "x11.sources"), "root": (LISTS / "root.list", LISTS / "root.sources")}
STALE = tuple(LISTS / name for name in ("game.list", "science.list", "unstable.list"))
MIRRORS = RemotePath("$PREFIX", "etc/termux/mirrors")
CHOSEN = RemotePath("$PREFIX", "etc/termux/chosen_mirrors")
KEPT = RemotePath("~", ORDER)
OWN = "hello-termux"
"""The mirror file that is made for an address that Termux has none for."""


TRY = """mirror_choose || {
echo "No mirror answers the phone. Nothing was written. Look at its Wi-Fi, or name another (mirror: aliyun or an URL)."
return 1
}
"""


@dataclass(frozen=True, slots=True)
class Urls:
    main: str
    root: str
    x11: str


@register("apt_source")
@dataclass(frozen=True, slots=True)
class AptSource(Resource):
    """Every file that decides where packages come from names this repository, and ``pkg`` leaves it so.

    - apt_source: {main: "https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main"}
    """

    shorthand: ClassVar[str] = "main"
    barrier: ClassVar[bool] = True
    main: str = option("address of the main repository")
    root: str = option("of the root repository, if root-repo is installed", default="")
    x11: str = option("of the x11 repository, if x11-repo is installed", default="")
    chosen: str = option("file or folder below etc/termux/mirrors that pkg may choose from", default=OWN)
    accept: tuple[str, ...] = option("host names of the group that are as good", factory=tuple)
    fallback: tuple[str, ...] = option("others to use while it fails, best first, each: FILE ADDRESS", factory=tuple)
    body: Text | None = option("the lines for sources.list; made from main without it", default=None)

    def problems(self) -> Iterable[str]:
        for line in self.fallback:
            if len(line.split()) != 2:
                yield f"{line!r} is not a file below etc/termux/mirrors and an address, with a space between"
        for url in filter(None, (self.main, self.root, self.x11, *(line.split()[-1] for line in self.fallback))):
            parts = web_address.split(url)
            if parts.scheme not in ("http", "https") or not parts.host or re.search(r"[\s'\"\[\]|&\\]", url):
                yield f"{url!r} is no address of a repository: write https://HOST/PATH"

    @property
    def id(self) -> ResourceId:
        return ResourceId("apt_source", "termux")

    def facts(self) -> Iterable[Fact[Any]]:
        side = [path for paths in SIDE.values() for path in paths]
        yield HostFact()
        yield FallbackFact()
        yield PathFact(CHOSEN)
        yield from (PathFact(path) for path in STALE)
        yield from (ContentFact(path) for path in (LIST, *DEB822, *side, MIRRORS / self.chosen, KEPT))

    # ---- what is wanted

    def _urls(self, facts: Facts) -> Urls:
        """The addresses as the phone's own mirror file has them: they are not all built alike (termux.md §2.4)."""
        text = (facts[ContentFact(MIRRORS / self.chosen)] or b"").decode("utf-8", "replace")
        known = dict(re.findall(r'^(MAIN|ROOT|X11)="?([^"\n]*)"?$', text, re.MULTILINE)) if self.chosen != OWN else {}
        beside = self.main.rstrip("/").removesuffix("termux-main")
        return Urls(
            main=known.get("MAIN", self.main).rstrip("/"),
            root=known.get("ROOT", self.root or beside + "termux-root").rstrip("/"),
            x11=known.get("X11", self.x11 or beside + "termux-x11").rstrip("/"),
        )

    def _in_force(self, facts: Facts) -> Fallback | None:
        """The fallback that stays, because the wanted mirror still fails."""
        found = facts[FallbackFact()]
        known = found is not None and found.wanted == self._urls(facts).main and bool(self.fallback)
        return found if known and found is not None and found.says != "" else None

    def desired(self, facts: Facts) -> State:
        urls, chosen = self._urls(facts), self.chosen
        if found := self._in_force(facts):
            urls, chosen = Urls(found.using, found.root or urls.root, found.x11 or urls.x11), found.file
        now = self.observed(facts)
        main = now["main"] if web_address.split(str(now["main"])).host in self.accept else urls.main
        state: dict[str, Any] = {"main": main}
        for name, url in (("x11", urls.x11), ("root", urls.root)):
            if now[name] is not None:
                state[name] = url
        state["pkg chooses from"] = chosen
        if self.chosen == OWN:
            state["mirror file"] = self._own_file(self._urls(facts))
        state["stale lists"] = None
        state["fallbacks"] = ", ".join(_hosts(self._order(facts))[1:]) or None
        state["in place of"] = found.wanted if found else None
        return state

    def _order(self, facts: Facts) -> str:
        """What the phone keeps: the wanted mirror and its fallbacks, a line each."""
        first = f"{self.chosen} {self._urls(facts).main}"
        return "".join(f"{line}\n" for line in (first, *self.fallback))

    def observed(self, facts: Facts) -> State:
        chosen = facts[PathFact(CHOSEN)]
        target = chosen.target.partition("/etc/termux/mirrors/")[2] if chosen else None
        own = facts[ContentFact(MIRRORS / self.chosen)]
        return {
            "main": ", ".join(self._main(facts)) or None,
            **{name: ", ".join(self._side(facts, name)) or None for name in SIDE},
            "pkg chooses from": (target or chosen.target or "a " + chosen.type) if chosen else None,
            "mirror file": Text.of(own) if own is not None else None,
            "stale lists": ", ".join(p.name for p in STALE if facts[PathFact(p)]) or None,
            "fallbacks": ", ".join(_hosts(_text(facts, KEPT))[1:]) or None,
            "in place of": record.wanted if (record := facts[FallbackFact()]) else None,
        }

    def reason(self, facts: Facts) -> str:
        found = facts[FallbackFact()]
        if found is None or found.wanted != self._urls(facts).main or found.says != "":
            return ""
        return f"back to {_host(found.wanted)}, which answers again (it failed on {found.since}: {found.why})"

    def remarks(self, facts: Facts) -> Iterable[str]:
        if found := self._in_force(facts):
            today = f"does not answer: {found.says}" if found.says else "is given an hour's rest"
            yield (
                f"Packages still come from {_host(found.using)}, since {found.since} ({found.why}):"
                f" {_host(found.wanted)} {today}."
            )
        chosen = facts[PathFact(CHOSEN)]
        if self.chosen != OWN and chosen and not chosen.resolved and chosen.target.endswith(self.chosen):
            yield "This termux-tools has no list of mirrors yet: pkg keeps to the chosen one as soon as it is upgraded."

    def _main(self, facts: Facts) -> list[str]:
        found = [url for _, url in apt_lists.main_lines(_text(facts, LIST))]
        for path in DEB822:
            found += apt_lists.uris(_text(facts, path))
        return [url.rstrip("/") for url in found]

    def _side(self, facts: Facts, name: str) -> list[str]:
        one_line, deb822 = SIDE[name]
        found = [url for _, url, _ in apt_lists.lines(_text(facts, one_line))]
        return [url.rstrip("/") for url in (*found, *apt_lists.uris(_text(facts, deb822)))]

    def _own_file(self, urls: Urls) -> Text:
        lines = f'WEIGHT=1\nMAIN="{urls.main}"\nROOT="{urls.root}"\nX11="{urls.x11}"\n'
        return Text(f"# Made by hello-termux, sourced by pkg.\n{lines}")

    def refusal(self, facts: Facts) -> str:
        if facts[HostFact()].origin == "play" or any("//termux.net" in url for url in self._main(facts)):
            return (
                "this Termux comes from the Play Store: it has an archive of its own (termux.net), which no mirror"
                " carries; install Termux from F-Droid or GitHub to use one"
            )
        return ""

    # ---- how it is made

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        differs = {field.name for field in change.fields}
        yield Step(device_script("mirror.sh") + feed('cat >"$R/mirrors"', self._order(facts).encode()))
        yield Step(TRY)
        urls = self._urls(facts)
        for path, text in self._files(facts, urls, differs).items():
            yield Step("", (path,), Write(path, text.encode("utf-8", "surrogateescape"), "644"))
        for path in STALE:
            if facts[PathFact(path)]:
                yield Step(sh("rm -f -- {}\n", path), backs_up=(path,))
        keep = sh('put {} 600 <"$R/mirrors"\n' if self.fallback else "rm -f -- {}\n", KEPT)
        yield Step("mirror_switch\n" + keep, backs_up=(KEPT,))

    def _files(self, facts: Facts, urls: Urls, differs: set[str]) -> Mapping[RemotePath, str]:
        files: dict[RemotePath, str] = {}
        deb822 = [path for path in DEB822 if apt_lists.uris(_text(facts, path))]
        if "main" in differs:
            line = self.body.text if self.body else f"deb {urls.main} stable main\n"
            files[LIST] = apt_lists.set_main(_text(facts, LIST), "" if deb822 else line)
            files |= {path: apt_lists.set_uris(_text(facts, path), urls.main) for path in deb822[:1]}
            files |= {path: "Enabled: no\n" + _text(facts, path) for path in deb822[1:]}
        for name, url in (("x11", urls.x11), ("root", urls.root)):
            one_line, other = SIDE[name]
            if name in differs and _text(facts, one_line):
                files[one_line] = apt_lists.set_only(_text(facts, one_line), url)
            if name in differs and _text(facts, other):
                files[other] = apt_lists.set_uris(_text(facts, other), url)
        if "mirror file" in differs:
            files[MIRRORS / OWN] = self._own_file(urls).text
        return files


def _text(facts: Facts, path: RemotePath) -> str:
    return (facts[ContentFact(path)] or b"").decode("utf-8", "surrogateescape")


def _host(url: str) -> str:
    return web_address.split(url).host or url


def _hosts(order: str) -> list[str]:
    return [_host(line.split()[-1]) for line in order.splitlines() if line.split()]
