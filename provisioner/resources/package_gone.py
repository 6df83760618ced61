"""Packages that go again: what ``undo --packages`` plans with. No word of a playbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.needed import NeededFact, RemovalFact
from provisioner.facts.packages import PackageFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.resources.base import Resource
from provisioner.resources.package import Package
from provisioner.shell import device_script, words


@dataclass(frozen=True, slots=True)
class PackageGone(Resource):
    """A package that a run had added is not installed, unless another needs it that is none of ``added``."""

    batch: ClassVar[str] = "apt remove"
    name: str
    added: tuple[str, ...]
    """All that may go together."""
    wanted: bool
    """Was it asked for itself? One that came along stays without a word where it is needed."""

    @property
    def id(self) -> ResourceId:
        return ResourceId("package", self.name)

    def facts(self) -> Iterable[Fact[Any]]:
        return [PackageFact(self.name), NeededFact(self.added)]

    def details(self, facts: Facts) -> Iterable[Fact[Any]]:
        return [RemovalFact(self._going(facts))]

    def _going(self, facts: Facts) -> tuple[str, ...]:
        needed = facts[NeededFact(self.added)]
        return tuple(name for name in self.added if name not in needed)

    def desired(self, facts: Facts) -> State | None:
        stays = not self.wanted and self.name in facts[NeededFact(self.added)]
        return self.observed(facts) if stays else None

    def observed(self, facts: Facts) -> State | None:
        return Package(self.name).observed(facts)

    def refusal(self, facts: Facts) -> str:
        if by := facts[NeededFact(self.added)].get(self.name):
            return f"{by} needs it, so it stays"
        others = set(facts.get(RemovalFact(self._going(facts))) or ()) - set(self.added)
        return f"apt would also remove {', '.join(sorted(others))}" if others else ""

    def remarks(self, facts: Facts) -> Iterable[str]:
        if removed := facts.get(RemovalFact(self._going(facts))):
            yield f"apt-get, asked what it would do, removes exactly these {len(removed)} packages."

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        return self.batch_steps([(self, change)], facts)

    @classmethod
    def batch_steps(cls, work: Sequence[tuple[Resource, Change]], facts: Facts) -> Iterable[Step]:
        names = [resource.name for resource, _ in work if isinstance(resource, PackageGone)]
        yield Step(device_script("mirror.sh") + device_script("apt.sh") + f"apt_remove {words(names)}\n")
