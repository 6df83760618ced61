"""What a verify came to, as one page that needs nothing beside itself: no script, no picture, no font from elsewhere.

Made from the same JSON forms that the terminal's views are made from, so that it cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from provisioner import __version__
from provisioner.errors import ProvisionerError
from provisioner.model import Event, EventKind, Plan, ProofResult
from provisioner.past import LastRun
from provisioner.plan_json import Document, plan_to_json
from provisioner.templating import render_page
from provisioner.views.harmless import harmless
from provisioner.views.plan_text import SIGNS, summary_sentence
from provisioner.views.reports import proof_to_json
from provisioner.views.result_text import proof_sentence
from provisioner.whole_file import write_whole

PAGE = Path(__file__).with_name("page.html.j2")
LEAST = 0.4
"""Per cent of the time line that a bar takes at least, so that it can be seen."""


def write_page(path: Path, plan: Plan, proofs: Sequence[ProofResult], last: LastRun | None) -> None:
    """Write the page of now to ``path``, whole or not at all. Raises ProvisionerError."""
    try:
        write_whole(path, page(plan, proofs, last, datetime.now().astimezone()).encode(), mode=None)
    except OSError as error:
        raise ProvisionerError(f"The report {path} cannot be written: {error.strerror}") from error


def page(plan: Plan, proofs: Sequence[ProofResult], last: LastRun | None, now: datetime) -> str:
    """The page's HTML. Everything that comes from the phone or the playbook is shown and never obeyed."""
    document, proved = plan_to_json(plan), [proof_to_json(proof) for proof in proofs]
    values = {
        "host": plan.host,
        "phone": list(_phone(document["facts"])),
        "made": f"{now:%Y-%m-%d %H:%M}",
        "version": __version__,
        "verdict": _verdict(document, proved),
        "card": proof_sentence(proved) if proved else "The playbook has no proofs.",
        "tasks": _by_task([proof for proof in proved if proof["status"] != "look"]),
        "looks": [proof for proof in proved if proof["status"] == "look"],
        "outcome": summary_sentence(document["summary"]),
        "changes": [_change(change) for change in document["changes"] if change["action"] != "none"],
        "notes": document["notes"],
        "warnings": document["warnings"],
        "playbook": document["playbook"],
        "run": None if last is None else _run(last),
    }
    return render_page(PAGE, _harmless(values))


def _verdict(plan: Document, proofs: Sequence[Document]) -> Document:
    """A word that is a class of the style sheet, and the sentence at the top."""
    summary = plan["summary"]
    failed = sum(proof["status"] == "failed" for proof in proofs)
    if failed:
        return {"word": "failed", "text": f"{'One thing does' if failed == 1 else f'{failed} things do'} not work."}
    pending = sum(summary[name] for name in ("create", "change", "delete", "run"))
    if pending or summary["refused"]:
        return {"word": "waiting", "text": "What was tried works, but the phone is not as the playbook says."}
    if summary["waiting"] or any(proof["status"] == "waiting" for proof in proofs):
        return {"word": "waiting", "text": "What was tried works; something waits for a finger on the phone."}
    return {"word": "ok", "text": "The phone is as the playbook says, and what was tried works."}


def _phone(facts: Document) -> Iterator[str]:
    """What the phone is, in a few words."""
    yield from filter(None, [f"{facts.get('manufacturer', '')} {facts.get('model', '')}".strip()])
    if release := facts.get("android_release"):
        yield f"Android {release}"
    if termux := facts.get("termux_version"):
        yield f"Termux {termux}"
    yield from filter(None, [str(facts.get("arch", ""))])


def _by_task(proofs: Sequence[Document]) -> list[Document]:
    tasks = dict.fromkeys(proof["task"] for proof in proofs)
    return [{"name": task, "proofs": [_proof(p) for p in proofs if p["task"] == task]} for task in tasks]


def _proof(proof: Document) -> Document:
    return {**proof, "text": " ".join(proof["text"].split()), "seconds": _seconds(proof["ms"])}


def _change(change: Document) -> Document:
    sign, word, _ = SIGNS[change["action"]]
    return {"sign": sign, "word": word, "address": change["address"], "reason": change["reason"]}


def _run(last: LastRun) -> Document:
    steps = list(_steps(last.events))
    total = max(sum(step["ms"] for step in steps), 1)
    at = 0.0
    for step in steps:
        step["left"] = f"{min(100 * at / total, 100 - LEAST):.2f}"
        step["width"] = f"{max(100 * step['ms'] / total, LEAST):.2f}"
        at += step["ms"]
    return {
        "id": last.run.id,
        "begun": f"{last.run.begun:%Y-%m-%d %H:%M:%S}",
        "state": last.run.state,
        "took": _seconds(total) if steps else "",
        "steps": steps,
    }


def _steps(events: Sequence[Event]) -> Iterator[Document]:
    """The steps of a run in their order; changes that were made in one go are one step."""
    begun: list[str] = []
    ended: list[Event] = []
    words = {
        EventKind.FINISHED: "ok",
        EventKind.FAILED: "failed",
        EventKind.SKIPPED: "skipped",
        EventKind.WAITING: "waiting",
    }
    for event in events:
        if event.kind is EventKind.STARTED:
            begun.append(str(event.id))
        if event.kind not in words:
            continue
        ended.append(event)
        if len(ended) < len(begun):
            continue
        names = [str(each.id) for each in ended]
        worst = max((words[each.kind] for each in ended), key=["ok", "skipped", "waiting", "failed"].index)
        text = next((each.text for each in ended if words[each.kind] == worst), "")
        ms = max(each.ms or 0 for each in ended)
        yield {"name": _title(names), "names": names, "status": worst, "ms": ms, "took": _seconds(ms), "text": text}
        begun, ended = [], []


def _title(addresses: list[str]) -> str:
    if len(addresses) == 1:
        return addresses[0]
    kinds = {address.partition(":")[0] for address in addresses}
    return f"{len(addresses)} {f'{kinds.pop()}s' if len(kinds) == 1 else 'changes'}"


def _seconds(ms: int) -> str:
    if ms < 100:
        return ""
    return f"{ms / 1000:.1f} s" if ms < 60_000 else f"{ms // 60_000} min {ms // 1000 % 60:02d} s"


def _harmless(value: Any) -> Any:
    """The same with all texts harmless: no control character, nothing that turns the direction of writing."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list):
        return [_harmless(each) for each in value]
    return {name: _harmless(each) for name, each in value.items()} if isinstance(value, dict) else value
