"""The changes of a run as they begin and end, in words: for every view that tells of progress in lines."""

from __future__ import annotations

import time
from collections.abc import Iterator

from provisioner.model import Event, EventKind, Plan
from provisioner.views.harmless import hanging, harmless, harmless_lines, width
from provisioner.views.plan_text import SIGNS
from provisioner.views.screen import Screen

BATCHED = {"package": "packages", "go_env": "go env settings"}
"""Kinds of which the phone changes many in one go, with what many are called; they are told as one, by one line."""


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
                said = harmless(event.text) or "the connection was lost and is back; the run on the phone went on"
                yield from hanging(said, self.screen.width)
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
        kinds = BATCHED.get(kind, f"{kind}s")
        named = f"{place}{sign} {kinds} {harmless(', '.join(address.partition(':')[2] for address in addresses))}"
        if width(named) <= self.screen.width - len("  done in 9 min 59 s"):
            return named
        return f"{place}{sign} {len(addresses)} {kinds}"

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
