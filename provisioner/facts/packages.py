"""What dpkg and apt know: installed packages, candidates of the index, what an upgrade would do (termux.md §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.facts.memo import DPKG_KEY, memoized
from provisioner.lean_dataclass import dataclass
from provisioner.shell import words

READ_ONLY_APT = "-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Debug::NoLocking=true"
"""apt keeps its caches and lock files out of it: a plan writes not one byte."""
MOST_KEPT = 100
"""As many packages are asked about by way of a memo: to read one of more takes the shell as long as dpkg-query."""


@dataclass(frozen=True, slots=True)
class PackageState:
    """As dpkg has it: ``status`` is ``installed``, ``half-configured``, ``config-files``, ...; or ``provided``, by the
    installed package ``provider``, when the repository has none of its own by that name any more (``vim-python``)."""

    status: str
    version: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class PackageFact(Fact[PackageState | None]):
    """Whether a package is installed; None: dpkg has never heard of it."""

    name: str
    section: ClassVar[str] = "package"
    rests_on_memo: ClassVar[bool] = True

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # A name that dpkg has only heard of may be provided; that counts if the index has nothing real by it.
        names = words([fact.name for fact in facts])
        ask = (
            f"set -- {names}\n"
            "v=$(dpkg-query -W -f '${Package} ${db:Status-Status} ${Version}\\n' -- \"$@\" 2>/dev/null)\n"
            "printf '%s\\n' \"$v\"\n"
            "case $v in *' not-installed'* | *' config-files'*)\n"
            'ls "$PREFIX"/var/lib/apt/lists/*_Packages* >/dev/null 2>&1 &&\n'
            "dpkg-query -W -f '${Provides}\\t${Package} ${db:Status-Status} ${Version}\\n' |"
            " grep '^[^\t].* installed ' &&\n"
            f"apt-cache {READ_ONLY_APT} --no-all-versions show \"$@\" 2>/dev/null | sed -n 's/^Package: /real /p' ;;\n"
            "esac\n"
        )
        return memoized("package", DPKG_KEY if len(facts) <= MOST_KEPT else "''", ask)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, PackageState | None]:
        seen: dict[str, PackageState] = {}
        provided: dict[str, PackageState] = {}
        real = set()
        for line in answer.decode("utf-8", "replace").splitlines():
            provides, tab, rest = line.rpartition("\t")
            name, status, version = (*rest.split(" ", 2), "", "")[:3]
            if tab:
                virtual = (word.split()[0] for word in provides.split(",") if word.strip())
                provided |= dict.fromkeys(virtual, PackageState("provided", version, name))
            elif name == "real":
                real.add(status)
            else:
                seen[name] = PackageState(status, version)
        gone = {name: state for name, state in provided.items() if name not in real}
        left = {name: state for name, state in seen.items() if state.status not in ("not-installed", "config-files")}
        return {fact: left.get(fact.name) or gone.get(fact.name) or seen.get(fact.name) for fact in facts}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the index on the phone offers; ``size`` in bytes to download."""

    version: str
    size: int


@dataclass(frozen=True, slots=True)
class Download:
    """What installing some packages would fetch, dependencies included. None: the index does not know.

    ``candidates`` has apt too, if there is an index at all: what is missing beside it, the index does not have.
    """

    candidates: Mapping[str, Candidate]
    files: int | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class DownloadFact(Fact[Download]):
    """What installing ``names`` would fetch, by the index that is on the phone."""

    names: tuple[str, ...]
    section: ClassVar[str] = "download"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        names = words(sorted({name for fact in facts for name in fact.names}))
        return (
            f"apt-cache {READ_ONLY_APT} --no-all-versions show apt {names} 2>/dev/null |"
            " grep -E '^(Package|Version|Size):'\necho\n"
            f"apt-get {READ_ONLY_APT} -q -y --print-uris install {names} 2>/dev/null\n"
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Download]:
        shown, _, uris = answer.decode("utf-8", "replace").partition("\n\n")
        candidates = {}
        pattern = r"Package: (\S+)\n(?:(?!Package:).*\n)*?Version: (\S+)\n(?:(?!Package:).*\n)*?Size: (\d+)"
        for name, version, size in re.findall(pattern, shown + "\n"):
            candidates[name] = Candidate(version, int(size))
        sizes = [int(size) for size in re.findall(r"^'[^']*' \S+ (\d+) ", uris, re.MULTILINE)]
        whole = Download(candidates, len(sizes) or None, sum(sizes) or None)
        return dict.fromkeys(facts, whole)


@dataclass(frozen=True, slots=True)
class UpgradeState:
    """``pending``: installed packages for which the index has a newer version, with both versions; None: there is no
    index yet. ``broken``: packages that dpkg left half-way."""

    pending: tuple[tuple[str, str, str], ...] | None
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UpgradeFact(Fact[UpgradeState]):
    """What ``apt-get full-upgrade`` would do, by the index that is on the phone."""

    section: ClassVar[str] = "upgrade"
    rests_on_memo: ClassVar[bool] = True

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        ask = (
            "sed -n '/^Package: /{s///;h;};/^Status: .* \\(half-\\|unpacked\\|triggers-\\)/{g;s/^/broken /p;}'"
            ' "$PREFIX/var/lib/dpkg/status"\n'
            'set -- "$PREFIX"/var/lib/apt/lists/*_Packages*\n'
            '[ ! -e "$1" ] || { echo index\n'
            f"apt-get {READ_ONLY_APT} -q -s full-upgrade 2>/dev/null | grep '^Inst '; }}\n"
        )
        return memoized("upgrade", DPKG_KEY, ask)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, UpgradeState]:
        text = answer.decode("utf-8", "replace")
        broken = tuple(re.findall(r"^broken (\S+)", text, re.MULTILINE))
        found = re.findall(r"^Inst (\S+) (?:\[(\S+)\] )?\((\S+)", text, re.MULTILINE)
        index = re.search(r"^index$", text, re.MULTILINE)
        pending = tuple((name, old, new) for name, old, new in found) if index else None
        return dict.fromkeys(facts, UpgradeState(pending, broken))
