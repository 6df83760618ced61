"""A run on the phone: started once, in a session of its own there, and followed over as many connections as it takes.

All that it does and says is in its journal, a file on the phone. We read that from a byte offset; after a lost link we
go on from the byte where we stopped, so resuming is the same call as following.
"""

from __future__ import annotations

import getpass
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote as percent

from provisioner.errors import ConnectionLost, Locked, RunFailed
from provisioner.facts import Fact, Facts
from provisioner.lean_dataclass import dataclass, field
from provisioner.model import Event, EventKind
from provisioner.outcomes import used
from provisioner.planner import Work
from provisioner.runner import NEVER, STILL, Conversation
from provisioner.shell import Device, printed, sh
from provisioner.stream import JournalReader, all_changes, compile_run

SEALED = "\tsecret"
"""Last word of the line of a change whose texts hold a secret."""
LISTEN = "tail -s 0.005"
"""Reads the journal along, which must be its standard input: of a file that is named tail hears by inotify, and the
kernel takes up to 20 ms to let go of that (an apply took 16 ms longer)."""
FOLDER = "$HOME/.local/state/hello-termux/runs"


@dataclass(slots=True)
class Run:
    """One run: its script, and how far its journal has been read."""

    id: str
    marker: str
    script: str
    journal: JournalReader
    changes: str
    """A line a change, in the order of their numbers: action, task, percent-encoded address, perhaps SEALED; for
    who attaches later."""
    title: str = ""
    """What it does, in a word or two: for lists of runs."""
    offset: int = 0
    stray: list[str] = field(default_factory=list)
    untold: deque[Event] = field(default_factory=deque)
    """Read from the journal, and not told yet: whoever was told the one before them did not come to an end."""

    @classmethod
    def of(
        cls,
        work: Sequence[Work],
        conversation: Conversation,
        title: str = "apply",
        plan: str = "",
        hidden: Sequence[str] = (),
    ) -> Run:
        now = time.time()  # names sort by time, also those of one second
        run = time.strftime("%Y%m%dT%H%M%SZ-", time.gmtime(now)) + f"{int(now % 1 * 1000):03d}{secrets.token_hex(2)}"
        script = compile_run(work, conversation.device, run, conversation.marker, _laptop(), plan, hidden)
        changes = all_changes(work)
        lines = "".join(
            f"{c.action}\t{percent(c.task)}\t{percent(str(c.id), safe='/:~$.-_')}{c.sealed * SEALED}\n" for c in changes
        )
        journal = JournalReader([change.id for change in changes], conversation.marker)
        return cls(run, conversation.marker, script, journal, lines, " ".join(title.split()))

    def launch(self, conversation: Conversation, facts: Iterable[Fact[Any]]) -> None:
        """Start it, and have the phone read anew when it has ended. Safe to send twice: it starts once."""
        conversation.ask_after(start_script(self, conversation.device), facts)

    def resume(self, conversation: Conversation, facts: Iterable[Fact[Any]]) -> None:
        """Go on following over a new connection."""
        conversation.ask_after(follow_script(self.id, self.offset), facts)

    def follow(self, conversation: Conversation, on_event: Callable[[Event], None]) -> Facts | str:
        """Follow it to its end; the fresh reading afterwards, NEVER if it was never started, STILL if it goes on.

        An event whose telling was broken off by a lost connection is told again. Raises ConnectionLost (``resume`` goes
        on from there).
        """
        self._tell(on_event)

        def hear(data: bytes) -> None:
            self.offset += len(data)
            self.untold.extend(self.journal.feed(data))
            self._tell(on_event)

        conversation.follow(hear)
        # The section that ended it began with a newline, which was not the journal's.
        self.offset -= 1
        self.journal.unfeed_newline()
        fresh = conversation.answers()
        if fresh == NEVER:  # what was heard was the shell's own, not the journal's
            self.offset, self.journal = 0, JournalReader(self.journal.ids, self.marker)
        return fresh

    def _tell(self, on_event: Callable[[Event], None]) -> None:
        while self.untold:
            event = self.untold[0]
            if event.kind is EventKind.OUTPUT and event.id is None:
                self.stray.append(event.text)
            on_event(event)
            self.untold.popleft()

    def judge(self) -> None:
        """Once it is over. Raises Locked if it never had its turn, PlanStale if its plan had been carried out before,
        RunFailed if it ended before its last step."""
        if self.journal.locked_by is not None:
            run, _, who = self.journal.locked_by.partition(" ")
            raise Locked(
                f"Another run is at work on the phone{_since(run)}{_named(run, who)}.",
                by=self.journal.locked_by,
                since=run[:16],
                hint="`hello-termux attach` shows it; `apply --wait 600` waits up to 600 s for its end.",
            )
        if self.journal.used:
            raise used()
        if not self.journal.ended:
            why = self.journal.broken or " / ".join(self.stray[-3:])
            raise RunFailed(
                f"The run on the phone was ended before its last step{why and '; it said: '}{why}.",
                hint="Run the same command again: it repairs what is half-done and goes on from there.",
            )


Reconnect: TypeAlias = Callable[[ConnectionLost, str], Conversation]
"""Gives a conversation over a new connection, with the marker it is told; raises when it gives up."""


