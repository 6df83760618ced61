"""Whether Android's shared storage is within reach: its links below ``~/storage``, and what lies behind them
(termux.md §9)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass

READABLE = "readable"
NO_LINK = "no link"
DENIED = "permission denied"
DANGLING = "a link that leads nowhere"
SILENT = "no answer"

_SAID = {"Permission denied": DENIED, "No such file or directory": DANGLING}


@dataclass(frozen=True, slots=True)
class StorageFact(Fact[str | None]):
    """What ``~/storage/LINK`` is: one of the words above. None: there is no ``~/storage`` at all."""

    link: str
    section: ClassVar[str] = "storage"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # Only listing a folder tells: the permission may be gone while links and folders are still there. Storage that
        # does not answer (a card pulled out) would hold everything up, hence the timeout. find lists as ls does, and
        # starts in half the time: Termux's ls is one program with all of coreutils.
        names = " ".join(dict.fromkeys(fact.link for fact in facts))
        return (
            'if [ -e "$HOME/storage" ] || [ -L "$HOME/storage" ]; then echo there\nset --\n'
            f'for n in {names}; do\nl=$HOME/storage/$n\n[ -L "$l" ] && echo "link $n" && set -- "$@" "$l/"\ndone\n'
            '[ $# = 0 ] || LC_ALL=C timeout 5 find "$@" -maxdepth 1 -false 2>&1\n[ $? != 124 ] || echo silent\nfi\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, str | None]:
        text = answer.decode("utf-8", "replace")
        lines = text.splitlines()
        if "there" not in lines:
            return dict.fromkeys(facts, None)
        states = dict.fromkeys(re.findall(r"^link (\w+)$", text, re.M), SILENT if "silent" in lines else READABLE)
        for name, said in re.findall(r"^find: .*/storage/(\w+)/\W?: (.*)$", text, re.M):
            states[name] = _SAID.get(said, said)
        return {fact: states.get(fact.link, NO_LINK) for fact in facts}
