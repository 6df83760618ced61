"""Writes the tables of docs/playbook.md from the program's own schema; all outside the marks is written by hand.

python -m docs.make_playbook_page
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from docs.made_parts import rewrite, row
from provisioner import schema
from provisioner.playbook import entries
from provisioner.playbook.conditions import PHONE
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Resource

PAGE = Path(__file__).parent / "playbook.md"
TASKS = ["mirror", "upgrade", "packages", "openssh", "shell", "golang", "vim", "vim_build", "keyboard", "storage"]
"""In the order of work; a task that is not here comes after them."""


def kinds() -> tuple[list[str], list[str]]:
    """The words of tasks and of resources, in the order of the page."""
    entries.know_all_kinds()
    ours = {kind: cls for kind, cls in schema.KINDS.items() if cls.__module__.startswith("provisioner.")}
    resources = sorted(kind for kind, cls in ours.items() if issubclass(cls, Resource))
    others = sorted(set(ours) - set(resources) - set(TASKS))
    return [kind for kind in (*TASKS, *others) if kind in ours], resources


def entry(kind: str) -> str:
    """The section of one kind: what it makes true, an example, its options."""
    cls = schema.KINDS[kind]
    short = schema.shorthand(cls)
    lines = [f"### {kind}", "", prose(schema.summary(cls)), "", "```yaml", *examples(cls), "```", ""]
    options = schema.options(cls)
    if options:
        lines += ["| option | takes | default | |", "|---|---|---|---|"]
        lines += [told(option) for option in options.values()]
    nested = {each for option in options.values() for each in records(option.shape)}
    for record in sorted(nested, key=lambda each: each.__name__):
        lines += [
            "",
            f"{prose(schema.summary(record))} Its keys:",
            "",
            "| key | takes | default | |",
            "|---|---|---|---|",
        ]
        lines += [told(option) for option in schema.options(record).values()]
    if short is not None:
        lines += ["", f"A bare value sets `{short.name}`."]
    return "\n".join(lines)


def examples(cls: type) -> list[str]:
    text = inspect.cleandoc(cls.__doc__ or "")
    return re.findall(r"^- \w+:.*$", text, re.MULTILINE)


def prose(text: str) -> str:
    return text.replace("``", "`")


def told(option: schema.Option) -> str:
    default = "needed" if option.required else shown(option.default)
    cells = [f"`{option.name}`", schema.describe(option.shape), default, prose(option.help)]
    return row(cells)


def shown(value: object) -> str:
    """A default as a playbook writes it; empty for nothing."""
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool | int | float | str | RemotePath):
        return f"`{schema.spell(value)}`" if not isinstance(value, RemotePath) else f"`{value}`"
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return f"`[{', '.join(value)}]`"
    return "see below" if not isinstance(value, tuple) else "the usual rows"


def records(shape: schema.Shape) -> list[type]:
    """The dataclasses that an option is made of."""
    match shape:
        case schema.Record(cls=cls):
            return [cls]
        case schema.Items(item=inner) | schema.Table(value=inner):
            return records(inner)
        case schema.Either(shapes=shapes):
            return [each for inner in shapes for each in records(inner)]
        case _:
            return []


def phone_names() -> str:
    lines = ["| name | is |", "|---|---|"]
    for name, each in PHONE.items():
        words = f": {', '.join(each.words)}" if each.words else ""
        lines.append(f"| `{name}` | {each.help}{words} |")
    return "\n".join(lines)


def parts() -> dict[str, str]:
    """What stands between the marks of each name."""
    tasks, resources = kinds()
    return {
        "when": phone_names(),
        "tasks": "\n\n".join(entry(kind) for kind in tasks),
        "resources": "\n\n".join(entry(kind) for kind in resources),
    }


if __name__ == "__main__":
    rewrite(PAGE, parts())
