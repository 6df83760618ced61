"""Plain lines: the plan and the results for people, and progress where there is no terminal to draw on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from provisioner.errors import ProvisionerError
from provisioner.model import JSON, Change, Event, EventKind, Plan, ProofResult, Result
from provisioner.plan_json import Document, change_to_json, plan_to_json
from provisioner.views.files_text import Written, writing_lines
from provisioner.views.harmless import hanging, harmless, harmless_lines, width, wrap
from provisioner.views.plan_text import SIGNS, change_lines, plan_lines
from provisioner.views.reports import error_to_json, proof_to_json, result_to_json
from provisioner.views.result_text import error_lines, proof_lines, proof_sentence, result_lines, shipped_sentence
from provisioner.views.screen import Screen
from provisioner.views.table_text import record_lines, table_lines
from provisioner.views.transfer import Begin, unseen


class PlainView:
    """Results on ``out``, progress and errors on ``err``; no line is ever written over."""

    def __init__(self, out: Screen, err: Screen, *, verbose: bool = False) -> None:
        self.out = out
        self.err = err
        self.verbose = verbose

    def plan(self, plan: Plan) -> None:
        for line in plan_lines(plan_to_json(plan), self.out, verbose=self.verbose):
            self.out.line(line)
        self.out.flush()

    proposal = plan

    def change(self, change: Change) -> None:
        for line in change_lines(change_to_json(change), self.out, verbose=True):
            self.out.line(line)
        self.out.flush()

    def settled(self, plan: Plan) -> None:
        """The plan has said it already."""

    @contextmanager
    def progress(self, plan: Plan | None) -> Iterator[Callable[[Event], None]]:
        progress = PlainProgress(self.err, plan, verbose=self.verbose)
        if plan:
            self.err.line()
        try:
            yield progress
        finally:
            progress.close()
            self.err.flush()

    def result(self, plan: Plan, result: Result) -> None:
        self.out.line()
        for line in result_lines(result_to_json(plan, result), self.out):
            self.out.line(line)
        self.out.flush()

    def verified(self, plan: Plan, proofs: Sequence[ProofResult]) -> None:
        self.plan(plan)
        proved = [proof_to_json(proof) for proof in proofs]
        if not proved:
            return
        self.out.line()
        for line in proof_lines(proved, self.out):
            self.out.line(line)
        self.out.line(self.out.paint(proof_sentence(proved), "bold"))
        self.out.flush()

    def diagnosed(self, diagnosis: Document) -> None:
        from provisioner.views.health_text import diagnosis_lines

        for line in diagnosis_lines(diagnosis, self.out, verbose=self.verbose):
            self.out.line(line)
        self.out.flush()

    def facts(self, facts: Document) -> None:
        from provisioner.views.health_text import facts_lines

        for line in facts_lines(facts, self.out):
            self.out.line(line)
        self.out.flush()

    def shipped(self, shipped: Document) -> None:
        self.message(shipped_sentence(shipped))

    @contextmanager
    def transfer(self) -> Iterator[Begin]:
        yield unseen

    def copied(self, copied: Document) -> None:
        from provisioner.views.transfer import sentences

        for sentence in sentences(copied):
            self.message(sentence)

    def writings(self, writings: Sequence[Written]) -> None:
        for line in writing_lines(writings, self.out):
            self.out.line(line)
        self.out.flush()

    def message(self, text: str) -> None:
        for line in wrap(harmless(text), self.out.width):
            self.out.line(line)
        self.out.flush()

    def record(self, kind: str, record: Mapping[str, JSON]) -> None:
        for line in record_lines(record, self.out):
            self.out.line(line)
        self.out.flush()

    def records(self, kind: str, records: Sequence[Mapping[str, JSON]], *, empty: str) -> None:
        nothing = wrap(harmless(empty), self.out.width)
        for line in table_lines(records, self.out, verbose=self.verbose) if records else nothing:
            self.out.line(line)
        self.out.flush()

    def error(self, error: ProvisionerError) -> None:
        self.out.flush()
        for line in error_lines(error_to_json(error), self.err):
            self.err.line(line)
        self.err.flush()


BATCHED = ("package",)
"""Kinds of which the phone changes many in one go; they are told as one, by one line."""


class Steps:
    """Numbers the changes of a run as they begin, and tells of each once, when it has ended."""

    def __init__(self, screen: Screen, plan: Plan | None, *, verbose: bool = False) -> None:
        self.screen = screen
        self.verbose = verbose
        pending = plan.pending if plan else ()
        self.signs = {str(change.id): SIGNS[change.action.value][0] for change in pending}
        self.total = len(pending)
        self.numbers: dict[str, int] = {}
        self.current: list[str] = []
        self.ended: list[Event] = []
        self.began = time.monotonic()

    def lines(self, event: Event) -> Iterator[str]:
        """What is to be said of one event, for good."""
        match event.kind:
            case EventKind.STARTED:
                self.begin(event)
            case EventKind.OUTPUT if self.verbose:
                bar = self.screen.paint("│", "dim")
                for line in harmless_lines(event.text):
                    yield from (f"    {bar} {part}" for part in hanging(line, self.screen.width - 6, 2))
            case EventKind.FINISHED | EventKind.FAILED | EventKind.SKIPPED | EventKind.WAITING:
                yield from self._end(event)
            case EventKind.NOTE:
                yield from hanging(harmless(event.text), self.screen.width)
            case EventKind.RECONNECTED:
                yield "the connection was lost and is back; the run on the phone went on"
            case _:
                return

    def begin(self, event: Event) -> bool:
        """Number the change; whether it is a new one."""
        address = address_of(event)
        if address in self.numbers:
            return False
        self.numbers[address] = len(self.numbers) + 1
        self.current.append(address)
        return True

    def title(self, addresses: list[str]) -> str:
        """``[2/5] + package:golang``, ``[ 3-10/24] + 8 packages`` or their names if these fit."""
        place = ""
        if self.total:
            numbers = [self.numbers.get(address, 0) for address in addresses]
            digits = len(str(self.total))
            place = f"[{numbers[0]:{digits}}{f'-{numbers[-1]}' if len(numbers) > 1 else ''}/{self.total}] "
        sign = self.signs.get(addresses[0], ">")
        if len(addresses) == 1:
            return f"{place}{sign} {harmless(addresses[0])}"
        kind = addresses[0].partition(":")[0]
        named = f"{place}{sign} {kind}s {harmless(', '.join(address.partition(':')[2] for address in addresses))}"
        if width(named) <= self.screen.width - len("  done in 9 min 59 s"):
            return named
        return f"{place}{sign} {len(addresses)} {kind}s"

    def _end(self, event: Event) -> Iterator[str]:
        """Changes that began together end together: they are told when the last of them has."""
        address = address_of(event)
        self.begin(event)
        self.ended.append(event)
        if address in self.current:
            self.current.remove(address)
        if self.current and event.kind is not EventKind.SKIPPED:
            return
        ended, self.ended = self.ended, []
        for group in self._groups(ended):
            yield from self.told(group)

    def _groups(self, ended: list[Event]) -> Iterator[list[Event]]:
        """Neighbours that ended well alike."""
        group: list[Event] = []
        for event in ended:
            if group and not self._alike(group[-1], event):
                yield group
                group = []
            group.append(event)
        if group:
            yield group

    def _alike(self, one: Event, other: Event) -> bool:
        a, b = address_of(one), address_of(other)
        return (
            one.kind is EventKind.FINISHED is other.kind
            and a.partition(":")[0] == b.partition(":")[0]
            and a.partition(":")[0] in BATCHED
            and self.signs.get(a) == self.signs.get(b)
            and self.numbers[a] + 1 == self.numbers[b]
        )

    def told(self, group: list[Event]) -> Iterator[str]:
        """The line of changes that have ended alike, wrapped at words."""
        title, said = self.title([address_of(event) for event in group]), self.words(group[-1])
        first, *rest = hanging(f"{title}  {said}", self.screen.width)
        word = said.partition(" ")[0].rstrip(":")
        if first.startswith(f"{title}  {word}"):
            first = f"{title}  {self.paint(word)}{first[len(title) + 2 + len(word) :]}"
        yield from (first, *rest)

    def words(self, event: Event) -> str:
        """``done in 1.2 s``, ``failed: why``."""
        done = event.kind is EventKind.FINISHED
        why = f": {harmless(event.text)}" if event.text and not done else ""
        return f"{'done' if done else event.kind.value}{seconds(event.ms)}{why}"

    def paint(self, word: str) -> str:
        return self.screen.paint(word, {"done": "green", "failed": "red"}.get(word, "yellow"))


class PlainProgress(Steps):
    """A line for each change: its title when it begins, how it ended behind it."""

    half: str = ""
    """The title that stands on the last line, which has no end yet."""
    opened: Sequence[str] = ()
    """Whose title has been written last."""

    def __call__(self, event: Event) -> None:
        if event.kind is EventKind.STARTED:
            self.begin(event)
            if not self._more_may_begin(event):
                self._open()
        elif event.kind is EventKind.PROGRESS or (event.kind is EventKind.OUTPUT and not self.verbose):
            self._open()
        else:
            if event.kind is EventKind.OUTPUT:
                self._open()
            self._say(list(self.lines(event)))
        self.screen.flush()

    def close(self) -> None:
        """Nothing more will come."""
        if self.half:
            self.screen.line()
        self.half = ""

    def _say(self, lines: list[str]) -> None:
        if lines and self.half and lines[0].startswith(f"{self.half}  "):
            lines[0] = lines[0][len(self.half) :]
        elif lines:
            self.close()
        for line in lines:
            self.screen.line(line)
        self.half = "" if lines else self.half

    def _open(self) -> None:
        if self.current and self.opened != self.current:
            self.close()
            self.opened, self.half = list(self.current), self.title(self.current)
            self.screen.write(self.half)

    def _more_may_begin(self, event: Event) -> bool:
        kind = address_of(event).partition(":")[0]
        return kind in BATCHED and any(
            address.partition(":")[0] == kind and address not in self.numbers for address in self.signs
        )


def address_of(event: Event) -> str:
    return str(event.id or event.text)


def seconds(ms: int | None) -> str:
    """`` in 12.3 s``, `` in 4 min 05 s``, or nothing where the time is not known or not worth a word."""
    if ms is None or ms < 100:
        return ""
    if ms < 60_000:
        return f" in {ms / 1000:.1f} s"
    minutes, rest = divmod(ms // 1000, 60)
    return f" in {minutes} min {rest:02d} s"
