"""All installed packages at the versions of the index: Termux supports nothing less (termux.md §3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from provisioner.facts import Fact, Facts
from provisioner.facts.packages import UpgradeFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step
from provisioner.resources.base import Resource
from provisioner.resources.package import apt_scripts
from provisioner.schema import option, register


@register("apt_upgrade")
@dataclass(frozen=True, slots=True)
class AptUpgrade(Resource):
    """Bring every package to the version of the index on the phone; half-configured ones are repaired first.

    - apt_upgrade: {refresh: false}
    """

    barrier: ClassVar[bool] = True
    refresh: bool = option("fetch a new index even if one is there", default=False)

    @property
    def id(self) -> ResourceId:
        return ResourceId("apt_upgrade", "all")

    def facts(self) -> Iterable[Fact[Any]]:
        return [UpgradeFact()]

    def needs(self) -> Iterable[ResourceId]:
        return [ResourceId("apt_source", "termux")]

    def desired(self, facts: Facts) -> State:
        index = "fresh" if self.refresh else "present"
        return {"index": index, "outdated packages": 0, "half-configured packages": 0}

    def observed(self, facts: Facts) -> State:
        found = facts[UpgradeFact()]
        return {
            "index": None if found.pending is None else "present",
            "outdated packages": None if found.pending is None else len(found.pending),
            "half-configured packages": len(found.broken),
        }

    def reason(self, facts: Facts) -> str:
        if facts[UpgradeFact()].pending is None:
            return "the phone has no package index yet: how much is outdated is known after apply"
        return ""

    def notes(self, facts: Facts) -> Iterable[str]:
        found = facts[UpgradeFact()]
        for name, old, new in (found.pending or ())[:20]:
            yield f"{name} {old} → {new}"
        if found.pending and len(found.pending) > 20:
            yield f"and {len(found.pending) - 20} more"
        if found.broken:
            yield f"to be repaired: {', '.join(found.broken)}"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        yield Step(apt_scripts() + "apt_upgrade\n")
