"""The measurements. Times are medians of rounds in which everything that is compared takes its turn."""

from __future__ import annotations

import contextlib
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from provisioner.declare import declare
from provisioner.planner import first_questions
from provisioner.playbook import load
from provisioner.probe import compile_probe
from provisioner.rehearsal import Options, StandInPhone
from provisioner.shell import Device
from provisioner.transport.base import Cost
from tests.bench.table import Figure
from tests.support.delay_proxy import DelayProxy
from tests.support.ready_phone import ReadyPhone, ready_phone

ROUNDS = 9
ROUND_TRIPS = (0, 60)  # ms
PROGRAM = [sys.executable, "-m", "provisioner"]

Run = Callable[[], object]


def measure() -> Iterator[Figure]:
    """All figures, each as soon as it is known."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ready_phone(Path(folder)) as ready:
        for ms in ROUND_TRIPS:
            with DelayProxy(ready.phone.port, rtt=ms / 1000) if ms else contextlib.nullcontext() as proxy:
                yield from on_the_clock(ready, ms, proxy.port if proxy else ready.phone.port)
        yield from on_the_wire(ready)
        yield from many_files(ready)
        yield Figure("peak memory of a plan", ready.run("plan", "go-dev").peak * 1024 / 1e6, "MB", budget=100)
    yield from starting()


# ---- against `ssh HOST true` ----------------------------------------------------------------------------------------


def on_the_clock(ready: ReadyPhone, ms: int, port: int) -> Iterator[Figure]:
    """How long a person waits."""
    ssh = [word if word != str(ready.phone.port) else str(port) for word in ready.phone.ssh]
    texts = itertools.count()

    def program(*words: str, code: int = 0) -> None:
        command = [*PROGRAM, *ready.words(*words, port=port)]
        done = subprocess.run(
            command, env=ready.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr

    def change() -> None:
        program("apply", one_file(ready, f"{ms} {next(texts)}"), "--yes")

    took = medians({
        "ssh": lambda: subprocess.run([*ssh, "true"], check=True, stdin=subprocess.DEVNULL, capture_output=True),
        "plan": lambda: program("plan", "go-dev"),
        "no-op": lambda: program("apply", "go-dev", "--yes"),
        "apply": change,
    })  # fmt: skip
    at = f"at {ms} ms round trip"
    yield Figure(f"ssh HOST true, {at}", took["ssh"], "s")
    for key, name, budget, goal in (
        ("plan", "plan of go-dev, nothing to do", 1.5, 0.75),
        ("no-op", "apply of go-dev, nothing to do", 1.5, 0.75),
        ("apply", "apply of one changed file", None, 1.0),
    ):
        yield Figure(f"{name}, {at}", took[key], "s", took[key] / took["ssh"], budget, goal)


def one_file(ready: ReadyPhone, text: str) -> str:
    path = ready.folder / "one.yml"
    path.write_text(f'- file: {{path: ~/one, content: "{text}"}}\n')
    return str(path)


# ---- counted ---------------------------------------------------------------------------------------------------------


def on_the_wire(ready: ReadyPhone) -> Iterator[Figure]:
    """Turns, bytes and execs hardly vary: one run tells them."""
    with ready.session() as session:
        session.plan()
        yield from counted("plan of go-dev, nothing to do", session.cost, execs=1, turns=(8, 5), sent=(8000, 2500))
    with ready.session(one_file(ready, "counted")) as session:
        session.apply(session.plan(), lambda event: None)
        yield from counted("apply of one changed file", session.cost, execs=2, turns=(None, 6))
    with StandInPhone.start(ready.folder / "fresh", options=Options(storage="grant")) as phone:
        fresh = ReadyPhone(phone, ready.folder)
        with fresh.session() as session:
            session.apply(session.plan(), lambda event: None)
            yield from counted("go-dev on a fresh phone", session.cost, execs=2)


def counted(
    name: str, cost: Cost, *, execs: int, turns: tuple[int | None, int | None] = (None, None),
    sent: tuple[int | None, int | None] = (None, None),
) -> Iterator[Figure]:  # fmt: skip
    yield Figure(f"connections, {name}", cost.connections, budget=1 if execs == 1 else None)
    yield Figure(f"execs, {name}", cost.execs, budget=execs, goal=1)
    yield Figure(f"turns, {name}", cost.turns, budget=turns[0], goal=turns[1])
    yield Figure(f"sent, {name}", cost.sent, "B", budget=sent[0], goal=sent[1])
    yield Figure(f"received, {name}", cost.received, "B")


def many_files(ready: ReadyPhone) -> Iterator[Figure]:
    """What a file more costs, when there are many."""
    few, many = 250, 1000
    with ready.session(ready.files(many)) as session:
        assert not session.plan().pending
        yield Figure(f"execs, plan of {many} files, nothing to do", session.cost.execs, budget=1)
        yield Figure(f"sent, plan of {many} files, nothing to do", session.cost.sent, "B")
    scripts = {n: probe(ready.files(n)) for n in (few, many)}
    took = medians({str(n): lambda n=n: ready.phone.inside("sh", input=scripts[n]) for n in scripts})  # type: ignore[misc]
    yield Figure("a file on the phone", (took[str(many)] - took[str(few)]) / (many - few) * 1000, "ms", budget=0.1)
    took = medians({
        str(n): lambda n=n: subprocess.run(  # type: ignore[misc]
            [*PROGRAM, *ready.words("plan", ready.files(n))], env=ready.environment, check=True, capture_output=True
        )
        for n in (few, many)
    }, rounds=3)  # fmt: skip
    yield Figure(f"plan of {many} files", took[str(many)], "s")
    yield Figure("a file in all", (took[str(many)] - took[str(few)]) / (many - few) * 1000, "ms")


def probe(playbook: str) -> str:
    questions = first_questions(declare(load(playbook)))
    return f"{Device().preamble()}s() {{ echo; }}\n{compile_probe(questions)}"


# ---- against `python -c pass` ---------------------------------------------------------------------------------------


def starting() -> Iterator[Figure]:
    """How long it takes to say something without a phone."""
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "--help": [*PROGRAM, "--help"],
        "lint": [*PROGRAM, "lint", "go-dev"],
    }
    took = medians({
        name: lambda words=words: subprocess.run(words, check=True, capture_output=True)  # type: ignore[misc]
        for name, words in commands.items()
    })  # fmt: skip
    yield Figure("python -c pass", took["python"], "s")
    for name in ("--help", "lint"):
        yield Figure(f"hello-termux {name}", took[name], "s", took[name] / took["python"], budget=6, goal=4)


def medians(runs: Mapping[str, Run], rounds: int = ROUNDS) -> dict[str, float]:
    """Name → median seconds; one run of each comes first and does not count."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            took[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times[1:]) for name, times in took.items()}
