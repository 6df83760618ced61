"""Results, proofs and errors for people, as lines; made from their JSON form only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.views.harmless import harmless, harmless_lines, pad, width, wrap
from provisioner.views.screen import Screen

Document = dict[str, Any]

TAIL = 12
"""How many of the last lines of a failed step's output are shown."""

STATUS_COLORS = {"ok": "green", "failed": "red", "skipped": "yellow", "waiting": "yellow", "refused": "red"}


def result_lines(result: Document, screen: Screen) -> Iterator[str]:
    """What did not go well, then the same numbers as the plan's, as the last line."""
    for outcome in result["outcomes"]:
        if outcome["status"] != "done":
            yield from _outcome_lines(outcome, screen)
    told = {outcome["address"] for outcome in result["outcomes"] if outcome["status"] != "done"}
    for address in result["remaining"]:
        if address not in told:
            yield f"{screen.paint('still differs', 'yellow')}: {harmless(address)}"
    yield screen.paint(result_sentence(result), "bold")


def result_sentence(result: Document) -> str:
    """``Done: 3 created, 2 changed, 0 deleted; 41 unchanged.``"""
    summary = result["summary"]
    if summary["failed"] or summary["skipped"] or summary["refused"]:
        word = "Failed"
    elif summary["waiting"]:
        word = "Waiting for you"
    else:
        word = "Done" if result["converged"] else "Not converged"
    numbers = f"{summary['create']} created, {summary['change']} changed, {summary['delete']} deleted"
    others = "".join(f", {summary[n]} {n}" for n in ("failed", "skipped", "waiting", "refused") if summary[n])
    return f"{word}: {numbers}; {summary['unchanged']} unchanged{others}."


def _outcome_lines(outcome: Document, screen: Screen) -> Iterator[str]:
    status = outcome["status"]
    yield f"{screen.paint(status, STATUS_COLORS[status], 'bold')}: {harmless(outcome['address'])}{_place(outcome)}"
    if outcome["message"]:
        yield from (f"    {part}" for part in wrap(harmless(outcome["message"]), screen.width - 4))
    yield from tail_lines(outcome["tail"], screen)


def tail_lines(output: str, screen: Screen) -> Iterator[str]:
    """The last lines of a program's output, quoted."""
    lines = harmless_lines(output.replace("\r\n", "\n"))
    if len(lines) > TAIL:
        yield f"    {screen.paint(f'… {len(lines) - TAIL} lines before', 'dim')}"
    yield from (f"    {screen.paint('│', 'dim')} {line}" for line in lines[-TAIL:])


def _place(document: Document) -> str:
    source = document["source"]
    if not source["path"]:
        return ""
    where = f"{source['path']}:{source['line']}:{source['column']}" if source["line"] else source["path"]
    return f" ({harmless(where)})"


def proof_lines(proofs: list[Document], screen: Screen) -> Iterator[str]:
    """The proof card: what works on the phone, by which figures."""
    column = max((width(harmless(proof["name"])) for proof in proofs), default=0)
    for proof in proofs:
        status = proof["status"]
        head = f"{pad(status, 7)}  {pad(harmless(proof['name']), column)}  "
        painted = screen.paint(status, STATUS_COLORS[status]) + head[len(status) :]
        for part in wrap(harmless(" ".join(proof["text"].split("\n")).strip()), screen.width - width(head)):
            yield (painted + part).rstrip()
            painted = " " * width(head)


def proof_sentence(proofs: list[Document]) -> str:
    """``Proofs: 7 ok, 1 failed.``"""
    counts = {status: sum(proof["status"] == status for proof in proofs) for status in STATUS_COLORS}
    parts = [f"{count} {status}" for status, count in counts.items() if count or status == "ok"]
    return f"Proofs: {', '.join(parts)}."


def error_lines(error: Document, screen: Screen) -> Iterator[str]:
    """What happened, where, and what to do next."""
    if mistakes := error.get("mistakes"):
        for mistake in mistakes:
            yield from _mistake_lines(mistake, screen)
        yield screen.paint("1 mistake." if len(mistakes) == 1 else f"{len(mistakes)} mistakes.", "bold")
        return
    prefix = "hello-termux: "
    first, *rest = wrap(prefix + harmless(error["summary"]), screen.width)
    yield screen.paint(prefix, "red", "bold") + first[len(prefix) :]
    yield from rest
    for moved in error.get("moved", ()):
        yield f"    {harmless(moved)}"
    yield from _hint_lines(error["hint"], screen)


def _mistake_lines(mistake: Document, screen: Screen) -> Iterator[str]:
    """``path:line:col: summary``, the offending line with a caret below the column, the hint."""
    source = mistake["source"]
    where = ":".join(str(part) for part in (source["path"], source["line"], source["column"]) if part)
    yield f"{screen.paint(harmless(where), 'bold')}: {screen.paint(harmless(mistake['summary']), 'red')}"
    if mistake["line"]:
        line = mistake["line"].rstrip("\r\n")
        before = harmless(line[: max(source["column"] - 1, 0)])
        yield f"    {harmless(line)}"
        yield f"    {' ' * width(before)}{screen.paint('^', 'green', 'bold')}"
    yield from _hint_lines(mistake["hint"], screen)


def _hint_lines(hint: str, screen: Screen) -> Iterator[str]:
    for paragraph in hint.split("\n") if hint else ():
        yield from (f"    {part}" for part in wrap(harmless(paragraph), screen.width - 4))
