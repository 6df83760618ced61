"""[Declared] x Facts -> Plan, and the order of its work. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from provisioner.diff import differences, fingerprint
from provisioner.facts import Fact, Facts
from provisioner.facts.last import LastFact
from provisioner.facts.paths import ContentFact
from provisioner.lean_dataclass import dataclass, replace
from provisioner.model import Action, Change, Plan, ResourceId, Step, Write
from provisioner.resources.base import Declared, Resource, Verdict

KEEP, TAKE = "keep", "take"
ASKED = "you edited this after hello-termux had written it: --keep-edits leaves it so, --take-playbook replaces it"
TAKEN = "you edited this after hello-termux had written it; what you wrote is kept, and undo brings it back"


@dataclass(frozen=True, slots=True)
class Edits:
    """What becomes of what somebody has edited by hand: ``keep``, ``take`` (the playbook's), or empty: ask first."""

    all: str = ""
    each: tuple[tuple[ResourceId, str], ...] = ()
    """Decisions on single ones."""

    def of(self, id: ResourceId) -> str:
        return dict(self.each).get(id, self.all)

    @classmethod
    def in_plan(cls, plan: Plan) -> Edits:
        """Those that a plan was made with."""
        edited = (change for change in plan.changes if change.edited and change.action is not Action.WAIT)
        return cls("", tuple((change.id, KEEP if change.action is Action.NONE else TAKE) for change in edited))


UNDECIDED = Edits()


def first_questions(declared: Iterable[Declared]) -> Iterator[Fact[Any]]:
    """Everything that the plan needs to know."""
    for item in declared:
        yield from item.resource.facts()
        for condition in item.conditions:
            yield from condition.facts()


def further_questions(declared: Iterable[Declared], facts: Facts) -> list[Fact[Any]]:
    """What is worth asking about the changes that the first answers show, so that a person sees more of them."""
    questions: dict[Fact[Any], None] = {}
    for item in declared:
        if _excused(item, facts) is None and _fields(item.resource, facts):
            questions.update(dict.fromkeys(item.resource.details(facts)))
            if written := item.resource.written(facts):
                questions[LastFact(written[0])] = None
    return [question for question in questions if question not in facts]


def make_changes(declared: Sequence[Declared], facts: Facts, edits: Edits = UNDECIDED) -> tuple[Change, ...]:
    """What to do with each declared resource, in their order; one that does not apply here is left out."""
    return tuple(change for item in declared if (change := _change(item, facts, edits)) is not None)


def remarks(declared: Sequence[Declared], facts: Facts, edits: Edits = UNDECIDED) -> tuple[str, ...]:
    """What the resources have to say beside their changes, each sentence once."""
    sentences: dict[str, None] = {}
    for item in declared:
        verdict = _excused(item, facts)
        if verdict is None:
            sentences.update(dict.fromkeys(item.resource.remarks(facts)))
            if edits.of(item.id) == KEEP and _fields(item.resource, facts) and is_edited(item.resource, facts):
                sentences[f"{item.id} stays as you edited it."] = None
        elif verdict.reason and not verdict.refuse:
            sentences[f"{item.id} is left out: {verdict.reason}."] = None
    return tuple(sentences)


def _change(item: Declared, facts: Facts, edits: Edits) -> Change | None:
    resource = item.resource
    bare = Change(resource.id, Action.NONE, item.task, source=item.source, requires=item.requires)
    verdict = _excused(item, facts)
    if verdict is not None:
        return replace(bare, action=Action.REFUSE, reason=verdict.reason) if verdict.refuse else None
    observed, desired = resource.observed(facts), resource.desired(facts)
    bare = replace(bare, observed=fingerprint(observed, desired))
    fields = differences(observed, desired)
    if not fields and (observed is None) == (desired is None):
        return bare
    refusal, waits = resource.refusal(facts), resource.waits(facts)
    action = Action.WAIT if waits else resource.action(observed, desired)
    change = replace(
        bare,
        action=Action.REFUSE if refusal else action,
        fields=fields,
        reason=refusal or waits or resource.reason(facts),
        notes=tuple(resource.notes(facts)),
    )
    return _decided(change, bare, edits) if change.pending and is_edited(resource, facts) else change


def is_edited(resource: Resource, facts: Facts) -> bool:
    """Whether what stands there was written by us once, and what it says now was not."""
    written = resource.written(facts)
    known = facts.get(LastFact(written[0])) if written else None
    return written is not None and known is not None and bool(known.digests) and written[1] not in known.digests


def once_secret(declared: Iterable[Declared], facts: Facts) -> frozenset[ResourceId]:
    """Those in which a secret was once written, whatever the playbook says now: the old text may still hold it."""
    names = ((item.id, item.resource.written(facts)) for item in declared)
    known = ((id, facts.get(LastFact(written[0]))) for id, written in names if written)
    return frozenset(id for id, told in known if told is not None and told.sealed)


def _decided(change: Change, unchanged: Change, edits: Edits) -> Change:
    """A change that would replace what somebody has edited: made, left, or left for them to decide."""
    match edits.of(change.id):
        case "keep":
            return replace(unchanged, edited=True)
        case "take":
            return replace(change, reason=TAKEN, edited=True)
        case _:
            return replace(change, action=Action.WAIT, reason=ASKED, edited=True)


def _excused(item: Declared, facts: Facts) -> Verdict | None:
    return next((v for c in item.conditions if (v := c.judge(facts)) is not None), None)


def _fields(resource: Resource, facts: Facts) -> bool:
    observed, desired = resource.observed(facts), resource.desired(facts)
    return (observed is None) != (desired is None) or bool(differences(observed, desired))


@dataclass(frozen=True, slots=True)
class Work:
    """Changes that are carried out together, with the steps that do it. Most hold one change; a batch holds many."""

    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    brief: bool = False
    """None of it takes longer than a few programs take to start."""

    @property
    def requires(self) -> frozenset[ResourceId]:
        """What must be done first: all that any of the changes needs, beside each other."""
        return frozenset(r for change in self.changes for r in change.requires) - {c.id for c in self.changes}


def arrange(plan: Plan, declared: Sequence[Declared], facts: Facts) -> tuple[Work, ...]:
    """The pending changes in the order of work, batches formed.

    A change joins the earlier batch of its kind unless a barrier with something to do lies between them.
    """
    resources = {item.id: item.resource for item in declared}
    groups: list[list[tuple[Resource, Change]]] = []
    open_batches: dict[str, list[tuple[Resource, Change]]] = {}
    for change in plan.pending:
        resource = resources[change.id]
        if resource.barrier:
            open_batches.clear()
        if resource.batch and resource.batch in open_batches:
            open_batches[resource.batch].append((resource, change))
            continue
        groups.append([(resource, change)])
        if resource.batch:
            open_batches[resource.batch] = groups[-1]
    works = []
    for group in groups:
        works.append(_work(group, facts))
        # The next change to the same file must not bring back what was there before this one.
        left = [step.makes for step in works[-1].steps if isinstance(step.makes, Write)]
        facts |= Facts({ContentFact(write.path): write.data for write in left})
    return tuple(works)


def _work(group: Sequence[tuple[Resource, Change]], facts: Facts) -> Work:
    resource, change = group[0]
    steps = type(resource).batch_steps(group, facts) if resource.batch else resource.steps(change, facts)
    brief = all(each.is_brief() for each, _ in group)
    return Work(tuple(change for _, change in group), tuple(steps), brief)


def select(declared: Sequence[Declared], only: Sequence[str], skip: Sequence[str]) -> tuple[Declared, ...]:
    """Those that ``only`` names by task, kind or address, with what they depend on, without those that ``skip`` names.

    Raises KeyError with the first word that names nothing.
    """
    for word in (*only, *skip):
        if not any(_named(item, word) for item in declared):
            raise KeyError(word)
    wanted = {item.id for item in declared if not only or any(_named(item, word) for word in only)}
    needs = {item.id: item.requires for item in declared}
    coming = list(wanted)
    while coming:  # what is needed may stand anywhere, and needs things of its own
        more = set(needs.get(coming.pop(), ())) - wanted
        wanted |= more
        coming += more
    return tuple(d for d in declared if d.id in wanted and not any(_named(d, word) for word in skip))


def _named(item: Declared, word: str) -> bool:
    return word in (item.task, item.id.kind, str(item.id))
