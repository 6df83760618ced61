"""What every trial starts from: a phone saved at each step boundary of the go-dev playbook, and what its home holds
before and after, byte for byte."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from provisioner.model import Event, EventKind
from provisioner.rehearsal import Options, StandInPhone
from tests.support.program import Phone
from tests.support.temp_phone import describe

PLAYBOOK = "go-dev"
OPTIONS = Options(storage="grant")
OTHER_LINKS = ("dcim", "pictures", "music", "movies", "documents", "podcasts", "audiobooks")
NOT_COMPARED = (
    *(".local/state/hello-termux", "/.git", ".cache", ".zcompdump", ".viminfo", ".config/go/telemetry"),
    *(f"/storage/{name}" for name in OTHER_LINKS),
)
"""Of a home: our own records; what git, Go, zsh and Vim write for themselves, with times in it; links that the Termux
app makes one by one beside those that the playbook asks for: some are missing if it was killed meanwhile."""


@dataclass(frozen=True, slots=True)
class Kit:
    """``steps``: the addresses of the changes that are carried out together, for each step in the order of a run."""

    folder: Path
    steps: tuple[tuple[str, ...], ...]
    begins: tuple[int, ...]
    """For each step, after how many steps a run of it begins: all before it, but where those leave it nothing to do."""
    before: Mapping[str, str]
    after: Mapping[str, str]

    def saved(self, done: int) -> Path:
        """The phone on which so many steps are done."""
        return self.folder / f"saved-{done}"

    def index(self, address: str) -> int:
        """Which step a change belongs to. Raises StopIteration if there is no such change."""
        return next(n for n, step in enumerate(self.steps) if address in step)

    @classmethod
    def shared(cls, folder: Path, stops: tuple[str, ...]) -> Kit:
        """``make``, once for all processes of a test run that name the same folder."""
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made = folder / "kit.json"
            if not made.exists():
                kit = cls.make(folder, stops)
                made.write_text(json.dumps([kit.steps, kit.begins, kit.before, kit.after]))
            steps, begins, before, after = json.loads(made.read_text())
        return cls(folder, tuple(tuple(step) for step in steps), tuple(begins), before, after)

    @classmethod
    def make(cls, folder: Path, stops: tuple[str, ...] | None = None) -> Kit:
        """Run the playbook once without a fault, and then step by step, to save the phone before each step (``stops``:
        before those steps only)."""
        with StandInPhone.start(folder / "first", options=OPTIONS) as standin:
            seed(standin.home)
            before = contents(standin.home)
            standin.save(folder / "saved-0")
            steps = _reference(known(standin, folder))
            after = contents(standin.home)
            standin.save(folder / f"saved-{len(steps)}")
        stops = stops or tuple(step[0] for step in steps)
        wanted = sorted(n for n, step in enumerate(steps) if {*step} & {*stops})
        begins = [0] * len(steps)
        with StandInPhone.start(folder / "first", options=OPTIONS, saved=folder / "saved-0") as standin:
            done = 0
            for stop in wanted:
                if stop > done:
                    _apply(known(standin, folder), [address for step in steps[done:stop] for address in step])
                    standin.save(folder / f"saved-{stop}")
                    done = stop
                pending = _pending(known(standin, folder))
                begins = [stop if n >= stop and step[0] in pending else begins[n] for n, step in enumerate(steps)]
        return cls(folder, steps, tuple(begins), before, after)


def _pending(phone: Phone) -> set[str]:
    with phone.session(PLAYBOOK) as session:
        return {str(change.id) for change in session.plan().pending}


def _reference(phone: Phone) -> tuple[tuple[str, ...], ...]:
    steps: list[tuple[str, ...]] = []
    for event in _apply(phone, []):
        if event.kind is EventKind.STARTED:
            steps[-1] += (str(event.id),)
        if event.kind in (EventKind.RUN, EventKind.FINISHED) and (not steps or steps[-1]):
            steps.append(())
    return tuple(step for step in steps if step)


def _apply(phone: Phone, only: list[str]) -> list[Event]:
    heard: list[Event] = []
    with phone.session(PLAYBOOK, only=only) as session:
        result = session.apply(session.plan(), heard.append)
    assert result.converged, [outcome for outcome in result.outcomes if outcome.message]
    return heard


def known(standin: StandInPhone, folder: Path, port: int = 0) -> Phone:
    """The phone to a laptop that has met it; ``port``: of a proxy before it."""
    port = port or standin.port
    entry = f'[hosts.phone]\naddress = "127.0.0.1"\nport = {port}\nhost_key = "{standin.host_key}"\n'
    (folder / "hosts.toml").write_text(entry)
    return Phone(f"127.0.0.1:{port}", standin.identity, folder)


# ---- what is the user's own -----------------------------------------------------------------------------------------

OWN: Mapping[str, bytes] = {
    ".zshrc": b"# mine\nalias ll='ls -l'\nsetopt no_beep",  # no newline at its end
    ".profile": "# 我的\r\nexport EDITOR=vim\r\n".encode("gbk"),
    ".zshenv": b"export MINE=1\n",
    ".vimrc": "\" 我的\nset number\nlet g:mine = 'é'\n".encode(),
    "notes/words": bytes(range(256)) * 40,
    "notes/empty": b"",
    ".termux/termux.properties": b"# bell-character=ignore\nvolume-keys = volume\n",
    ".gitconfig": b"[user]\n\tname = Me\n",
    "src/hello/main.go": b"package main\n\nfunc main() {}\n",
}


def seed(home: Path) -> None:
    """Put files into a home that are nobody's but the user's."""
    for name, data in OWN.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (home / "notes/words").chmod(0o400)
    (home / "src/link").symlink_to("hello/main.go")


def contents(home: Path) -> dict[str, str]:
    """Each path of a home with its type, mode and digest; what nobody compares is left out."""
    seen = {}
    for folder, names, files in os.walk(home):
        for name in (*names, *files):
            path = Path(folder, name)
            relative = str(path.relative_to(home))
            if not any(part in f"/{relative}" for part in NOT_COMPARED):
                seen[relative] = describe(path)
    return seen


def twin(stack: ExitStack, kit: Kit, done: int, folder: Path) -> StandInPhone:
    """A phone on which so many steps are done; it ends with ``stack``."""
    return stack.enter_context(StandInPhone.start(folder / "phone", options=OPTIONS, saved=kit.saved(done)))
