"""A playbook → what shall be true of the phone, as declared resources in the order of work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from provisioner.errors import Mistake, PlaybookError, UsageError
from provisioner.lean_dataclass import dataclass, fields, is_dataclass, replace
from provisioner.model import ResourceId, Source, Text
from provisioner.playbook.entries import Entry, Playbook
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared, Resource
from provisioner.sealing import sealed_errors
from provisioner.tasks.base import Context, Look, Proof, Task


@dataclass(frozen=True, slots=True)
class _Renderer:
    playbook: Playbook
    source: Source
    made: dict[str, Text] | None = None

    def __call__(self, template: str, /, **values: Any) -> Text:
        text = self.playbook.templates.render(template, {**self.playbook.vars, **values}, self.source)
        if self.made is not None:
            self.made[template.removesuffix(".j2")] = text
        return text


def declare(playbook: Playbook, public_key: str = "") -> tuple[Declared, ...]:
    """What the playbook wants, each resource once. Raises PlaybookError, with all mistakes, if templates or files on
    the laptop cannot be read, or if two entries want different things of one resource or one path."""
    with sealed_errors(playbook.secrets):
        return _declared(playbook, public_key)


def _declared(playbook: Playbook, public_key: str) -> tuple[Declared, ...]:
    declared: dict[ResourceId, Declared] = {}
    mistakes: list[Mistake] = []
    for entry in playbook.entries:
        try:
            for item in _entry(playbook, entry, public_key):
                _show_no_secret(item, playbook.secrets)
                _add(declared, _with_needs(item))
        except PlaybookError as error:
            mistakes += [mistake for mistake in error.mistakes if mistake not in mistakes]
    mistakes += (*_contradictions(declared.values()), *_below_files(declared.values()))
    if mistakes:
        raise PlaybookError(mistakes)
    return tuple(declared.values())


def _show_no_secret(item: Declared, secrets: Iterable[str]) -> None:
    """Raises PlaybookError if its address, which is shown and noted everywhere, holds one, or its permissions do, which
    are told in other digits than they are written in."""
    if any(secret in str(item.id) for secret in secrets):
        hint = "plans, logs and the phone's own notes show addresses: name it without the secret"
        raise PlaybookError([Mistake(f"a secret stands in the address {item.id}", item.source, hint=hint)])
    if any(secret in getattr(item.resource, "mode", "") for secret in secrets):
        hint = "anyone who lists the folder sees it: write the mode out, in three digits"
        raise PlaybookError([Mistake(f"a secret stands in the mode of {item.id}", item.source, hint=hint)])


def rendered(playbook: Playbook, template: str) -> Text:
    """A template with the values that the playbook's tasks give it; one that none of them uses gets the variables.

    Raises PlaybookError.
    """
    made: dict[str, Text] = {}
    for entry in playbook.entries:
        if isinstance(entry.value, Task):
            list(entry.value.resources(Context(_Renderer(playbook, entry.source, made), playbook.vars)))
    name = template.removesuffix(".j2")
    return made[name] if name in made else _Renderer(playbook, Source(template))(template)


def proofs(playbook: Playbook, tasks: Iterable[str], public_key: str = "") -> Iterator[Proof | Look]:
    """What ``verify`` shows for the tasks that have a part in the plan."""
    wanted = set(tasks)
    for entry in playbook.entries:
        if isinstance(entry.value, Task) and entry.kind in wanted:
            yield from entry.value.proofs(_context(playbook, entry, public_key))


def _context(playbook: Playbook, entry: Entry, public_key: str) -> Context:
    return Context(_Renderer(playbook, entry.source), playbook.vars, public_key, entry.source)


def _entry(playbook: Playbook, entry: Entry, public_key: str) -> Iterator[Declared]:
    conditions = (entry.when,) if entry.when else ()
    if not isinstance(entry.value, Task):
        resource = _filled(playbook, entry.value, entry.source)
        yield Declared(resource, entry.kind, entry.source, conditions=conditions)
        return
    for item in entry.value.resources(_context(playbook, entry, public_key)):
        yield replace(item, task=entry.kind, source=entry.source, conditions=(*item.conditions, *conditions))


def _filled(playbook: Playbook, resource: Resource, source: Source) -> Resource:
    """The resource with its ``body``, if it has one, made of ``content``, ``template`` or ``source``."""
    if not is_dataclass(resource) or "body" not in {field.name for field in fields(resource)}:
        return resource
    given: Any = resource
    if given.content is not None:
        body = Text(given.content)
    elif given.template is not None:
        body = _Renderer(playbook, source)(given.template)
    elif getattr(given, "source", None) is not None:
        body = Text.of(_read(playbook.path.parent / Path(given.source).expanduser(), source))
    else:
        return resource
    return replace(given, body=body)


def _read(path: Path, source: Source) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlaybookError([Mistake(f"{path} cannot be read: {error.strerror}", source)]) from error


def _with_needs(item: Declared) -> Declared:
    requires = dict.fromkeys((*item.requires, *item.resource.needs()))
    return replace(item, requires=tuple(each for each in requires if each != item.id))


def _add(declared: dict[ResourceId, Declared], item: Declared) -> None:
    there = declared.setdefault(item.id, item)
    if there is item:
        return
    if there.resource != item.resource:
        raise PlaybookError(
            [Mistake(f"{item.id} is wanted differently at {there.source}", item.source, hint="say it in one place")]
        )
    # Wanted twice: it applies if either entry applies, and waits for what both need.
    conditions = there.conditions if there.conditions == item.conditions else ()
    requires = tuple(dict.fromkeys((*there.requires, *item.requires)))
    declared[item.id] = replace(there, requires=requires, conditions=conditions)


def _contradictions(declared: Iterable[Declared]) -> Iterator[Mistake]:
    """What makes another thing of a path than an earlier resource does, unless conditions may keep the two apart."""
    first: dict[RemotePath, tuple[str, Declared]] = {}
    for item in declared:
        for claim in item.resource.claims():
            before, there = first.setdefault(claim.path, (claim.made, item))
            if before != claim.made and not (item.conditions and there.conditions):
                summary = f"{item.id} makes {claim.path} {claim.made}; {there.id} at {there.source} makes it {before}"
                yield Mistake(summary, item.source, hint="they would undo each other: keep one of them")


def _below_files(declared: Collection[Declared]) -> Iterator[Mistake]:
    """What stands below a path of which another resource makes a file, unless conditions may keep the two apart."""
    claims = [(claim, item) for item in declared for claim in item.resource.claims()]
    files = {claim.path: (claim.made, item) for claim, item in claims if claim.is_file}
    for claim, item in claims:
        for path in claim.path.parents:
            made, there = files.get(path, ("", item))
            if made and not (item.conditions and there.conditions):
                summary = f"{item.id} is below {path}, of which {there.id} at {there.source} makes {made}"
                yield Mistake(summary, item.source, hint="below a file nothing can be: move one of them")


def refreshed(declared: tuple[Declared, ...]) -> tuple[Declared, ...]:
    """The same, with a new package index wanted even if there is one. Raises UsageError if nothing reads the index."""
    from provisioner.resources.apt_upgrade import AptUpgrade

    if not any(isinstance(item.resource, AptUpgrade) for item in declared):
        raise UsageError("--refresh is for a playbook with `upgrade: full`", hint="add it, or leave --refresh out")
    return tuple(
        replace(item, resource=AptUpgrade(refresh=True)) if isinstance(item.resource, AptUpgrade) else item
        for item in declared
    )
