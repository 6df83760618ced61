"""What more of everything costs: files, packages, a long template; and what the phone has to do for it."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from provisioner.declare import declare
from provisioner.planner import first_questions
from provisioner.playbook.entries import load
from provisioner.probe import compile_probe
from provisioner.shell import Device
from tests.bench.table import Figure
from tests.bench.timing import PROGRAM, Run, call, medians
from tests.support.ready_phone import ReadyPhone, observed

FILES = (1_000, 10_000)
PACKAGES = 300
TEMPLATE_MB = 5


def scale(ready: ReadyPhone) -> Iterator[Figure]:
    few, many = (ready.files(count) for count in FILES)
    runs = {str(count): plan_of(ready, path) for count, path in zip(FILES, (few, many), strict=True)}
    took = medians(runs, rounds=3)
    for count, path in zip(FILES, (few, many), strict=True):
        yield from growth(ready, f"{count} files", path)
        yield Figure(f"plan of {count} files", took[str(count)], "s")
    more = FILES[1] - FILES[0]
    yield Figure("one file more, in all", (took[str(FILES[1])] - took[str(FILES[0])]) / more * 1000, "ms")
    yield Figure("one file more, on the phone", probe_growth(ready, (few, many)) / more * 1000, "ms", budget=0.1)
    with_packages = packages(ready)
    yield from growth(ready, f"{PACKAGES} packages", with_packages)
    yield Figure(f"plan of {PACKAGES} packages", medians({"": plan_of(ready, with_packages)}, 3)[""], "s")
    long = template(ready)
    call([*PROGRAM, *ready.words("apply", long, "--yes")], ready.environment)
    what = f"a template of {TEMPLATE_MB} MB"
    yield from growth(ready, what, long)
    runs = {"kept": plan_of(ready, long), "rendered": plan_of(ready, long, HELLO_TERMUX_CACHE=os.devnull)}
    for how, seconds in medians(runs, rounds=3).items():
        yield Figure(f"plan of {what}, {how}", seconds, "s")

    yield from every_line(ready)


BARE = """
import sys
from pathlib import Path
import jinja2
jinja2.Environment().from_string(Path(sys.argv[1]).read_text()).render(name="something")
hwm = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(hwm)
"""


def every_line(ready: ReadyPhone) -> Iterator[Figure]:
    """A template with an expression on each line, against Jinja2 alone: it compiles each of them."""
    path = template(ready, every=1)
    file = ready.folder / "templates/long.j2"
    begin = time.perf_counter()
    bare = int(call([sys.executable, "-c", BARE, str(file)]))
    middle = time.perf_counter()
    ended = observed(["lint", path], {**ready.environment, "HELLO_TERMUX_CACHE": os.devnull})
    took, alone = time.perf_counter() - middle, middle - begin
    assert ended.code == 0, ended.said
    what = f"a template of {TEMPLATE_MB} MB, all of its lines expressions"
    yield Figure(f"{what}, by Jinja2 alone", alone, "s")
    yield Figure(f"lint of {what}", took, "s", took / alone, budget=2)
    yield Figure(f"peak memory, lint of {what}", ended.peak * 1024 / 1e6, "MB", ended.peak / bare, budget=2)


def plan_of(ready: ReadyPhone, playbook: str, **more: str) -> Run:
    return lambda: call([*PROGRAM, *ready.words("plan", playbook)], {**ready.environment, **more})


def growth(ready: ReadyPhone, what: str, playbook: str) -> Iterator[Figure]:
    with ready.session(playbook) as session:
        assert not session.plan().pending
        yield Figure(f"execs, plan of {what}, nothing to do", session.cost.execs, budget=1)
        yield Figure(f"sent, plan of {what}, nothing to do", session.cost.sent, "B")
    ended = ready.run("plan", playbook)
    assert ended.code == 0, ended.said
    yield Figure(f"peak memory, plan of {what}", ended.peak * 1024 / 1e6, "MB")
    yield Figure(f"forks on the phone, plan of {what}", on_the_phone(ready, playbook).forks)


def packages(ready: ReadyPhone) -> str:
    """A playbook of that many packages, all of which dpkg takes for installed."""
    names = [f"many-{n:03}" for n in range(PACKAGES)]
    status = ready.phone.prefix / "var/lib/dpkg/status"
    if "Package: many-000" not in status.read_text():
        stanza = "\nPackage: {}\nStatus: install ok installed\nMaintainer: bench\nArchitecture: all\nVersion: 1\n"
        status.write_text(status.read_text().rstrip("\n") + "\n" + "".join(stanza.format(name) for name in names))
        for name in names:
            (status.parent / f"info/{name}.list").touch()
    path = ready.folder / "packages.yml"
    path.write_text(f"- packages: [{', '.join(names)}]\n")
    return str(path)


def template(ready: ReadyPhone, every: int = 20) -> str:
    """A playbook with a long template, of which each ``every``-th line has an expression."""
    plain = "# A line that goes into the file just as it is.\n"
    marked = "A line with {{ name }} in it, as long as others.\n"
    folder = ready.folder / "templates"
    folder.mkdir(exist_ok=True)
    count = TEMPLATE_MB * 1_000_000 // len(plain)
    (folder / "long.j2").write_text("".join(marked if n % every == 0 else plain for n in range(count)))
    path = ready.folder / "long.yml"
    path.write_text("- vars: {name: something}\n- file: {path: ~/long, template: long.j2}\n")
    return str(path)


# ---- on the phone ----------------------------------------------------------------------------------------------------


class Work(NamedTuple):
    """What a probe costs the phone; ``cpu``: seconds, of the shell and of all that it started."""

    forks: int
    cpu: float


def of_the_probe(ready: ReadyPhone) -> Iterator[Figure]:
    work = on_the_phone(ready, "go-dev")
    yield Figure("forks of a probe of go-dev", work.forks)
    yield Figure("CPU time of a probe of go-dev, on the phone", work.cpu * 1000, "ms")
    took = medians({"": lambda: ready.phone.inside("sh", input=probe("go-dev"))})
    start = medians({"": lambda: ready.phone.inside("sh", input="exit 0\n")})
    yield Figure("a probe of go-dev, on the phone", (took[""] - start[""]) * 1000, "ms")


def on_the_phone(ready: ReadyPhone, playbook: str) -> Work:
    """The phone numbers its processes one after the other, so that the number of a last one tells how many there were;
    ``times`` tells what they took, of ten probes for its coarse clock."""
    script = probe(playbook)
    ready.phone.inside("sh", input=f"memo=1\n{script}")  # as the apply that comes before
    body = f": &\nbegin=$!\nwait\n( {script} ) </dev/null >/dev/null 2>&1\n: &\necho forks $(($! - begin - 2))\n"
    forks = ready.phone.inside("sh", input=body).stdout
    ten = f"for i in 0 1 2 3 4 5 6 7 8 9; do\n( {script} ) </dev/null >/dev/null 2>&1\ndone\ntimes\n"
    spent = ready.phone.inside("sh", input=ten).stdout
    told = re.findall(r"(\d+)m([\d.]+)s", spent)
    cpu = sum(int(minutes) * 60 + float(seconds) for minutes, seconds in told) / 10
    found = re.search(r"forks (\d+)", forks)
    assert found and told, forks + spent
    return Work(int(found[1]), cpu)


def probe_growth(ready: ReadyPhone, playbooks: Sequence[str]) -> float:
    """How many seconds the second one's probe takes more than the first one's."""
    scripts = {path: probe(path) for path in playbooks}
    runs = {path: lambda path=path: ready.phone.inside("sh", input=scripts[path]) for path in playbooks}
    took = medians(runs, rounds=5)
    return took[playbooks[1]] - took[playbooks[0]]


def probe(playbook: str) -> str:
    questions = first_questions(declare(load(playbook)))
    return f"{Device().preamble()}s() {{ echo; }}\n{compile_probe(questions)}"
