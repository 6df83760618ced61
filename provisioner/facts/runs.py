"""The runs that the phone remembers: their names, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.lean_dataclass import dataclass

RUNS = "$HOME/.local/state/hello-termux/runs"


@dataclass(frozen=True, slots=True)
class PastRun:
    """``state``: running, ended, or broken off (killed before its last step)."""

    id: str
    state: str
    title: str = ""
    """What it was to do: ``apply go-dev.yml``."""

    @property
    def begun(self) -> datetime:
        """When, in the laptop's own time: a run's name begins with it. Raises ValueError if this one's does not."""
        return datetime.strptime(self.id.partition("-")[0] + "+0000", "%Y%m%dT%H%M%SZ%z").astimezone()


@dataclass(frozen=True, slots=True)
class RunsFact(Fact[tuple[PastRun, ...]]):
    """All runs whose journals are still there, the oldest first."""

    section: ClassVar[str] = "runs"

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # Names are times: the shell's own order is that of the runs.
        return (
            f'for d in "{RUNS}"/*/; do\n[ -f "$d/events" ] || continue\nd=${{d%/}} n=${{d##*/}} p=0 t=\n'
            '[ -s "$d/pid" ] && read -r p <"$d/pid"\n[ -s "$d/title" ] && read -r t <"$d/title"\n'
            'if tail -c 80 "$d/events" | grep -q "	ended$"; then n="$n ended"\n'
            'elif grep -q -s -- "$n" "/proc/$p/cmdline"; then n="$n running"\nelse n="$n broken off"; fi\n'
            'printf \'%s\\t%s\\n\' "$n" "$t"\ndone\n'
        )

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, tuple[PastRun, ...]]:
        runs = []
        for line in answer.decode("utf-8", "replace").splitlines():
            run, _, title = line.partition("\t")
            name, _, state = run.partition(" ")
            if state:
                runs.append(PastRun(name, state, title))
        return dict.fromkeys(facts, tuple(runs))
