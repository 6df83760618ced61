"""A package of Termux's repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.packages import DownloadFact, PackageFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Unknown
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, words
from provisioner.sizes import megabytes


@register("package")
@dataclass(frozen=True, slots=True)
class Package(Resource):
    """Have a package installed; all missing ones are installed in one transaction.

    - package: golang
    """

    shorthand: ClassVar[str] = "name"
    batch: ClassVar[str] = "apt"
    name: str = option("as apt knows it")

    def problems(self) -> Iterable[str]:
        if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]*", self.name):
            yield f"{self.name!r} is no package name: lower-case letters, digits, + . -"

    @property
    def id(self) -> ResourceId:
        return ResourceId("package", self.name)

    def facts(self) -> Iterable[Fact[Any]]:
        return [PackageFact(self.name)]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("apt_source", "termux"), ResourceId("apt_upgrade", "all")]

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        return [DownloadFact((self.name,))]

    def desired(self, facts: Facts) -> State:
        found = facts[PackageFact(self.name)]
        if found is not None and found.status == "installed":
            return {"status": "installed"}
        if found is not None and found.provider:
            return self.observed(facts) or {}
        download = facts.get(DownloadFact((self.name,)))
        candidate = download.candidates.get(self.name) if download else None
        version = candidate.version if candidate else Unknown()
        return {"version": version} if self.observed(facts) is None else {"status": "installed", "version": version}

    def observed(self, facts: Facts) -> State | None:
        found = facts[PackageFact(self.name)]
        if found is None or found.status in ("not-installed", "config-files"):
            return None
        if found.provider:
            return {"status": f"provided by {found.provider}"}
        return {"status": found.status, "version": found.version}

    def notes(self, facts: Facts) -> Iterable[str]:
        download = facts.get(DownloadFact((self.name,)))
        candidate = download.candidates.get(self.name) if download else None
        if candidate:
            yield f"{megabytes(candidate.size)} to download"
        elif download and "apt" in download.candidates:
            yield "the index that is on the phone has no package of this name"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self.batch_steps([(self, change)], facts)

    @classmethod
    def batch_steps(cls, work: Sequence[tuple[Resource, Change]], facts: Facts) -> Iterable[Step]:
        names = [resource.name for resource, _ in work if isinstance(resource, Package)]
        yield Step(apt_scripts() + f"apt_install {words(names)}\n")


def apt_scripts() -> str:
    """What a step needs that installs packages: the mirrors, apt, and sshd, which may be among them."""
    return "".join(map(device_script, ("mirror.sh", "sshd.sh", "apt.sh")))
