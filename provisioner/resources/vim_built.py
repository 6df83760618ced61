"""A Vim built on the phone, in the user's own prefix, beside the packaged one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.host import HostFact
from provisioner.facts.packages import PackageFact
from provisioner.facts.vim import PACKAGED, VimFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Action, Change, ResourceId, State, Step, Unknown
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource, Verdict
from provisioner.shell import device_script, words

LIBRARIES = {"python3": "python", "lua": "luajit"}
"""The packages that a Vim of either kind loads for a feature when it runs."""
TOOLS = ("clang", "make", "pkg-config", "ncurses", "libiconv")
ROOM = 300
"""MB that must be free: the source tree with what is compiled, and 45 MB that stay (measured, without tools)."""


@dataclass(frozen=True, slots=True)
class VimBuilt(Resource):
    """Vim has its features: the packaged one, or if it lacks some (``missing``) or in any case (``always``) one built
    from source, to which ``bin/vim`` in ``prefix`` is a link. What the link says is the record of the build."""

    when: Literal["missing", "always"]
    features: tuple[str, ...]
    version: str
    sha256: str
    url: tuple[str, ...]
    jobs: int | str
    prefix: RemotePath

    @property
    def id(self) -> ResourceId:
        return ResourceId("vim_built", str(self.link))

    @property
    def link(self) -> RemotePath:
        return self.prefix / "bin/vim"

    @property
    def name(self) -> str:
        return "-".join(("vim", self.version, self.sha256[:8], *sorted(self.features)))

    def facts(self) -> Iterable[Fact[Any]]:
        return [VimFact(self.link), VimFact(PACKAGED), HostFact(), *(PackageFact(n) for n in self._runtime())]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("package", name) for name in (*self._runtime(), *TOOLS)]

    def _runtime(self) -> tuple[str, ...]:
        return ("vim", *(LIBRARIES[feature] for feature in self.features))

    def _needed(self, facts: Facts) -> bool | None:
        """Whether there must be a Vim of ours; None: the packages that decide it are yet to come."""
        packaged = facts[VimFact(PACKAGED)]
        if self.when == "always" or (packaged and set(self.features) <= packaged.features):
            return self.when == "always"
        states = [facts[PackageFact(name)] for name in self._runtime()]
        return True if all(state and state.status == "installed" for state in states) else None

    def desired(self, facts: Facts) -> State | None:
        needed, now = self._needed(facts), self.observed(facts)
        wanted: State = {"build": self.name, "features": " ".join(self.features)}
        if needed or now == wanted:
            return wanted
        return now if needed is False else {"build": Unknown("the packaged Vim is tried first")}

    def observed(self, facts: Facts) -> State | None:
        vim = facts[VimFact(self.link)]
        if vim is None:
            return None
        build, _, rest = vim.target.removeprefix("../lib/hello-termux/").partition("/")
        ours = rest == "bin/vim" and build.removesuffix(".b") == self.name
        working = " ".join(feature for feature in self.features if feature in vim.features)
        return {"build": self.name if ours else f"another, {vim.version}", "features": working}

    def certain(self, facts: Facts) -> bool:
        """Whether a build is planned that will not turn out to be needless."""
        return bool(self._needed(facts)) and self.observed(facts) != self.desired(facts)

    def action(self, observed: State | None, desired: State | None) -> Action:
        unknown = desired is not None and any(isinstance(value, Unknown) for value in desired.values())
        return Action.RUN if unknown else Action.CREATE if observed is None else Action.UPDATE

    def refusal(self, facts: Facts) -> str:
        free = facts[HostFact()].free_mb
        if self.certain(facts) and 0 <= free < ROOM:
            return f"a build of Vim takes {ROOM} MB for a while, and {free} MB are free: make room first"
        return ""

    def reason(self, facts: Facts) -> str:
        features = " and ".join(self.features)
        if self.when == "always":
            return "the playbook asks for a build of its own"
        if self._needed(facts) is None:
            return f"if needed: only if the packaged Vim, once it is there, runs without {features}"
        return f"the packaged Vim does not run with {features}"

    def notes(self, facts: Facts) -> Iterable[str]:
        if_built = "" if self.certain(facts) else "if it is built: "
        yield f"{if_built}5 to 20 minutes on most phones, {ROOM} MB while it is built and 45 MB in the end"

    def remarks(self, facts: Facts) -> Iterable[str]:
        if self.when == "missing" and self._needed(facts) is False and facts[VimFact(self.link)]:
            yield (
                f"The packaged Vim has {' and '.join(self.features)}; {self.link} still goes before it: remove that"
                " link if you built Vim for nothing else."
            )

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        script = device_script("few_jobs.sh") + device_script("vim_build.sh")
        features = words(self.features)
        if self.when == "missing":
            script += device_script("apt.sh")
            script += f'if vim_has "$PREFIX/bin/vim" {features}; then\n'
            script += f"echo The packaged Vim has {features}: nothing to build.\nexit 0\nfi\n"
            script += f"vim_tools {words(TOOLS)}\n"
        given = words((self.name, self.sha256, self.jobs, self.prefix, " ".join(self.features), *self.url))
        links = tuple(self.prefix / f"bin/{name}" for name in ("vim", "view", "vimdiff"))
        yield Step(f"{script}vim_build {given}\n", backs_up=links)


@dataclass(frozen=True, slots=True)
class BuildPlanned:
    """Applies while it is certain that Vim will be built: what only a build needs is left out otherwise."""

    built: VimBuilt

    def facts(self) -> Iterable[Fact[Any]]:
        return self.built.facts()

    def judge(self, facts: Facts) -> Verdict | None:
        return None if self.built.certain(facts) else Verdict(False, "")
