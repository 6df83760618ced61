"""How long a person waits, against ``ssh HOST true`` over the same way in the same run."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.bench.table import Figure
from tests.bench.timing import PROGRAM, Run, call, medians
from tests.support.delay_proxy import DelayProxy
from tests.support.ready_phone import ReadyPhone
from tests.support.sshd import keygen
from tests.support.terminal import Terminal

ROUND_TRIPS = (0, 20, 60, 120)
JUDGED = (0, 20, 60)
"""Milliseconds; the others are for the plot."""
CURVE = ["-o", "KexAlgorithms=curve25519-sha256"]
"""The client's default is a post-quantum exchange, dearer than the one that we ask for: both are shown."""


class Point(NamedTuple):
    """What was measured at one round trip; seconds by name."""

    ms: int
    took: dict[str, float]


@contextlib.contextmanager
def way(ready: ReadyPhone, ms: int) -> Iterator[int]:
    """A port that leads to the phone with that round trip."""
    if not ms:
        yield ready.phone.port
        return
    with DelayProxy(ready.phone.port, rtt=ms / 1000) as proxy:
        yield proxy.port


def ssh(ready: ReadyPhone, port: int, *options: str, identity: Path | None = None) -> list[str]:
    """The yardstick's command line."""
    other = {str(ready.phone.port): str(port), str(ready.phone.identity): str(identity or ready.phone.identity)}
    *words, host = (other.get(word, word) for word in ready.phone.ssh)
    return [*words, *options, host, "true"]


def program(ready: ReadyPhone, port: int, *words: str) -> str:
    return call([*PROGRAM, *ready.words(*words, port=port)], ready.environment)


def against_latency(ready: ReadyPhone) -> Iterator[Point]:
    """A point for each round trip."""
    for ms in ROUND_TRIPS:
        with way(ready, ms) as port:
            yield Point(ms, medians(runs(ready, port)))


def runs(ready: ReadyPhone, port: int) -> dict[str, Run]:
    texts = itertools.count()
    return {
        "ssh": lambda: call(ssh(ready, port)),
        "ssh curve25519": lambda: call(ssh(ready, port, *CURVE)),
        "plan": lambda: program(ready, port, "plan", "go-dev"),
        "no-op": lambda: program(ready, port, "apply", "go-dev", "--yes"),
        "one file": lambda: program(ready, port, "apply", one_file(ready, f"{port} {next(texts)}"), "--yes"),
    }


def figures(point: Point) -> Iterator[Figure]:
    """The point's figures, each ratio against both yardsticks."""
    at = f"at {point.ms} ms"
    yield Figure(f"ssh HOST true, {at}", point.took["ssh"], "s")
    yield Figure(f"ssh HOST true, curve25519, {at}", point.took["ssh curve25519"], "s")
    for key, name, budget, goal in (
        ("plan", "plan of go-dev, nothing to do", 1.5, 0.75 if point.ms else None),
        ("no-op", "apply of go-dev, nothing to do", 1.5, 0.75 if point.ms else None),
        ("one file", "apply of one changed file", None, 1.0 if point.ms else None),
    ):
        took = point.took[key]
        yield Figure(f"{name}, {at}", took, "s", took / point.took["ssh"], budget, goal)
        ratio = took / point.took["ssh curve25519"]
        yield Figure(f"  against curve25519, {at}", took, "s", ratio, budget if point.ms else None, goal)


def one_file(ready: ReadyPhone, text: str) -> str:
    path = ready.folder / "one.yml"
    path.write_text(f'- file: {{path: ~/one, content: "{text}"}}\n')
    return str(path)


# ---- keys ------------------------------------------------------------------------------------------------------------

KEYS = (("ed25519", ()), ("ecdsa", ("-b", "256")), ("rsa", ("-b", "4096")))


def by_key(ready: ReadyPhone, ms: int = 20) -> Iterator[Figure]:
    """A plan by each kind of key, as a file and from the agent, against ``ssh HOST true`` with the phone's own key."""
    folder = ready.folder / "keys"
    allowed = ready.phone.home / ".ssh/authorized_keys"
    before = allowed.read_bytes()
    try:
        with way(ready, ms) as port, agent(folder) as environment:
            runs: dict[str, Run] = {"ssh": lambda: call(ssh(ready, port))}
            for kind, more in KEYS:
                file = keygen(folder / kind, kind, "", *more)
                locked = keygen(folder / f"{kind}-locked", kind, "secret", *more)
                for key in (file, locked):
                    with allowed.open("ab") as keys:
                        keys.write(key.with_name(f"{key.name}.pub").read_bytes())
                call(["ssh-add", "-q", str(locked)], {**environment, **asked(folder)})
                words = ["plan", "--skip", "openssh", "go-dev"]
                for name, key, env in ((kind, file, {}), (f"{kind}, encrypted, in the agent", locked, environment)):
                    command = [*PROGRAM, *with_key(ready.words(*words, port=port), key)]
                    runs[name] = lambda command=command, env=env: call(command, {**ready.environment, **env})  # type: ignore[misc]
            locked = folder / "ed25519-locked"
            by_hand = with_key(ready.words(*words, port=port), locked)
            runs[TYPED] = lambda: at_a_terminal(by_hand, folder, ready.environment)
            environment = {**ready.environment, **asked(folder)}
            runs["ssh, locked"] = lambda: call(ssh(ready, port, identity=locked), environment)
            took = medians(runs, rounds=5)
    finally:
        allowed.write_bytes(before)
    for name, seconds in took.items():
        if not name.startswith("ssh"):
            yardstick = took["ssh, locked" if name == TYPED else "ssh"]
            yield Figure(f"plan with {name}, at {ms} ms", seconds, "s", seconds / yardstick, 1.5, 0.75)


TYPED = "ed25519, encrypted, typed (ssh too)"


def at_a_terminal(words: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """The command at a terminal, where somebody types the passphrase as soon as it is asked for."""
    terminal = Terminal(words, folder, environment)
    terminal.expect("assphrase")
    terminal.type("secret\n")
    terminal.process.wait()  # with a limit Popen looks only every 50 ms
    assert terminal.ended() == 0, terminal.seen
    terminal.close()


def with_key(words: list[str], key: Path) -> list[str]:
    at = words.index("-i") + 1
    return [*words[:at], str(key), *words[at + 1 :]]


def asked(folder: Path) -> dict[str, str]:
    """ssh-add gets the passphrase from a program, as it does on a desktop."""
    asker = folder / "ask"
    asker.write_text("#!/bin/sh\necho secret\n")
    asker.chmod(0o700)
    return {"SSH_ASKPASS": str(asker), "SSH_ASKPASS_REQUIRE": "force"}


@contextlib.contextmanager
def agent(folder: Path) -> Iterator[dict[str, str]]:
    """An agent of our own; the environment that names it."""
    folder.mkdir(exist_ok=True)
    said = call(["ssh-agent", "-s"])
    found = dict(line.split(";")[0].split("=", 1) for line in said.splitlines() if "=" in line)
    try:
        yield {"SSH_AUTH_SOCK": found["SSH_AUTH_SOCK"]}
    finally:
        call(["ssh-agent", "-k"], {"SSH_AGENT_PID": found["SSH_AGENT_PID"], "SSH_AUTH_SOCK": found["SSH_AUTH_SOCK"]})
