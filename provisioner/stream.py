"""[Work] -> the run script; its journal -> [Event]. Pure.

The journal is one stream of bytes: whatever the steps print, and between it lines that begin with the run's random
marker, which no output can forge. A byte offset is all that is needed to go on reading where one stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from provisioner.digests import sha256
from provisioner.lean_dataclass import dataclass, field
from provisioner.model import Change, Event, EventKind, ResourceId, Step, Write
from provisioner.planner import Work
from provisioner.remote_path import RemotePath
from provisioner.shell import Device, device_script, printed, quote, sh

_PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)%")
_APT_ASIDE = ("pmconffile:", "pmerror:")
"""Lines of apt's status for programs: it says the same for people."""
_APT_STATUS = re.compile(r"^(?:dl|pm)status:([^:]*):(\d+(?:\.\d+)?):(.*)$")
MADE_READY = 1_000_000
"""Bytes of the texts that are written before the first step; they lie on the phone beside what they will replace."""


def compile_run(
    work: Sequence[Work],
    device: Device,
    run: str,
    marker: str,
    by: str = "",
    plan: str = "",
    hidden: Sequence[str] = (),
) -> str:
    """The whole run as one script of sh: what the phone needs to do it alone, with nobody listening.

    ``by``: who starts it, told to those who find the phone busy. ``plan``: the name of a saved plan, carried out once.
    ``hidden``: what never stands in the journal (``sealing.forms``).
    """
    number = {change.id: n for n, change in enumerate(all_changes(work), 1)}
    writes: list[Write] = []
    bodies = [_body(item, writes) for item in work]
    parts = [
        f"#!{device.shell[0]}\n{device.preamble()}umask 077\n",
        sh("ID={} M={} BY={}\n", run, marker, by),
        "R=$HOME/.local/state/hello-termux/runs/$ID\n",
        _veil(hidden, marker) if hidden else "",
        device_script("tree.sh") + device_script("files.sh") + device_script("run.sh"),
    ]
    if plan:
        parts.append(sh("once {}\n", plan))
    parts.append(f"remembered {len(number)}\n")
    if not all(item.brief for item in work):
        parts.append(device_script("awake.sh") + "stay_awake\n")
    parts += [f"t{n}() {{\n{printed(write.data)}}}\n" for n, write in enumerate(writes, 1)]
    parts.append(_made_ready(writes))
    timed = False
    for n, item in enumerate(work, 1):
        if timed == item.brief:
            timed = not item.brief
            parts.append(f"timed={'1' if timed else ''}\n")
        parts.append(f"s{n}() {{\n{bodies[n - 1]}}}\n")
        numbers = " ".join(str(number[change.id]) for change in item.changes)
        required = " ".join(str(number[r]) for r in sorted(item.requires) if r in number)
        step = f"work {quote(numbers)} {quote(required)} s{n}\n"
        parts.append(f"sealed=1\n{step}sealed=\n" if any(change.sealed for change in item.changes) else step)
    parts.append('event ended\n: >"$L"\n: >"$R/reserve"\n')
    return "".join(parts)


def _veil(hidden: Sequence[str], marker: str) -> str:
    from provisioner.sealing import sieve

    return sh("VEIL={}\n", sieve(hidden, marker)) + device_script("veil.sh")


def _made_ready(writes: Sequence[Write]) -> str:
    """What is written before the first step, to be renamed by its own: texts of which the mode can be that of a new
    file, as long as they are few bytes."""
    room, script = MADE_READY, ""
    for n, write in enumerate(writes, 1):
        if re.fullmatch("0?[0246]{3}", write.mode) and len(write.data) <= room:
            room -= len(write.data)
            script += f"ready {n} {0o666 & ~int(write.mode, 8):03o}\n"
    return script and script + "ready_synced\n"


def _body(item: Work, writes: list[Write]) -> str:
    """The steps as shell; what they write is added to ``writes``, in which the phone knows it by its number, from 1."""
    lines = []
    for step in item.steps:
        lines += [f"keep {quote(path)}{_will(step, path)}\n" for path in step.backs_up]
        lines.append(step.script if step.script.endswith("\n") or not step.script else step.script + "\n")
        if isinstance(step.makes, Write):
            writes.append(step.makes)
            lines.append(sh("put {} {} {}\n", step.makes.path, step.makes.mode, len(writes)))
        elif step.makes is not None:
            lines.append(sh("link {} {}\n", step.makes.path, step.makes.target))
    return "".join(lines) or ":\n"


def _will(step: Step, path: RemotePath) -> str:
    """What the step will leave at ``path``, if it is known beforehand, for ``keep``."""
    makes = step.makes
    if makes is None or makes.path != path:
        return ""
    if isinstance(makes, Write):
        return f" f={sha256(makes.data)}"
    return "" if "\t" in str(makes.target) else f" l={quote(makes.target)}"


