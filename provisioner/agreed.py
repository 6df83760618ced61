"""What playbook and phone were last seen to agree on: an edit by hand that the playbook has taken over is none.

The phone notes what we write there. That a person has written the same there, or copied it from there into the
playbook, it cannot know, and nothing is written there for a plan that finds nothing to do. So the laptop remembers it,
and an apply tells the phone of what was taken over, so that other laptops know.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioner.digests import sha256
from provisioner.facts import Fact, Facts
from provisioner.facts.last import LastFact, Written, adopted
from provisioner.kept import Entry, KeptTexts
from provisioner.model import Action, Change
from provisioner.places import cache_folder
from provisioner.resources.base import Declared


class Agreed:
    """Of one phone, by the names under which it notes digests."""

    def __init__(self, host_key: str) -> None:
        self._kept = KeptTexts(cache_folder() / "agreed")
        self._key = sha256(host_key.encode())
        entry = self._kept.get(self._key)
        told = json.loads(entry.text) if entry else {}
        self._digests: dict[str, str] = told.get("digests", {})
        self._untold: set[str] = set(told.get("untold", ()))

    def known(self, facts: Facts) -> Facts:
        """``facts``, in which what was once agreed on counts as written by us."""
        more: dict[Fact[Any], Any] = {
            fact: Written(known.digests | {self._digests[fact.name]}, known.sealed)
            for fact, known in facts.items()
            if isinstance(fact, LastFact) and known.digests and fact.name in self._digests
        }
        return facts | Facts(more) if more else facts

    def note(
        self, declared: Sequence[Declared], facts: Facts, changes: Iterable[Change], *, ours: bool = False
    ) -> None:
        """After a reading of the phone. ``ours``: what is new in it was written by a run."""
        digests = _agreed(declared, facts, changes)
        moved = {name for name, digest in digests.items() if self._digests.get(name, digest) != digest}
        self._save({**self._digests, **digests}, self._untold - moved if ours else self._untold | moved)

    def untold(self) -> str:
        """Shell by which the phone notes what was taken over; empty: it knows all."""
        return "".join(adopted(self._digests[name], name) for name in sorted(self._untold))

    def told(self) -> None:
        """The phone has noted it."""
        self._save(self._digests, set())

    def _save(self, digests: Mapping[str, str], untold: set[str]) -> None:
        if (digests, untold) != (self._digests, self._untold):
            self._digests, self._untold = dict(digests), untold
            text = json.dumps({"digests": self._digests, "untold": sorted(untold)})
            self._kept.keep(self._key, Entry(text, {}))


def _agreed(declared: Sequence[Declared], facts: Facts, changes: Iterable[Change]) -> dict[str, str]:
    """The digests of what is there as the playbook says, by name."""
    same = {change.id for change in changes if change.action is Action.NONE and not change.edited}
    return dict(
        written for item in declared if item.id in same and (written := item.resource.written(facts)) is not None
    )
