"""Android's shared storage below ``~/storage``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.storage import NO_LINK, READABLE, StorageFact
from provisioner.lean_dataclass import dataclass
from provisioner.model import Change, ResourceId, State, Step, Value
from provisioner.resources.base import Resource
from provisioner.schema import option, register
from provisioner.shell import device_script, words

Link = Literal["shared", "downloads", "dcim", "pictures", "music", "movies", "documents", "podcasts", "audiobooks"]

NO_LINKS = (
    "look at the phone: there is a ~/storage without Termux's links. Move what is yours out of it, run"
    " termux-setup-storage in Termux, answer y, tap Allow"
)
REGRANT = (
    "look at the phone: Termux may not reach the storage any more. Settings > Apps > Termux > Permissions: take the one"
    " for files and media (storage) away, and grant it again"
)
"""Asking once more would not help: where ~/storage exists Termux asks on its input, and empties the folder on "y"."""


@register("shared_storage")
@dataclass(frozen=True, slots=True)
class SharedStorage(Resource):
    """Have the phone's photos and downloads within reach below ``~/storage``: by links that can be read and written.

    - shared_storage: [shared, downloads]
    """

    shorthand: ClassVar[str] = "need"
    need: tuple[Link, ...] = option("the links that must work", default=("shared",))
    wait: int = option("seconds to wait for a finger on the phone", default=30)

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if not self.need:
            yield "name at least one link", "need"
        if not 0 <= self.wait <= 600:
            yield f"{self.wait} seconds: 0 to 600", "wait"

    @property
    def id(self) -> ResourceId:
        return ResourceId("shared_storage", "~/storage")

    def facts(self) -> Iterable[Fact[Any]]:
        return [StorageFact(name) for name in ("shared", *self.need)]

    def desired(self, facts: Facts) -> State:
        return {**dict.fromkeys(self.need, READABLE)}

    def observed(self, facts: Facts) -> State | None:
        found: dict[str, Value] = {name: facts[StorageFact(name)] for name in self.need}
        return None if None in found.values() else found

    def refusal(self, facts: Facts) -> str:
        missing = [name for name in self.need if facts[StorageFact(name)] == NO_LINK]
        if missing and facts[StorageFact("shared")] == READABLE:
            return (
                f"the storage is granted, but this Termux made no link for {', '.join(missing)}: what it would lead to "
                "lies below ~/storage/shared"
            )
        return ""

    def waits(self, facts: Facts) -> str:
        shared = facts[StorageFact("shared")]
        return "" if shared is None else NO_LINKS if shared == NO_LINK else REGRANT

    def reason(self, facts: Facts) -> str:
        return f"Termux will ask on the phone's screen: {self.wait} s to tap Allow"

    def steps(self, change: Change, facts: Facts) -> Iterable[Step]:
        call = f'storage_get "${{numbers-}}" {self.wait} {words(self.need)}\n'
        yield Step(device_script("storage.sh") + call)