def carry_out(
    work: Sequence[Work],
    conversation: Conversation,
    facts: Iterable[Fact[Any]],
    on_event: Callable[[Event], None],
    reconnect: Reconnect | None = None,
    title: str = "apply",
    plan: str = "",
    hidden: Sequence[str] = (),
) -> tuple[str, Facts]:
    """Run ``work`` on the phone to its end, whatever becomes of the connection; the run's name and a fresh reading.
    Of the ``hidden`` texts none stands in its journal.

    Raises Locked, RunFailed, and ConnectionLost if there is no ``reconnect``, or what that raises.
    """
    run = Run.of(work, conversation, title, plan, hidden)
    fresh = go_on_with(run, run.launch, conversation, facts, on_event, reconnect)
    run.judge()
    return run.id, fresh


def go_on_with(
    run: Run,
    begin: Callable[[Conversation, Iterable[Fact[Any]]], None],
    conversation: Conversation,
    facts: Iterable[Fact[Any]],
    on_event: Callable[[Event], None],
    reconnect: Reconnect | None = None,
) -> Facts:
    """``begin`` (to launch it or to resume it), and follow ``run`` to its end over as many connections as it takes.

    Raises RunFailed if it cannot be started, ConnectionLost if there is no ``reconnect``, or what that raises.
    """
    facts, go_on = list(facts), begin
    while True:
        try:
            go_on(conversation, facts)
            fresh = run.follow(conversation, on_event)
        except ConnectionLost as error:
            if reconnect is None:
                raise
            conversation = reconnect(error, run.marker)
            go_on = run.resume
            continue
        if isinstance(fresh, Facts):
            return fresh
        if fresh == NEVER and go_on == begin:
            said = " / ".join(run.stray[-3:]) or "it does not say why"
            raise RunFailed(
                f"The run could not be started on the phone: {said}.", hint="Nothing was changed. Is there room left?"
            )
        # Never: the connection was lost before the phone had heard all of it. Still: who read it out to us was killed.
        go_on = begin if fresh == NEVER else run.resume


def start_script(run: Run, device: Device) -> str:
    """What is sent twice starts the run once: the run itself sees to that (``device/run.sh``). A script that did not
    arrive whole, or had no room, is never run."""
    script = run.script.encode("utf-8", "surrogateescape")
    return (
        f"( umask 077\nR={FOLDER}/{run.id}\n"
        'if [ ! -s "$R/pid" ]; then\nmkdir -p "$R/backup" "$R/../../last" || exit 1\nnew=$R/run.sh.$$\n'
        + f'if {{\n{printed(script)}}} >"$new" && '
        + sh('printf %s {} >"$R/changes" && echo {} >"$R/title" && ', run.changes, run.title)
        + sh('echo {} >"$R/marker" && : >>"$R/events"\n', run.marker)
        + 'then :; else rm -f "$new"; exit 1; fi\n'
        + sh('setsid {} "$new" </dev/null >"$R/log" 2>&1 &\n', device.shell[0])
        + f'{LISTEN} -c +1 -f --pid=$! <"$R/events" 2>/dev/null\n'
        # Not the last word: dash would put tail in its own place, and then nobody waits for the run's process to go.
        + f":\nelse\n{_tail(run.id, 0)}fi\n) </dev/null\n{_state(run.id)}"
        # One that was locked out has done nothing: its journal is read, and must not push another's out.
        + f"[ -e {FOLDER}/{run.id}/held ] || [ ! -s {FOLDER}/{run.id}/pid ] || rm -rf -- {FOLDER}/{run.id}\n"
    )


def follow_script(run: str, offset: int) -> str:
    """The journal from byte ``offset`` on, and what is added to it until the run is gone."""
    return f"( R={FOLDER}/{run}\n{_tail(run, offset)}) </dev/null\n{_state(run)}"


def _tail(run: str, offset: int) -> str:
    return (
        'n=0\nuntil [ -s "$R/pid" ] || [ "$n" -ge 30 ]; do sleep 0.1; n=$((n + 1)); done\n'
        'p=0\n[ -s "$R/pid" ] && read -r p <"$R/pid"\n'
        # A number is given to another process one day: it must still be this run's.
        f'if grep -q -s {run} "/proc/$p/cmdline"; then {LISTEN} -c +{offset + 1} -f --pid="$p" <"$R/events"\n'
        f'else tail -c +{offset + 1} "$R/events"; fi 2>/dev/null\n'
    )


def _state(run: str) -> str:
    """Why there is no more to read: it never began, it goes on all the same, or (no word) it is over."""
    return (
        f"p=\n[ ! -s {FOLDER}/{run}/pid ] || read -r p <{FOLDER}/{run}/pid\n"
        f'if [ -z "$p" ]; then s {NEVER}\n'
        f'elif [ -d "/proc/$p" ] && grep -q -s {run} "/proc/$p/cmdline"; then s {STILL}; fi\n'
    )


def _laptop() -> str:
    """Who starts a run, for those who find the phone busy: ``lilei@thinkpad``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without a name
        user = "somebody"
    return f"{user}@{socket.gethostname()}"


def _named(*words: str) -> str:
    known = ", ".join(word for word in words if word)
    return f" ({known})" if known else ""


def _since(run: str) -> str:
    """Since when a run is at work, in local time: its name begins with the time, in UTC."""
    import calendar  # with locale, 3 ms: only for who finds the phone busy

    try:
        begun = calendar.timegm(time.strptime(run[:16], "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return ""
    ago = max(0, round(time.time() - begun))
    words = f"{ago} s" if ago < 120 else f"{ago // 60} min"
    return f" since {time.strftime('%H:%M', time.localtime(begun))}, {words} ago"
