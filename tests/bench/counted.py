"""What hardly varies: connections, execs, turns and bytes of one run each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provisioner.rehearsal import Options, StandInPhone
from provisioner.transport.base import Cost
from tests.bench.clock import ROUND_TRIPS, one_file, program, ssh, way
from tests.bench.table import Figure
from tests.bench.timing import call, medians
from tests.support.ready_phone import ReadyPhone

Limit = tuple[float | None, float | None]
"""Budget and goal."""


@dataclass(frozen=True, slots=True)
class Limits:
    connections: Limit = (None, 1)
    execs: Limit = (2, 1)
    turns: Limit = (None, None)
    sent: Limit = (None, None)


NOTHING_TO_DO = Limits(connections=(1, 1), execs=(1, 1), turns=(8, 5), sent=(8000, 2500))
FIRST = Limits(connections=(1, 1), turns=(None, 6))


def on_the_wire(ready: ReadyPhone) -> Iterator[Figure]:
    with ready.session() as session:
        session.plan()
        yield from counted("plan of go-dev, nothing to do", session.cost, NOTHING_TO_DO)
    with ready.session(one_file(ready, "counted")) as session:
        session.apply(session.plan(), lambda event: None)
        yield from counted("apply of one changed file", session.cost, FIRST)
    unsettle(ready)
    with ready.session() as session:
        plan = session.plan()
        assert len(plan.pending) >= 9, plan.pending
        assert session.apply(plan, lambda event: None).converged
        yield from counted("first apply, packages, mirror, clones in place", session.cost, FIRST)
    with (
        StandInPhone.start(ready.folder / "fresh", options=Options(storage="grant")) as phone,
        ReadyPhone(phone, ready.folder).session() as session,
    ):
        session.apply(session.plan(), lambda event: None)
        yield from counted("go-dev on a fresh phone", session.cost, Limits())


def first_apply(ready: ReadyPhone) -> Iterator[Figure]:
    """All of go-dev but what apt and git bring: the files, the settings, the login shell."""
    for ms in [ms for ms in ROUND_TRIPS if ms in (20, 60)]:
        with way(ready, ms) as port:

            def run(port: int = port) -> None:
                program(ready, port, "apply", "go-dev", "--yes")

            took = medians({"ssh": lambda: call(ssh(ready, port)), "unsettle": lambda: unsettle(ready), "apply": run})
        ratio = took["apply"] / took["ssh"]
        yield Figure(
            f"first apply, packages, mirror, clones in place, at {ms} ms", took["apply"], "s", ratio, None, 1.0
        )


def unsettle(ready: ReadyPhone) -> None:
    """As before the first apply, but what apt and git brought stays; so does the mirror: apt is asked anew."""
    ready.phone.inside(
        "sh", "-c",
        "cd; rm -rf .zshrc .vimrc .zshenv .bash_profile .termux/termux.properties .termux/shell .config/go"
        ' .local/state/hello-termux/last; echo "nameserver 8.8.8.8" >"$PREFIX"/etc/resolv.conf',
    )  # fmt: skip


def counted(name: str, cost: Cost, limits: Limits) -> Iterator[Figure]:
    yield Figure(f"connections, {name}", cost.connections, "", None, *limits.connections)
    yield Figure(f"execs, {name}", cost.execs, "", None, *limits.execs)
    yield Figure(f"turns, {name}", cost.turns, "", None, *limits.turns)
    yield Figure(f"sent, {name}", cost.sent, "B", None, *limits.sent)
    yield Figure(f"received, {name}", cost.received, "B")
