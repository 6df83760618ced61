"""The page of ``verify --report``: what stands on it, that nothing in it is obeyed, and how a browser lays it out."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from provisioner.facts.runs import PastRun
from provisioner.model import Event, EventKind, Plan, ProofResult, ProofStatus, ResourceId
from provisioner.past import LastRun
from provisioner.report.page import page
from tests.views.samples import PLAN, PROOFS

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NASTY = "</p><script>alert(1)</script> \x1b[31m\u202e 你好 " + "x" * 300


def event(kind: EventKind, name: str, text: str = "", ms: int | None = None) -> Event:
    return Event(kind, ResourceId.parse(name), text, ms)


RUN = LastRun(
    PastRun("20261125T112351Z-8c9b5e", "ended"),
    (
        event(EventKind.STARTED, "apt_source:termux"),
        event(EventKind.FINISHED, "apt_source:termux", ms=1000),
        event(EventKind.STARTED, "package:golang"),
        event(EventKind.STARTED, "package:vim"),
        event(EventKind.OUTPUT, "package:vim", "Unpacking"),
        event(EventKind.FINISHED, "package:golang", ms=61_000),
        event(EventKind.FAILED, "package:vim", NASTY, ms=61_000),
        event(EventKind.SKIPPED, "block:~/.vimrc#vim", "needs package:vim, which failed"),
    ),
)


class Text(HTMLParser):
    """What a reader sees, and the addresses that a browser would go to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.goes_to: list[str] = []
        self.seen = ""
        self.feed(page)
        self.seen = " ".join(self.seen.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.goes_to += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]

    def handle_data(self, data: str) -> None:
        self.seen += data


def test_card_plan_and_last_run_stand_on_it() -> None:
    text = Text(page(PLAN, PROOFS, RUN, NOW)).seen
    assert "One thing does not work." in text
    assert "Proofs: 1 ok, 1 failed, 1 skipped, 1 waiting; 1 to look at." in text
    assert all(" ".join(proof.text.split()) in text for proof in PROOFS)
    assert "+ package:golang" in text and "2026-11-25 12:00" in text
    assert "hello-termux log 20261125T112351Z-8c9b5e" in text
    assert "2 packages" in text and "1 min 01 s" in text and "needs package:vim, which failed" in text


def test_steps_stand_one_after_the_other() -> None:
    bars = re.findall(r"margin-left: ([\d.]+)%; width: ([\d.]+)%", page(PLAN, [], RUN, NOW))
    places = [(float(left), float(width)) for left, width in bars]
    assert places[0][0] == 0 and places[0][1] == pytest.approx(100 / 62, abs=0.01)
    assert places[1][0] == pytest.approx(100 / 62, abs=0.01)
    assert all(left + width <= 100.01 for left, width in places)


@pytest.mark.parametrize(
    ("plan", "status", "says"),
    [
        (Plan(()), ProofStatus.OK, "The phone is as the playbook says, and what was tried works."),
        (Plan(()), ProofStatus.LOOK, "The phone is as the playbook says, and what was tried works."),
        (Plan(()), ProofStatus.FAILED, "One thing does not work."),
        (Plan(()), ProofStatus.WAITING, "something waits for a finger"),
        (PLAN, ProofStatus.OK, "the phone is not as the playbook says"),
    ],
)
def test_the_verdict(plan: Plan, status: ProofStatus, says: str) -> None:
    assert says in Text(page(plan, [ProofResult("x", status)], None, NOW)).seen


def test_nothing_in_it_is_obeyed_or_fetched() -> None:
    proofs = [ProofResult(NASTY, ProofStatus.OK, NASTY, 1, NASTY, NASTY, NASTY)]
    made = page(PLAN, proofs, RUN, NOW)
    read = Text(made)
    assert not read.tags & {"script", "img", "link", "iframe", "object", "base", "form", "a"}
    assert read.goes_to == [] and "url(" not in made and "@import" not in made
    assert "alert(1)" in read.seen and "\x1b" not in made and "\u202e" not in made and "你好" in made


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_lays_it_out_on_narrow_and_wide_screens(tmp_path: Path) -> None:
    """In frames of several widths, where a script of the test's own measures what the page's own rules would forbid."""
    made = page(PLAN, [*PROOFS, ProofResult("long", ProofStatus.OK, NASTY, 1, "x", NASTY, NASTY)], RUN, NOW)
    policy = re.search(r"<meta http-equiv=.Content-Security-Policy.*?>", made)
    assert policy
    inside = html.escape(made.replace(policy[0], ""))
    frames = "".join(f'<iframe width="{width}" height="600" srcdoc="{inside}"></iframe>' for width in (320, 500, 1000))
    measure = """<script>onload = () => { document.title = [...document.querySelectorAll('iframe')].map(f => {
        const d = f.contentDocument, whole = d.documentElement, bar = d.querySelector('.bar').clientHeight > 0
        return [f.clientWidth, whole.scrollWidth - whole.clientWidth, bar, d.querySelectorAll('.proof').length]
    }).join(';') }</script>"""
    (tmp_path / "frames.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{measure}{frames}", encoding="utf-8")
    told = browser(tmp_path, "frames.html", "--dump-dom").stdout
    title = re.search(r"<title>(.*?)</title>", told)
    assert title and title[1] == ";".join(f"{width},0,true,6" for width in (320, 500, 1000))


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_has_nothing_to_complain_of_and_draws_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(page(PLAN, PROOFS, RUN, NOW), encoding="utf-8")
    picture = tmp_path / "page.png"
    done = browser(tmp_path, "page.html", f"--screenshot={picture}", "--enable-logging=stderr")
    assert "CONSOLE" not in done.stderr
    assert picture.stat().st_size > 20_000


def browser(folder: Path, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command = [str(CHROMIUM), *words, "--window-size=1100,900", *options, f"file://{folder / name}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
