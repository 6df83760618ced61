"""All cells of the matrix of faults: which there are, and one of them tried."""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from tests.faults import builds, kills, space, wires
from tests.faults.builds import HalfBuild
from tests.faults.kills import Kill
from tests.faults.kit import Kit
from tests.faults.space import Full
from tests.faults.trial import DoesNotHold
from tests.faults.wires import Strike

LIMIT = 240
"""Seconds after which a cell counts as hanging."""
CHANCES = 80
"""Kills at random moments."""
APT = ("apt_upgrade:all", "package:golang")


Cell: TypeAlias = Strike | Kill | Full | HalfBuild


@dataclass(frozen=True, slots=True)
class Verdict:
    """``held``; or ``why`` not; or neither: there was nothing to kill."""

    cell: Cell
    held: bool
    why: str
    seconds: float

    @property
    def was_tried(self) -> bool:
        return self.held or bool(self.why)


def cells(kit: Kit, seed: int) -> list[Cell]:
    """Every cell, in an order that is random and the same for the same seed: what a bound in time leaves out is so from
    all parts alike."""
    steps = [step[0] for step in kit.steps]
    chance = random.Random(seed)
    made: list[Cell] = [
        Strike(fault, moment, step, back)
        for fault in wires.FAULTS
        for moment in wires.MOMENTS
        for step in steps
        for back in wires.BACK
    ]
    made += [Kill(victim, moment, step) for victim in kills.AT_ONCE for moment in kills.MOMENTS for step in steps]
    made += [Kill(tool, "before", step) for tool in ("apt-get", "dpkg", "git", "tail") for step in steps]
    made += [Kill(tool, "before", step) for tool in ("dpkg --unpack", "dpkg --configure") for step in APT]
    made += [Full(name, pages) for name in space.PLACES for pages in (*space.FEW, *space.MANY)]
    made += [HalfBuild(victim, percent) for victim in builds.VICTIMS for percent in builds.FAR]
    made += [_at_random(chance, steps) for _ in range(CHANCES)]
    chance.shuffle(made)
    return made


def _at_random(chance: random.Random, steps: list[str]) -> Kill:
    victims = (*kills.AT_ONCE, kills.ANY)
    step = chance.choice([*steps, *APT * 4])  # those that take long have more moments
    return Kill(chance.choice(victims), kills.RANDOM, step, round(chance.uniform(0.01, 2.5), 2))


def attempt(cell: Cell, kit: Kit, folder: Path) -> Verdict:
    """Try one cell in a folder of its own. Never raises, and ends within the limit."""
    place = Path(tempfile.mkdtemp(dir=folder))
    begin = time.monotonic()
    held, why = False, ""
    try:
        with _limit(LIMIT):
            held = cell.try_it(kit, place)
    except DoesNotHold as error:
        why = str(error)
    except Exception as error:  # whatever it is, it is a cell that did not hold
        why = f"{type(error).__name__}: {error}"
    shutil.rmtree(place, ignore_errors=True)
    return Verdict(cell, held, why, time.monotonic() - begin)


class Hangs(Exception):
    """A cell did not come to an end."""


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    def over(_signal: int, _frame: FrameType | None) -> None:
        raise Hangs(f"not ended after {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
