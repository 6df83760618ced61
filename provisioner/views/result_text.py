"""Results, proofs and errors for people, as lines; made from their JSON form only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.sizes import megabytes
from provisioner.views.harmless import clip, hanging, harmless, harmless_lines, pad, width, wrap
from provisioner.views.plan_text import painted
from provisioner.views.screen import Screen

Document = dict[str, Any]

TAIL = 12
"""How many of the last lines of a failed step's output are shown."""

LONGEST = 600
"""Characters of one line that are shown: a program may print megabytes without an end of line."""

STATUS_COLORS = {"ok": "green", "failed": "red", "skipped": "yellow", "waiting": "yellow", "refused": "red"}


ERRORS = ("*** ", "error:", "fatal:", "E: ")
"""What lines look like that say why a program failed; the last lines often only say that it did."""


def result_lines(result: Document, screen: Screen) -> Iterator[str]:
    """What did not go well, then the same numbers as the plan's, as the last line."""
    for outcome in result["outcomes"]:
        if outcome["status"] != "done":
            yield from _outcome_lines(outcome, screen)
    told = {outcome["address"] for outcome in result["outcomes"] if outcome["status"] != "done"}
    for address in result["remaining"]:
        if address not in told:
            yield f"{screen.paint('Still differs', 'yellow', 'bold')}: {harmless(address)}"
    yield from painted(result_sentence(result), screen)


def result_sentence(result: Document) -> str:
    """``Done: 3 created, 2 changed, 0 deleted; 41 unchanged.``"""
    summary = result["summary"]
    if summary["failed"] or summary["skipped"]:
        word = "Failed"
    elif summary["waiting"] and not summary["refused"]:
        word = "Waiting for you"
    else:
        word = "Done" if result["converged"] else "Not converged"
    numbers = f"{summary['create']} created, {summary['change']} changed, {summary['delete']} deleted"
    numbers += f", {summary['run']} run" if summary["run"] else ""
    others = [] if summary["unchanged"] is None else [f"{summary['unchanged']} unchanged"]
    others += [f"{summary[n]} {n}" for n in ("failed", "skipped", "waiting", "refused") if summary[n]]
    return f"{word}: {numbers}; {', '.join(others)}." if others else f"{word}: {numbers}."


def _outcome_lines(outcome: Document, screen: Screen) -> Iterator[str]:
    status = outcome["status"]
    word = screen.paint(status.capitalize(), STATUS_COLORS[status], "bold")
    yield f"{word}: {harmless(outcome['address'])}{_place(outcome)}"
    if outcome["message"]:
        yield from (f"    {part}" for part in wrap(harmless(outcome["message"]), screen.width - 4))
    if outcome["tail"].strip() not in outcome["message"]:
        yield from tail_lines(outcome["tail"], screen)


