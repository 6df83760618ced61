"""Whether the phone uses another mirror than the wanted one, and whether the wanted one answers by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass

RECORD = ".local/state/hello-termux/mirror"
ORDER = ".local/state/hello-termux/mirrors"
"""Both below the home; written by ``device/mirror.sh``, which says what is in them."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stands in for a mirror that failed. ``says`` is what the wanted one says today, empty: it answers; None: it
    was not asked, since it failed less than an hour ago although it answered."""

    wanted: str
    using: str
    file: str
    root: str
    x11: str
    since: str
    why: str
    says: str | None


@dataclass(frozen=True, slots=True)
class FallbackFact(Fact[Fallback | None]):
    """The record of a fallback; None: there is none, and then nothing is asked of the network and nothing is forked."""

    section: ClassVar[str] = "fallback"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        return (
            f'f=$HOME/{RECORD}\nif [ -f "$f" ]; then t=${{HELLO_TERMUX_PATIENCE:-20}}\n'
            'while read -r k v; do echo "$k $v"; case $k in wanted) u=$v ;; rest) r=$v ;; esac; done <"$f"\n'
            'if [ "$(date +%s)" -ge "${r:-0}" ]; then\n'
            'if v=$(curl -fsSL --connect-timeout 5 -m "$t" "$u/dists/stable/InRelease" 2>&1)\n'
            "then case $v in -----BEGIN\\ PGP*) v= ;; *) v='something else answers in its place' ;; esac\n"
            'else v=${v##*curl: }; fi\necho "says $v"\nfi; fi\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Fallback | None]:
        lines = answer.decode("utf-8", "replace").splitlines()
        seen = {key: value for key, _, value in (line.partition(" ") for line in lines)}
        words = {key: seen.get(key, "") for key in ("wanted", "using", "file", "root", "x11", "since", "why")}
        whole = words["wanted"] and words["using"] and words["file"]
        return dict.fromkeys(facts, Fallback(**words, says=seen.get("says")) if whole else None)
