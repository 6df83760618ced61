"""``packages``: a list of packages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from provisioner.lean_dataclass import dataclass
from provisioner.resources.base import Declared
from provisioner.resources.package import Package
from provisioner.schema import option, register
from provisioner.tasks.base import Context, Proof


@register("packages")
@dataclass(frozen=True, slots=True)
class Packages:
    """These packages are installed; all that are missing come in one transaction.

    - packages: [golang, git, zsh, vim, gopls]
    """

    shorthand: ClassVar[str] = "names"
    names: tuple[str, ...] = option("as apt knows them")

    def problems(self) -> Iterable[str]:
        for name in self.names:
            yield from Package(name).problems()

    def resources(self, context: Context) -> Iterable[Declared]:
        return [Declared(Package(name)) for name in dict.fromkeys(self.names)]

    def proofs(self, context: Context) -> Iterable[Proof]:
        return []
