"""Signal 9 for processes on the phone, at a step boundary, inside a step or at a random moment.

The killing is done on the phone itself, by lines that are put into the run script at that place: so it is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from provisioner import detached, stream
from provisioner.errors import ConnectError, RunFailed
from provisioner.model import Change
from provisioner.planner import Work
from tests.faults.kit import Kit, known, twin
from tests.faults.trial import NOTICED, Trial

PATIENCE = 2.0
"""Seconds for which a phone is waited for whose sshd is gone for good."""

_SESSIONS = """\
listener=; [ ! -r $PREFIX/var/run/sshd.pid ] || read -r listener <$PREFIX/var/run/sshd.pid
for p in /proc/[0-9]*; do
c=; { read -r c <$p/comm; } 2>/dev/null || :
case $c in sshd*) [ "${p#/proc/}" = "$listener" ] || kill -9 "${p#/proc/}" || : ;; esac
done 2>/dev/null
"""
_STRUCK = ": >/stand-in/struck\n"

AT_ONCE = {
    "runner": _STRUCK + "kill -9 $$\n",
    "sshd session": _STRUCK + _SESSIONS,
    "sshd": _STRUCK + 'kill -9 "$(cat "$PREFIX/var/run/sshd.pid")"\n' + _SESSIONS,
    "all": _STRUCK + "kill -9 -1\nkill -9 $$\n",
}
"""Victims that are there at every moment."""
ANY = "any process of the run"
TOOLS = ("apt-get", "dpkg", "dpkg --unpack", "dpkg --configure", "git", "tail")
"""Programs that come and go; with an option, only when that is among their words."""
MOMENTS = ("before", "inside", "after")
RANDOM = "random"


def _when_seen(tool: str, wait: float) -> str:
    """Lies in wait for a program, and kills the first one that it sees, ``wait`` seconds later."""
    name, _, option = tool.partition(" ")
    return f"""\
(
n=0
while [ $n -lt 1500 ] && [ -d /proc/$$ ]; do
for p in /proc/[0-9]*; do
c= words=
{{ read -r c <"$p/comm"; }} 2>/dev/null
[ "$c" = {name} ] || continue
{{ read -r words <"$p/cmdline"; }} 2>/dev/null
case $words in *{option}*) ;; *) continue ;; esac
sleep {wait}
kill -9 "${{p#/proc/}}" || continue
: >/stand-in/struck
exit
done
sleep 0.005
n=$((n + 1))
done
) </dev/null >/dev/null 2>&1 9>&- &
"""


_ONE_OF_THE_RUN = """\
victims= n=0
for p in /proc/[0-9]*; do
s=; { read -r s <$p/stat; } 2>/dev/null || :
set -- ${s##*) }
[ "${4-}" != "$runner" ] || [ "${p#/proc/}" = "$me" ] || { victims="$victims ${p#/proc/}"; n=$((n + 1)); }
done
set -- $victims
[ $n -gt 0 ] || exit 0
shift $((SEED % n))
kill -9 "$1" && : >/stand-in/struck
"""


def _after(victim: str, wait: float) -> str:
    """The same, ``wait`` seconds later; which process of the run it is depends on that number too."""
    script = _ONE_OF_THE_RUN if victim == ANY else AT_ONCE[victim].replace("kill -9 $$", "kill -9 $runner")
    script = script.replace("SEED", str(round(wait * 100)))
    me = "read -r me _ </proc/self/stat\n"
    return f"runner=$$\n( {me}sleep {wait}\n{script}) </dev/null >/dev/null 2>&1 9>&- &\n"


@dataclass(frozen=True, slots=True)
class Kill:
    """``step``: the address of a change; ``wait``: seconds from the moment on."""

    victim: str
    moment: str
    step: str
    wait: float = 0.0

    def __str__(self) -> str:
        return f"kill {self.victim}, {self.moment} {self.step}" + (f" + {self.wait:.2f} s" if self.wait else "")

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the table; a tool is lain in wait for from the step's beginning, and struck inside it."""
        return (self.victim, "inside" if self.victim in TOOLS else self.moment)

    @property
    def script(self) -> str:
        if self.victim in TOOLS:
            return _when_seen(self.victim, self.wait)
        return _after(self.victim, self.wait) if self.wait else AT_ONCE[self.victim]

    def try_it(self, kit: Kit, folder: Path) -> bool:
        """Whether there was such a process to be killed. Raises DoesNotHold."""
        with ExitStack() as stack:
            standin = twin(stack, kit, kit.begins[kit.index(self.step)], folder)
            trial = Trial(kit, standin, known(standin, folder))
            with self.put_in():
                trial.run(patience=PATIENCE if self.victim in ("sshd", "all") else 30, timeout=5)
            trial.require(isinstance(trial.error, RunFailed | ConnectError | None), f"another error: {trial.error!r}")
            trial.require(trial.seconds < NOTICED + 60, f"it took {trial.seconds:.0f} s")
            trial.settle(stack)
            trial.check_own_files()
            trial.check_lines()
            self._check(trial)
            # With the Termux app its wake lock goes too; after a run that had nothing left to do comes no other.
            trial.finish(may_be_awake=self.victim in ("all", ANY))
            return (folder / "phone/phone/stand-in/struck").exists()

    def _check(self, trial: Trial) -> None:
        if self.victim in ("sshd session", "tail"):  # the run is none of their business
            trial.require(trial.error is None, f"the run was given up: {trial.error}")
            trial.check()
        if self.victim in ("runner", "all") and not self.wait:
            trial.require(trial.error is not None, "a run that was killed looks like a success")

    @contextmanager
    def put_in(self) -> Iterator[None]:
        """The run scripts that are made now hold the killing."""
        real = stream.compile_run

        def compile_run(work: Sequence[Work], *args: Any, **words: Any) -> str:
            return put_in(real(work, *args, **words), number(work, self.step), self.moment, self.script)

        with patch.object(detached, "compile_run", compile_run):
            yield


def number(work: Sequence[Work], address: str) -> int:
    """The number of the step of the run script that makes this change."""

    def makes(changes: tuple[Change, ...]) -> bool:
        return any(str(change.id) == address for change in changes)

    return next((n for n, item in enumerate(work, 1) if makes(item.changes)), 0)


def put_in(script: str, step: int, moment: str, lines: str) -> str:
    """The run script with ``lines`` before, inside or after its step of that number; 0: as it is."""
    if not step:
        return script
    if moment == "inside":
        head = f"\ns{step}() {{\n"
        assert script.count(head) == 1
        return script.replace(head, head + lines)
    call = next(line for line in script.splitlines() if line.startswith("work ") and line.endswith(f" s{step}"))
    return script.replace(call, f"{call}\n{lines}" if moment == "after" else f"{lines}{call}")
