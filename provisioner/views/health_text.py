"""What a phone says of itself, and what ails it, for people, as lines; made from the JSON form only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioner.views.harmless import hanging, harmless, pad, width
from provisioner.views.screen import Screen

Document = dict[str, Any]

GRADES = {"error": ("!", "red"), "warning": ("~", "yellow"), "note": ("-", "cyan"), "ok": ("+", "green")}
"""Grade → sign, colour; the word stands beside them."""

PARTS = (("said", "said"), ("cause", "why"), ("repair", "do"), ("source", "source"))


def diagnosis_lines(diagnosis: Document, screen: Screen, *, verbose: bool) -> Iterator[str]:
    """The findings, worst first; what is well is counted, and listed with ``verbose``. The last line is the sum."""
    well = [each for each in diagnosis["findings"] if each["grade"] == "ok"]
    for each in diagnosis["findings"]:
        if each["grade"] != "ok":
            yield from _finding_lines(each, screen, verbose=verbose)
            yield ""
    for each in well if verbose else ():
        sign, color = GRADES["ok"]
        line = f"{sign} ok  {harmless(each['name'])}: {harmless(each['symptom'])}"
        first, *rest = hanging(line, screen.width, 6)
        yield screen.paint(first[:4], color) + first[4:]
        yield from rest
    if well and verbose:
        yield ""
    yield from (screen.paint(line, "bold") for line in hanging(sentence(diagnosis), screen.width, 2))


def sentence(diagnosis: Document) -> str:
    """``pixel: 1 error, 2 warnings, 3 notes; 25 findings are ok.``"""
    summary = diagnosis["summary"]
    words = [_count(summary[grade], grade) for grade in ("error", "warning", "note") if summary[grade]]
    told = ", ".join(words) or "nothing to mend"
    fixable = sum(each["fixable"] for each in diagnosis["findings"])
    fix = f" doctor --fix repairs {fixable} of them." if fixable else ""
    return f"{harmless(diagnosis['host'])}: {told}; {summary['ok']} ok.{fix}"


def _count(number: int, grade: str) -> str:
    return f"{number} {grade}{'s' if number > 1 else ''}"


def _finding_lines(finding: Document, screen: Screen, *, verbose: bool) -> Iterator[str]:
    sign, color = GRADES[finding["grade"]]
    head = f"{sign} {finding['grade']}  "
    first, *rest = hanging(f"{head}{harmless(finding['symptom'])}", screen.width)
    yield screen.paint(first[: len(head)].rstrip(), color, "bold") + first[len(head.rstrip()) :]
    yield from rest
    for name, word in PARTS:
        text = finding[name] if name != "source" else f"{finding['name']}; {finding[name]}"
        if text and (verbose or name != "source"):
            lead = f"    {pad(word, 6)} "
            yield from hanging(lead + (f'"{harmless(text)}"' if name == "said" else harmless(text)), screen.width, 11)


def facts_lines(facts: Document, screen: Screen) -> Iterator[str]:
    """What the phone says of itself, in the order in which people ask."""
    rows = [(name, text) for name, text in _facts(facts) if text]
    column = max(width(name) for name, _ in rows)
    for name, text in rows:
        yield from hanging(f"{pad(name, column)}  {harmless(text)}", screen.width, column + 2)


ORIGINS = {"fdroid": "F-Droid", "github": "GitHub", "play": "the Play Store"}


def _facts(facts: Document) -> Iterator[tuple[str, str]]:
    def known(name: str, unit: str = "") -> str:
        value = facts.get(name, "")
        return "" if value in ("", -1, None) else f"{value}{unit}"

    yield "phone", " ".join(filter(None, (known("manufacturer"), known("model"))))
    api = known("android_api")
    yield "Android", " ".join(filter(None, (known("android_release"), f"(API {api})" if api else "")))
    origin = ORIGINS.get(facts.get("origin", ""), "unknown origin")
    yield "Termux", " ".join(filter(None, (known("termux_version"), f"from {origin}" if origin[0] != "u" else origin)))
    tools = known("tools_version")
    yield (
        "packages",
        ", ".join(filter(None, (known("package_manager"), known("arch"), tools and f"termux-tools {tools}"))),
    )
    yield "login shell", known("login_shell")
    yield "sshd", known("server")
    yield "host key", known("device")
    yield "free space", known("free_mb", " MB")
    yield "memory", known("memory_mb", " MB")
    yield "clock", _time(facts.get("clock", -1))
    yield "up since", _span(facts.get("uptime", -1))
    yield "user id", known("uid")


def _time(clock: int) -> str:
    import time

    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(clock)) if clock >= 0 else ""


def _span(seconds: int) -> str:
    if seconds < 0:
        return ""
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours // 24} days {hours % 24} hours" if hours >= 48 else f"{hours} h {minutes} min"
