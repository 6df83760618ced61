"""What we have written last, by digest: what stands on the phone now and was never written by us was edited by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.digests import sha256
from provisioner.facts import Fact
from provisioner.facts.memo import STATE
from provisioner.lean_dataclass import dataclass
from provisioner.remote_path import RemotePath
from provisioner.shell import feed, sh

DIGESTS = f"{STATE}/last/digests"


@dataclass(frozen=True, slots=True)
class Written:
    """What we have written under a name: SHA-256 digests, none if never anything, and whether a secret was in it."""

    digests: frozenset[str] = frozenset()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class LastFact(Fact[Written]):
    """What we remember to have written under ``name``.

    If the last step that was to write it did not come to its end, also that of what stood there before it.
    """

    name: str
    section: ClassVar[str] = "last"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        names = "".join(f"\t{_key(fact.name)}\t\n" for fact in facts)
        return feed(f'grep -h -F -f - -- "{DIGESTS}" "{STATE}"/runs/*/before* 2>/dev/null', names.encode())

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Written]:
        told: dict[str, set[str]] = {}
        newest: dict[str, str] = {}
        sealed: set[str] = set()
        for line in answer.decode("utf-8", "replace").splitlines():
            digest, name, run, before, secret = (*line.split("\t"), "", "", "", "")[:5]
            if secret:
                sealed.add(name)
            if not before:
                newest[name] = max(run, newest.get(name, ""))
            if not before or run == newest.get(name):
                told.setdefault(name, set()).add(digest)
        names = {fact: _key(fact.name) for fact in facts}
        return {fact: Written(frozenset(told.get(name, ())), name in sealed) for fact, name in names.items()}


@dataclass(frozen=True, slots=True)
class UsedPlanFact(Fact[bool]):
    """Whether the saved plan of this name was carried out on the phone."""

    name: str
    section: ClassVar[str] = "plans"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        return f'cat "{STATE}/plans" 2>/dev/null\n'

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, bool]:
        names = answer.decode("utf-8", "replace").split()
        return {fact: fact.name in names for fact in facts}


def wrote(digest: str, name: str, old: str) -> str:
    """Shell of a step that is about to write what has this digest, in place of what has ``old`` (empty: nothing)."""
    return sh("wrote {} {} {}\n", digest, _key(name), old)


def adopted(digest: str, name: str) -> str:
    """Shell that notes it for what a person has written, and the playbook says too; of what was never ours, nothing."""
    known = sh("grep -q -s -F {}", f"\t{_key(name)}\t") + f' "{DIGESTS}"'
    return f"! {known} || " + sh("printf '%s\\t%s\\t-\\n' {} {}", digest, _key(name)) + f' >>"{DIGESTS}"\n'


def found(digest: str, name: str, run: str) -> str:
    """Shell of a step that puts back what ``run`` had replaced: if nothing was ever written before it, no edit."""
    return sh("found {} {} {}\n", digest, _key(name), run)


def wrote_block(body: bytes, name: str, old: str, path: RemotePath, label: str, comment: str) -> str:
    """The same for a marked block, which an undo can then take out of the file again."""
    digest = sha256(body)
    return sh("block {} {} {} {} {} {}\n", digest, _key(name), old, path, label, comment)


def _key(name: str) -> str:
    from urllib.parse import quote as percent  # 3 ms, for who writes only

    return percent(name, safe="/:.-_#@+,").replace("~", "%7E")  # a plain word of sh, whatever the name
