"""``doctor``: ask a phone everything that findings want to know, in one probe, and judge the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner.errors import ConnectError, HostKeyError
from provisioner.lean_dataclass import dataclass, replace
from provisioner.model import JSON

if TYPE_CHECKING:
    from provisioner.facts import Fact
    from provisioner.findings.base import Finding, Grade, Seen, Trouble
    from provisioner.options import Ask, Options
    from provisioner.resources.base import Declared
    from provisioner.session import Session

WORST_FIRST = ("error", "warning", "note", "ok")


@dataclass(frozen=True, slots=True)
class Result:
    """A finding as it was met; ``trouble`` is None if all is well."""

    finding: Finding
    trouble: Trouble | None = None

    @property
    def grade(self) -> Grade:
        from provisioner.findings.base import Grade

        return Grade.OK if self.trouble is None else self.trouble.grade or self.finding.grade

    def to_json(self) -> dict[str, JSON]:
        """Every finding has the same keys; an ``ok`` one says what it has looked at."""
        about, trouble = self.finding, self.trouble
        if trouble is None:
            return {"name": about.name, "grade": "ok", "symptom": about.looks_at, "said": "", "cause": "",
                    "repair": "", "source": about.source, "fixable": False}  # fmt: skip
        return {
            "name": about.name,
            "grade": self.grade.value,
            "symptom": trouble.symptom,
            "said": trouble.said,
            "cause": trouble.cause or about.cause,
            "repair": trouble.repair or about.repair,
            "source": about.source,
            "fixable": bool(trouble.fixes),
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings of one phone, the worst first."""

    host: str
    results: tuple[Result, ...]

    def count(self, grade: str) -> int:
        return sum(result.grade == grade for result in self.results)

    def fixes(self) -> tuple[Declared, ...]:
        """The resources that repair what can be repaired without a person, each once."""
        from provisioner.model import Source
        from provisioner.resources.base import Declared

        found: dict[Any, Declared] = {}
        for result in self.results:
            for each in result.trouble.fixes if result.trouble else ():
                resource = each.resource if isinstance(each, Declared) else each
                task = result.finding.name
                found.setdefault(resource.id, Declared(resource, task, Source("doctor"), tuple(resource.needs())))
        return tuple(found.values())

    def to_json(self) -> dict[str, JSON]:
        return {
            "host": self.host,
            "findings": [result.to_json() for result in self.results],
            "summary": {grade: self.count(grade) for grade in WORST_FIRST},
        }


class Clinic:
    """A connection to one phone, for its facts, its findings and their repair."""

    def __init__(self, session: Callable[[Sequence[Declared], Options], Session], options: Options) -> None:
        self._make = session
        self._options = options
        self._session = session((), options)

    def facts(self) -> dict[str, JSON]:
        """What the phone says of itself. Raises ConnectError, ProbeError."""
        return self._session.facts()

    def examine(self) -> Diagnosis:
        """Ask all questions at once, and judge. The phone is only read. Raises ConnectError, ProbeError."""
        from provisioner.findings.base import Seen

        return Diagnosis(self._session.name, judged(Seen(self._session.ask(questions()), time.time())))

    def repairs(self, diagnosis: Diagnosis) -> Session:
        """A session whose plan is the repair of what was found, over the same connection; ``examine`` goes on there."""
        fixes = _in_order(diagnosis.fixes())
        upgrades = any(each.id.kind == "apt_upgrade" for each in fixes)
        self._session = self._make(fixes, replace(self._options, refresh=upgrades))
        return self._session


def judged(seen: Seen) -> tuple[Result, ...]:
    """All findings, the worst first."""
    from provisioner.findings import load_all

    findings = load_all()
    unsuitable = next(findings["suitable"].judge(seen), None)
    results = []
    for finding in findings.values():
        if unsuitable and finding.asks:
            continue  # on what is no phone for us, the other questions mean nothing
        troubles: list[Trouble | None] = list(finding.judge(seen))
        results += [Result(finding, trouble) for trouble in troubles or [None]]
    return tuple(sorted(results, key=lambda result: WORST_FIRST.index(result.grade)))


def questions() -> list[Fact[Any]]:
    """Everything that any finding asks, each question once."""
    from provisioner.findings import load_all

    return list(dict.fromkeys(fact for finding in load_all().values() for fact in finding.questions))


@contextmanager
def open_clinic(options: Options, ask: Ask, *, facts_only: bool = False) -> Iterator[Clinic]:
    """Reach the phone, all questions at once on the way. Raises ConnectError, HostKeyError."""
    from provisioner import connecting
    from provisioner.connecting.link import Link
    from provisioner.facts.host import HostFact
    from provisioner.facts.system import SystemFact
    from provisioner.playbook.entries import Playbook
    from provisioner.session import Session

    reach = connecting.reach(options, Path.cwd(), ask)
    asked = [HostFact(), SystemFact()] if facts_only else questions()
    try:
        link = Link.open(reach, ask, asked, options.patience)
    except BaseException:
        reach.abandon()
        raise

    def session(declared: Sequence[Declared], options: Options) -> Session:
        return Session(reach.name, link, Playbook.none("doctor"), declared, options=options)

    with closing(link):
        yield Clinic(session, options)


def unreached(error: ConnectError | HostKeyError, options: Options) -> Diagnosis:
    """What it means that the phone could not be reached."""
    from provisioner import inventory
    from provisioner.findings import connection

    known = inventory.load(Path.cwd())
    owner = known.owner(error.fingerprint, options.host) if isinstance(error, HostKeyError) else ""
    finding, trouble = connection.judge(error, owner)
    return Diagnosis(options.host or "the phone", (Result(finding, trouble),))


def _in_order(declared: Sequence[Declared]) -> tuple[Declared, ...]:
    """What brings packages into order goes first: other repairs may need them."""
    first = ("apt_source", "command", "apt_upgrade", "package")
    return tuple(sorted(declared, key=lambda d: first.index(d.id.kind) if d.id.kind in first else len(first)))
