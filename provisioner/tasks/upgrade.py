"""``upgrade``: no half-upgraded phone (termux.md §3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from provisioner.lean_dataclass import dataclass
from provisioner.resources.apt_upgrade import AptUpgrade
from provisioner.resources.base import Declared
from provisioner.schema import option, register
from provisioner.tasks.base import Context, Proof


@register("upgrade")
@dataclass(frozen=True, slots=True)
class Upgrade:
    """Every installed package is at the version of the index on the phone, none half-configured.

    - upgrade: full
    """

    shorthand: ClassVar[str] = "mode"
    mode: Literal["full", "none"] = option("full: all packages; none: leave them as they are", default="full")

    def resources(self, context: Context) -> Iterable[Declared]:
        return [Declared(AptUpgrade())] if self.mode == "full" else []

    def proofs(self, context: Context) -> Iterable[Proof]:
        return []