def tail_lines(output: str, screen: Screen) -> Iterator[str]:
    """The last lines of a program's output, quoted, and before them those that look like errors."""
    lines = harmless_lines(output.replace("\r\n", "\n"))
    last = range(max(0, len(lines) - TAIL), len(lines))
    telling = [n for n in range(last.start) if any(sign in lines[n] for sign in ERRORS)][-TAIL // 2 :]
    shown = [*telling, *last[len(telling) :]]
    before = -1
    for number in shown:
        if number > before + 1:
            count = number - before - 1
            yield f"    {screen.paint('… 1 line' if count == 1 else f'… {count} lines', 'dim')}"
        for part in hanging(_bounded(lines[number]), screen.width - 6, 2):
            yield f"    {screen.paint('│', 'dim')} {part}"
        before = number


def _bounded(line: str) -> str:
    more = len(line) - LONGEST
    return line if more <= 0 else f"{line[:LONGEST]} … {more} more characters"


def _place(document: Document) -> str:
    source = document["source"]
    if not source["path"]:
        return ""
    where = f"{source['path']}:{source['line']}:{source['column']}" if source["line"] else source["path"]
    return f" ({harmless(where)})"


def proof_lines(proofs: list[Document], screen: Screen) -> Iterator[str]:
    """The proof card: what works on the phone, in how many seconds, by which figures; long ones on lines of their own.
    At its end, what a person must look at."""
    run = [proof for proof in proofs if proof["status"] != "look"]
    column = max((width(harmless(proof["name"])) for proof in run), default=0)
    for proof in run:
        status = proof["status"]
        took = f"{proof['ms'] / 1000:.1f} s" if proof["ms"] >= 100 else ""
        head = f"{pad(status, 7)} {took:>7}  {pad(harmless(proof['name']), column)}  "
        shown = screen.paint(status, STATUS_COLORS[status]) + head[len(status) :]
        text = harmless(" ".join(proof["text"].split("\n")).strip())
        if width(head + text) <= screen.width:
            yield (shown + text).rstrip()
            continue
        yield shown.rstrip()
        yield from (f"{' ' * 17}{part}" for part in wrap(text, screen.width - 17))
    yield from _looks([proof for proof in proofs if proof["status"] == "look"], screen)


def _looks(looks: list[Document], screen: Screen) -> Iterator[str]:
    if looks:
        yield f"{screen.paint('For your own eyes', 'bold')}, since no program can tell:"
    for look in looks:
        yield from hanging(f"  {harmless(look['name'])}: {harmless(look['text'])}", screen.width, 4)


def proof_sentence(proofs: list[Document]) -> str:
    """``Proofs: 7 ok, 1 failed.``"""
    counts = {status: sum(proof["status"] == status for proof in proofs) for status in STATUS_COLORS}
    parts = [f"{count} {status}" for status, count in counts.items() if count or status == "ok"]
    looks = sum(proof["status"] == "look" for proof in proofs)
    return f"Proofs: {', '.join(parts)}{f'; {looks} to look at' if looks else ''}."


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
    where = harmless(":".join(str(part) for part in (source["path"], source["line"], source["column"]) if part))
    first, *rest = hanging(f"{where}: {harmless(mistake['summary'])}", screen.width)
    if first.startswith(f"{where}: "):
        yield f"{screen.paint(where, 'bold')}: {screen.paint(first[len(where) + 2 :], 'red')}"
    else:  # a place so long that it fills the line
        yield screen.paint(first, "bold")
    yield from (screen.paint(part, "red") for part in rest)
    if mistake["line"]:
        yield from _offending(mistake["line"].rstrip("\r\n"), max(source["column"] - 1, 0), screen)
    yield from _hint_lines(mistake["hint"], screen)


def _offending(line: str, at: int, screen: Screen) -> Iterator[str]:
    """The line with a caret below ``at``; of a long one the part around that."""
    room = screen.width - 6
    start = 0
    while width(harmless(line[start:at])) > room // 2 and width(harmless(line)) > room:
        start += 1
    lead = "…" if start else ""
    before = width(lead + harmless(line[start:at]))
    yield f"    {lead}{clip(harmless(line[start:]), room - len(lead), '…')}"
    yield f"    {' ' * before}{screen.paint('^', 'green', 'bold')}"


def _hint_lines(hint: str, screen: Screen) -> Iterator[str]:
    """Paragraphs; a line that is indented is something to copy, and stays whole."""
    for paragraph in hint.split("\n") if hint else ():
        if paragraph.startswith("    "):
            yield f"    {harmless(paragraph)}"
        else:
            yield from (f"    {part}" for part in wrap(harmless(paragraph), screen.width - 4))


def shipped_sentence(shipped: Document) -> str:
    """``~/go/bin/web is on the phone: 8.4 MB, static, built here in 9.1 s with go1.26.5; 3.7 MB were sent.``"""
    where = "here" if shipped["stage"] == "laptop" else "there"
    how = f"{megabytes(shipped['size'])}, {shipped['linked']}, built {where} in {shipped['ms'] / 1000:.1f} s"
    told = f"{shipped['program']} is on the phone: {how} with {shipped['go']}"
    if shipped["unchanged"]:
        return f"{told}; it was there already, the same to the last byte."
    return f"{told}; {megabytes(shipped['sent'])} were sent."
