"""Packages that come by way of the laptop: for a phone whose apt cannot fetch anything (``feeding/``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from provisioner.facts import Fact, Facts
from provisioner.facts.packages import READ_ONLY_APT
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.resources.base import Resource
from provisioner.resources.package import apt_scripts
from provisioner.shell import device_script, quote, words
from provisioner.sizes import megabytes

FOLDER = "$HOME/.local/state/hello-termux/feed"
ONLY_FED = (
    f'{READ_ONLY_APT} -o Dir::Etc::sourcelist="{FOLDER}/sources.list" -o Dir::Etc::sourceparts=-'
    f' -o Dir::State::lists="{FOLDER}/lists" -o Acquire::Languages=none -o Acquire::By-Hash=no'
)
"""Options by which the fed folder is all that apt knows, and a look at it writes nothing."""


@dataclass(frozen=True, slots=True)
class FedFile:
    """A package to be fetched: its path below the main repository, in bytes and by digest."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Fed:
    """``changes``: package, version now (empty: none), version then; ``said``: apt's own words if it cannot tell."""

    changes: tuple[tuple[str, str, str], ...]
    files: tuple[FedFile, ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class FedFact(Fact[Fed]):
    """What apt would do with the index that was fed; ``names``: for these packages, else for all that is outdated."""

    names: tuple[str, ...] = ()
    section: ClassVar[str] = "fed"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        wanted = f"install {words(facts[0].names)}" if facts[0].names else "full-upgrade"
        return (
            f"i=$(apt-get {ONLY_FED} -q -y -s {wanted} 2>&1) || echo failed\nprintf '%s\\n' \"$i\"\n"
            "set -- $(printf '%s\\n' \"$i\" | sed -n 's/^Inst \\([^ ]*\\) [^(]*(\\([^ ]*\\).*/\\1=\\2/p')\n"
            f'[ $# = 0 ] || apt-cache {ONLY_FED} show "$@" | grep -E "^(Filename|Size|SHA256):"\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Fed]:
        text = answer.decode("utf-8", "replace")
        changes = re.findall(r"^Inst (\S+) (?:\[(\S+)\] )?\((\S+)", text, re.MULTILINE)
        told = {name: re.findall(rf"^{name}: (\S+)$", text, re.MULTILINE) for name in ("Filename", "Size", "SHA256")}
        files = tuple(FedFile(path, int(size), digest) for path, size, digest in zip(*told.values(), strict=True))
        said = "".join(re.findall(r"^(?:E: |CANNOT LINK).*$", text, re.MULTILINE)[:1])
        failed = said or "apt-get does not say why" if re.search(r"^failed$", text, re.MULTILINE) else ""
        return dict.fromkeys(facts, Fed(tuple(changes), files, failed))


@dataclass(frozen=True, slots=True)
class FedPackages(Resource):
    """Have these packages, or without a name all that is outdated, from what the laptop has fetched."""

    names: tuple[str, ...] = ()

    @property
    def id(self) -> ResourceId:
        return ResourceId("fed_packages", ",".join(self.names) or "all")

    def facts(self) -> Iterable[Fact[Any]]:
        return [FedFact(self.names)]

    def desired(self, facts: Facts) -> State:
        return {"to install": 0}

    def observed(self, facts: Facts) -> State:
        found = facts[FedFact(self.names)]
        return {"to install": None if found.said else len(found.changes)}

    def refusal(self, facts: Facts) -> str:
        said = facts[FedFact(self.names)].said
        return f"the phone's apt cannot do that; it says: {said}" if said else ""

    def notes(self, facts: Facts) -> Iterable[str]:
        found = facts[FedFact(self.names)]
        yield f"fetched on this computer and sent over: {megabytes(sum(file.size for file in found.files))}"
        for name, old, new in found.changes[:20]:
            yield f"{name} {old or '(none)'} → {new}"
        if len(found.changes) > 20:
            yield f"and {len(found.changes) - 20} more"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        given = "".join(f" {quote(name)}" for name in self.names)
        yield Step(f"{apt_scripts()}{device_script('feed.sh')}feed_install{given}\n")
