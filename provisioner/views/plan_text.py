"""A plan for people, as lines; made from its JSON form only, so that it cannot say anything else than ``--json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.sizes import megabytes
from provisioner.views.diff_text import lines_of, text_lines
from provisioner.views.harmless import breaks, hanging, harmless, pad, width, wrap
from provisioner.views.screen import Screen

SIGNS = {
    "create": ("+", "create", "green"),
    "update": ("~", "change", "yellow"),
    "delete": ("-", "delete", "red"),
    "run": (">", "run", "cyan"),
    "refuse": ("!", "refused", "red"),
    "wait": ("?", "waits for you", "yellow"),
}
"""Action → sign, word, colour. The sign says it all; the colour only repeats it."""

INDENT = "    "
IMPLIED = {"create": ("type", "index", "clone"), "delete": ("type", "mode"), "run": ("needed",)}
"""Fields that say no more than sign and address do; without ``-v`` they are not shown."""

Document = dict[str, Any]


def plan_lines(plan: Document, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """The changes, the warnings, and the sum as the last line."""
    shown = [change for change in plan["changes"] if change["action"] != "none"]
    if shown:
        yield _legend(shown, screen)
        yield ""
    blocks = [list(change_lines(change, screen, verbose=verbose)) for change in shown]
    for number, block in enumerate(blocks, 1):
        yield from block
        if len(block) > 1 or number == len(blocks) or len(blocks[number]) > 1:  # those of one line stand together
            yield ""
    for note in plan["notes"]:
        yield from _hanging(screen.paint("Note:", "cyan"), len("Note:"), note, screen)
    for warning in plan["warnings"]:
        yield from _hanging(screen.paint("Warning:", "yellow", "bold"), len("Warning:"), warning, screen)
    if plan["notes"] or plan["warnings"]:
        yield ""
    if plan["download"]:
        yield f"To download: {megabytes(plan['download'])}, with all that the packages need."
    yield from painted(summary_sentence(plan["summary"]), screen)


def painted(sentence: str, screen: Screen) -> Iterator[str]:
    """The last line of a plan or result; two if the screen is narrow."""
    yield from (screen.paint(line, "bold") for line in hanging(sentence, screen.width, 2))


def summary_sentence(summary: Document) -> str:
    """``Plan: 3 to create, 2 to change, 0 to delete, 1 to run; 41 unchanged.``"""
    unchanged = summary["unchanged"]
    others = "".join(f", {summary[name]} {name}" for name in ("refused", "waiting") if summary[name])
    if not others and not any(summary[name] for name in ("create", "change", "delete", "run")):
        says = "1 resource is" if unchanged == 1 else f"{unchanged} resources"
        return f"No changes. {says} as the playbook says."
    numbers = f"{summary['create']} to create, {summary['change']} to change, {summary['delete']} to delete"
    numbers += f", {summary['run']} to run" if summary["run"] else ""
    return f"Plan: {numbers}; {unchanged} unchanged{others}."


def change_lines(change: Document, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """Sign and address, why, each field from what to what, notes; all in one line if there is not much to say."""
    implied = () if verbose else IMPLIED.get(change["action"], ())
    fields = [field for field in change["fields"] if field["name"] not in implied]
    bare, head = _head(change, screen)
    if not change["reason"] and len(fields) <= 1 and (short := _short(fields, change["notes"])) is not None:
        line = f"{bare}  {short}" if short else bare
        if width(line) <= screen.width:
            yield head + line[len(bare) :]
            return
    yield head
    for sentence in (change["reason"], *change["notes"]):
        if sentence:
            yield from (f"{INDENT}{part}" for part in wrap(harmless(sentence), screen.width - len(INDENT)))
    column = max((width(harmless(field["name"])) for field in fields), default=0)
    for field in fields:
        yield from _field_lines(field, column, screen, verbose=verbose)


def _head(change: Document, screen: Screen) -> tuple[str, str]:
    """The first line of a change, bare and painted; the task is left out where it has no room."""
    sign, word, color = SIGNS[change["action"]]
    address, task = harmless(change["address"]), harmless(change["task"])
    parts = [(f"{sign} ", (color, "bold")), (address, ("bold",))]
    if change["action"] in ("refuse", "wait"):
        parts.append((f"  {word}", (color,)))
    if task and screen.width - width(address) - width(task) > 6:
        parts.append((f"  ({task})", ("dim",)))
    return "".join(text for text, _ in parts), "".join(screen.paint(text, *styles) for text, styles in parts)


def _short(fields: list[Document], notes: list[str]) -> str | None:
    """All that there is to say, for the first line; ``None`` if a text is to be shown."""
    if any("text" in side for field in fields for side in (field["before"], field["after"]) if isinstance(side, dict)):
        return None
    said = [f"{harmless(field['name'])} {' → '.join(_sides(field))}" for field in fields]
    return ", ".join([*said, *map(harmless, notes)])


def _legend(changes: list[Document], screen: Screen) -> str:
    used = {change["action"] for change in changes}
    parts = [f"{screen.paint(sign, color)} {word}" for action, (sign, word, color) in SIGNS.items() if action in used]
    return "  ".join(parts)


def _field_lines(field: Document, column: int, screen: Screen, *, verbose: bool) -> Iterator[str]:
    before, after, name = field["before"], field["after"], harmless(field["name"])
    if any(isinstance(side, dict) and "text" in side for side in (before, after)):
        yield f"{INDENT}{name}:{_text_remark(before, after)}"
        yield from text_lines(before, after, f"{INDENT}  ", screen, verbose=verbose)
        return
    sides = _sides(field)
    indent = f"{INDENT}{pad(name, column)}  "
    together = " → ".join(sides)
    if width(indent + together) <= screen.width:
        yield indent + together
        return
    if any(breaks(side, screen.width - width(indent) - 2) for side in sides):
        yield f"{INDENT}{name}"
        indent = f"{INDENT}  "
    for number, side in enumerate(sides):
        lead = "→ " if number else ""
        for part in wrap(lead + side, screen.width - width(indent)):
            yield indent + part
            indent = " " * width(indent)


def _sides(field: Document) -> list[str]:
    """What was and what shall be; one of them if the other is not there."""
    before, after = field["before"], field["after"]
    if before is None:
        return [value_words(after)]
    return [value_words(before), value_words(after)]


def value_words(value: Any) -> str:
    """One value, on one line, harmless; quoted where its ends could not be seen otherwise."""
    match value:
        case None:
            return "(absent)"
        case bool():
            return "yes" if value else "no"
        case {"sha256": digest}:
            return f"sha256:{harmless(digest[:12])}"
        case {"secret": _}:
            return "(secret)"
        case {"unknown": _}:
            return "(known after apply)"
        case {"text": text}:
            return f"({lines_of(text)})"
        case str() if not value or value != value.strip() or value.startswith(("(", '"')):
            return f'"{harmless(value)}"'
        case _:
            return harmless(str(value))


def _text_remark(before: Any, after: Any) -> str:
    """What is said of a text whose other side is no text (a digest, a secret, a directory)."""
    for side, words in ((before, "from {}"), (after, "to {}")):
        if side is not None and not (isinstance(side, dict) and "text" in side):
            return " " + words.format(value_words(side))
    return ""


def _hanging(head: str, columns: int, text: str, screen: Screen) -> Iterator[str]:
    """``text`` behind ``head``, its further lines indented."""
    first, *rest = wrap(harmless(text), screen.width - columns - 1)
    yield f"{head} {first}"
    yield from (f"{' ' * columns} {part}" for part in rest)