def all_changes(work: Sequence[Work]) -> list[Change]:
    """The changes in the order in which the journal numbers them, from 1."""
    return [change for item in work for change in item.changes]


@dataclass(slots=True)
class JournalReader:
    """Turns the journal into events, fed with bytes in pieces of any size, cut anywhere."""

    ids: Sequence[ResourceId]
    marker: str
    _rest: bytes = b""
    _current: tuple[ResourceId, ...] = ()
    _blank: int = 0
    _verdicts: dict[ResourceId, Event] = field(default_factory=dict)
    _said: str = ""
    ended: bool = False
    locked_by: str | None = None
    used: bool = False
    """The plan was carried out before: this run has done nothing."""
    broken: str = ""
    """Why the run stopped of its own accord before its end."""

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that ``data`` completes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for raw in lines:
            yield from self._line(raw)
        if b"\r" in self._rest:
            yield from self._progress(self._rest.decode("utf-8", "surrogateescape"))

    def unfeed_newline(self) -> None:
        """The newline fed last was none of the journal's."""
        if not self._rest:
            self._blank = max(0, self._blank - 1)

    def _line(self, raw: bytes) -> Iterator[Event]:
        line = raw.decode("utf-8", "surrogateescape")
        if line.startswith(self.marker + "\t"):
            # An event begins on a line of its own: the one empty line before it is ours.
            yield from self._blanks(self._blank - 1)
            with suppress(ValueError, IndexError):  # cut short: the phone had no room left for the rest of it
                yield from self._event(line.split("\t")[1:])
        elif not line:
            self._blank += 1
        else:
            yield from self._blanks(self._blank)
            yield from self._output(line)

    def _blanks(self, count: int) -> Iterator[Event]:
        self._blank = 0
        for _ in range(count):
            yield Event(EventKind.OUTPUT, self._one, "")

    @property
    def _one(self) -> ResourceId | None:
        return self._current[0] if self._current else None

    def _output(self, line: str) -> Iterator[Event]:
        progress = list(self._progress(line))
        yield from progress
        if not progress and not line.startswith(_APT_ASIDE):
            text = line.rstrip("\r").rpartition("\r")[2]
            self._said = text.strip() or self._said
            yield Event(EventKind.OUTPUT, self._one, text)

    def _progress(self, line: str) -> Iterator[Event]:
        if status := _APT_STATUS.match(line):
            yield Event(EventKind.PROGRESS, self._one, status[3].strip(), percent=float(status[2]))
        elif "\r" in line:
            last = line.rstrip("\r").rpartition("\r")[2]
            if found := _PERCENT.search(last):
                yield Event(EventKind.PROGRESS, self._one, last.strip(), percent=min(100.0, float(found[1])))

    def _event(self, words: list[str]) -> Iterator[Event]:
        match words:
            case ["run", run]:
                yield Event(EventKind.RUN, text=run)
            case ["locked", *by]:
                self.locked_by = " ".join(by)
            case ["used"]:
                self.used = True
            case ["started", numbers]:
                self._current = self._ids(numbers)
                self._verdicts, self._said = {}, ""
                for item in self._current:
                    yield Event(EventKind.STARTED, item)
            case ["skipped", numbers, needed]:
                for item in self._ids(numbers):
                    yield Event(EventKind.SKIPPED, item, f"needs {self._ids(needed)[0]}, which failed")
            case ["verdict", number, verdict, *text]:
                kind = EventKind.WAITING if verdict == "waiting" else EventKind.FAILED
                for item in self._ids(number):
                    self._verdicts[item] = Event(kind, item, " ".join(text))
            case ["finished", numbers, rc, *ms]:
                yield from self._finish(self._ids(numbers), int(rc), int(ms[0]) if ms else None)
            case ["note", *text]:
                yield Event(EventKind.NOTE, self._one, " ".join(text))
            case ["prove", port, token]:
                yield Event(EventKind.PROVE, self._one, f"{port} {token}")
            case ["broken", *text]:
                self.broken = " ".join(text)
            case ["ended"]:
                self.ended = True
                yield Event(EventKind.ENDED)

    def _finish(self, items: tuple[ResourceId, ...], rc: int, ms: int | None) -> Iterator[Event]:
        for item in items:
            verdict = self._verdicts.get(item)
            if verdict is not None:
                yield Event(verdict.kind, item, verdict.text, ms, rc)
            elif rc:
                why = f"{self._said[:500]} (exit status {rc})" if self._said else f"ended with exit status {rc}"
                yield Event(EventKind.FAILED, item, why, ms, rc)
            else:
                yield Event(EventKind.FINISHED, item, ms=ms, rc=rc)
        self._current = ()

    def _ids(self, numbers: str) -> tuple[ResourceId, ...]:
        return tuple(self.ids[int(n) - 1] for n in numbers.split())
