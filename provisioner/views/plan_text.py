"""A plan for people, as lines; made from its JSON form only, so that it cannot say anything else than ``--json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.views.harmless import TAB, harmless, harmless_lines, pad, width, wrap
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
LINES = 12
"""How many lines of a new text are shown without ``-v``."""

Document = dict[str, Any]


def plan_lines(plan: Document, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """The changes, the warnings, and the sum as the last line."""
    shown = [change for change in plan["changes"] if change["action"] != "none"]
    if shown:
        yield _legend(shown, screen)
        yield ""
    for change in shown:
        yield from change_lines(change, screen, verbose=verbose)
        yield ""
    for warning in plan["warnings"]:
        yield from _hanging(screen.paint("Warning:", "yellow", "bold"), len("Warning:"), warning, screen)
    if plan["warnings"]:
        yield ""
    if plan["download"]:
        yield f"To download: {plan['download'] / 1_000_000:.1f} MB, with all that the packages need."
    yield screen.paint(summary_sentence(plan["summary"]), "bold")


def summary_sentence(summary: Document) -> str:
    """``Plan: 3 to create, 2 to change, 0 to delete; 41 unchanged.``"""
    unchanged = summary["unchanged"]
    others = "".join(f", {summary[name]} {name}" for name in ("refused", "waiting") if summary[name])
    if not others and not any(summary[name] for name in ("create", "change", "delete")):
        says = "1 resource is" if unchanged == 1 else f"{unchanged} resources"
        return f"No changes. {says} as the playbook says."
    numbers = f"{summary['create']} to create, {summary['change']} to change, {summary['delete']} to delete"
    return f"Plan: {numbers}; {unchanged} unchanged{others}."


def change_lines(change: Document, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """Sign and address, why, each field from what to what, notes."""
    sign, word, color = SIGNS[change["action"]]
    address, task = harmless(change["address"]), harmless(change["task"])
    head = f"{screen.paint(sign, color, 'bold')} {screen.paint(address, 'bold')}"
    if change["action"] in ("refuse", "wait"):
        head += screen.paint(f"  {word}", color)
    room = screen.width - width(address) - width(task) - 6
    yield head + (f"{' ' * 2}{screen.paint(f'({task})', 'dim')}" if task and room > 0 else "")
    for sentence in (change["reason"], *change["notes"]):
        if sentence:
            yield from (f"{INDENT}{part}" for part in wrap(harmless(sentence), screen.width - len(INDENT)))
    column = max((width(harmless(field["name"])) for field in change["fields"]), default=0)
    for field in change["fields"]:
        yield from _field_lines(field, column, screen, verbose=verbose)


def _legend(changes: list[Document], screen: Screen) -> str:
    used = {change["action"] for change in changes}
    parts = [f"{screen.paint(sign, color)} {word}" for action, (sign, word, color) in SIGNS.items() if action in used]
    return "  ".join(parts)


def _field_lines(field: Document, column: int, screen: Screen, *, verbose: bool) -> Iterator[str]:
    before, after, name = field["before"], field["after"], pad(harmless(field["name"]), column)
    if any(isinstance(side, dict) and "text" in side for side in (before, after)):
        yield f"{INDENT}{name.rstrip()}:{_text_remark(before, after)}"
        yield from _text_lines(before, after, screen, verbose=verbose)
        return
    if before is None:
        sides = [value_words(after)]
    elif after is None:
        sides = [value_words(before), "(absent)"]
    else:
        sides = [value_words(before), value_words(after)]
    indent = f"{INDENT}{name}  "
    together = " → ".join(sides)
    if width(indent + together) <= screen.width:
        yield indent + together
        return
    for number, side in enumerate(sides):
        lead = "→ " if number else ""
        for part in wrap(lead + side, screen.width - width(indent)):
            yield indent + part
            indent = " " * width(indent)


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
            return f"({_lines(text)})"
        case str() if not value or value != value.strip() or value.startswith(("(", '"')):
            return f'"{harmless(value)}"'
        case _:
            return harmless(str(value))


def _lines(text: str) -> str:
    count = len(harmless_lines(text))
    return "1 line" if count == 1 else f"{count} lines"


def _text_remark(before: Any, after: Any) -> str:
    """What is said of a text whose other side is no text (a digest, a secret, nothing)."""
    for side, words in ((before, "from {}"), (after, "to {}")):
        if isinstance(side, dict) and "text" not in side:
            return " " + words.format(value_words(side))
    return ""


def _text_lines(before: Any, after: Any, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """A new text as ``+`` lines, a text that goes as its length only, anything else as a unified diff."""
    old, new = (side["text"] if isinstance(side, dict) and "text" in side else None for side in (before, after))
    if new is None:
        gone = f"- ({_lines(old or '')})"
        yield f"{INDENT}  {screen.paint(gone, 'red')}"
        return
    lines = _diff(old, new) if old is not None else [f"+{line}" for line in harmless_lines(new)]
    hidden = 0 if verbose else max(0, len(lines) - (LINES if old is None else 5 * LINES))
    if hidden == 1:  # a line that says "1 more line" is no shorter than that line
        hidden = 0
    for line in lines[: len(lines) - hidden]:
        yield f"{INDENT}  {_paint_diff(line, screen)}"
    if hidden:
        yield f"{INDENT}  {screen.paint(f'… {hidden} more lines, -v shows them', 'dim')}"


def _diff(old: str, new: str) -> list[str]:
    """A unified diff with three lines of context, without the lines that name files."""
    from difflib import unified_diff

    tabs = old.expandtabs(TAB) == new.expandtabs(TAB)  # then they are the difference, and must be seen
    before, after = harmless_lines(old, tabs=tabs), harmless_lines(new, tabs=tabs)
    if old and not old.endswith("\n"):
        before[-1] += NO_NEWLINE
    if new and not new.endswith("\n"):
        after[-1] += NO_NEWLINE
    lines = list(unified_diff(before, after, lineterm="", n=3))[2:]
    return [part for line in lines for part in line.split("\n")]


NO_NEWLINE = "\n\\ no newline at the end"
"""Hangs on a last line that lacks its newline, so that the two differ, as in diff(1)."""


def _paint_diff(line: str, screen: Screen) -> str:
    color = {"+": "green", "-": "red", "@": "cyan", "\\": "dim"}.get(line[:1])
    return screen.paint(line, color) if color else line


def _hanging(head: str, columns: int, text: str, screen: Screen) -> Iterator[str]:
    """``text`` behind ``head``, its further lines indented."""
    first, *rest = wrap(harmless(text), screen.width - columns - 1)
    yield f"{head} {first}"
    yield from (f"{' ' * columns} {part}" for part in rest)
