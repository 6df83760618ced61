"""What ``pair`` shows while a phone is awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from provisioner.commands.base import Given
    from provisioner.pairing.listener import Happening, Watch
    from provisioner.pairing.meeting import Meeting


CLEAR = "\r\x1b[K"


def show_code(given: Given, meeting: Meeting) -> None:
    """The line as text, and as a code if the terminal can show one. For programs: a record."""
    from provisioner.commands.edge import view_of
    from provisioner.pairing.texts import PAGE_STEPS, STEPS

    if given.json:
        page = {"page": meeting.code} if given.page else {}
        view_of(given).record("pairing", {"line": meeting.line, "address": meeting.place, **page})
        return
    steps = PAGE_STEPS if given.page else STEPS
    show_line(given, meeting.line, steps[meeting.script.language], meeting.code)


def show_line(given: Given, line: str, beside: Sequence[str], coded: str = "") -> None:
    """A line for the phone as text, and as a code with words beside it; the code may hold another way to the line."""
    from provisioner.views import screen
    from provisioner.views.code_text import can_draw, code, height_of, invitation

    err = screen.stderr(color=not given.no_color)
    drawn = invitation(coded or line, beside, err, height_of(err))
    err.line("Open Termux on the phone and give it this line" + (", by the code or by hand:" if drawn else ":"))
    err.line(f"\n{line}\n")
    if coded not in ("", line):
        err.line(f"or open this in its browser:\n\n {coded}\n")
    if not drawn and can_draw(err):
        rows = code(coded or line)
        err.line(f"(A window of {len(rows[0])} by {len(rows) + 1} or more shows a code as well.)\n")
    for row in drawn:
        err.line(row)
    err.flush()


def watch(given: Given) -> Watch:
    """Says what happens, each thing once; on a terminal the time that is left runs."""
    from provisioner.commands.ask import is_interactive, say

    if given.json:
        return lambda happening: None
    said: set[tuple[str, str, str]] = set()
    ticking = is_interactive(given)

    def on(happening: Happening) -> None:
        if happening.what == "tick":
            if ticking:
                _tick(happening.left)
            return
        key = (happening.what, happening.address, happening.why)
        if key not in said:
            said.add(key)
            say((CLEAR if ticking else "") + _sentence(happening))

    return on


def stop_watching(given: Given) -> None:
    """Take away the time that ran."""
    import sys

    from provisioner.commands.ask import is_interactive

    if is_interactive(given):
        sys.stderr.write(CLEAR)
        sys.stderr.flush()


def _sentence(happening: Happening) -> str:
    return {
        "fetched": f"{happening.address} has fetched the script.",
        "begun": f"The phone is at {happening.address} and has begun; a first upgrade takes minutes.",
        "reported": f"The phone at {happening.address} is ready.",
        "refused": f"A message from {happening.address} does not count: {happening.why}.",
    }[happening.what]


def _tick(left: float) -> None:
    import sys

    minutes, seconds = divmod(int(left), 60)
    sys.stderr.write(f"{CLEAR}Waiting for the phone, {minutes}:{seconds:02} left ... (Ctrl-C ends it)")
    sys.stderr.flush()
