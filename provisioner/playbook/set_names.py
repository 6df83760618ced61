"""``--set`` of a name that nothing uses is a slip of the hand: it is refused, not passed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from provisioner.errors import UsageError
from provisioner.lean_dataclass import dataclass, field
from provisioner.playbook.conditions import PHONE

if TYPE_CHECKING:
    from provisioner.model import Text
    from provisioner.playbook.entries import Playbook


def require_used(playbook: Playbook, shown: str = "") -> None:
    """Raise UsageError for a ``--set`` that nothing of the playbook can read, nor the template that is ``shown``.

    ``declare`` has found no mistake in it. A name that the playbook or the phone's entry in the inventory gives a value
    to is theirs to use or not; what is left must stand in an expression, be it only as ``name | default(...)``.
    """
    used = _used(playbook, shown)
    for name in playbook.only_set:
        if name in PHONE:
            raise UsageError(f"--set {name}=...: {name} is told by the phone itself", hint="choose another name")
        if name not in used:
            raise UsageError(f"--set {name}=...: nothing in the playbook uses {name}", hint=_hint(playbook, name, used))


def _hint(playbook: Playbook, name: str, used: set[str]) -> str:
    from provisioner.suggest import did_you_mean

    known = sorted((used | (set(playbook.vars) - set(playbook.only_set))) - set(PHONE))
    told = f"its variables are {', '.join(known)}" if known else "it has no variables"
    return did_you_mean(name, known, told)


def _used(playbook: Playbook, shown: str) -> set[str]:
    from provisioner.tasks.base import Context, Task
    from provisioner.templating import outside

    reader = _Reader(playbook)
    used = {name for entry in playbook.entries if entry.when for name in entry.when.names}
    used.update(name for text in playbook.texts for name in outside(text)[0])
    for entry in playbook.entries:
        if isinstance(entry.value, Task):
            list(entry.value.resources(Context(reader, playbook.vars)))
        for template in _templates(entry.value):
            reader.used.update(playbook.templates.needs(template))
    if shown.removesuffix(".j2") not in reader.made:
        used |= playbook.templates.needs(shown)
    return used | reader.used


def _templates(value: Any) -> Iterable[str]:
    return value.templates() if hasattr(value, "templates") else ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Renders as ``declare`` does, and notes what the tasks' templates have left to the variables."""

    playbook: Playbook
    used: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)

    def __call__(self, template: str, /, **values: Any) -> Text:
        from provisioner.model import Source

        self.made.add(template.removesuffix(".j2"))
        self.used.update(self.playbook.templates.needs(template) - set(values))
        return self.playbook.templates.render(template, {**self.playbook.vars, **values}, Source(template))
