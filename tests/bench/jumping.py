"""A plan of a phone behind a ProxyJump, against ``ssh -J`` through the same host: a real sshd, a round trip away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench.table import Figure
from tests.bench.timing import PROGRAM, ROUNDS, call, medians
from tests.support.delay_proxy import DelayProxy
from tests.support.ready_phone import ReadyPhone
from tests.support.sshd import ME, Sshd, running

CONFIG = """
Host hop
  HostName 127.0.0.1
  Port {hop_port}
  User {me}
  IdentityFile {hop_key}
Host behind
  HostName 127.0.0.1
  Port {port}
  ProxyJump hop
  IdentityFile {key}
Host *
  UserKnownHostsFile {known_hosts}
  GlobalKnownHostsFile none
  IdentitiesOnly yes
  BatchMode yes
"""


def jumping(ready: ReadyPhone, ms: int = 20) -> Iterator[Figure]:
    """What it costs, without a budget: each host on the way has its own connection, with us as with ssh."""
    with running(ready.folder / "hop") as hop, DelayProxy(hop.port, rtt=ms / 1000) as way:
        home = ready.folder / "home"
        config = laptop(home, ready, hop, way.port)
        environment = {**ready.environment, "HOME": str(home)}
        plan = [*PROGRAM, "plan", "go-dev", "-H", "behind", "--host-key", ready.fingerprint]
        took = medians(
            {
                "ssh": lambda: call(["ssh", "-F", str(config), "behind", "true"]),
                "plan": lambda: call(plan, environment),
            }
        )
        assert hop.log.count("Accepted publickey") == 2 * (ROUNDS + 1)  # each has gone that way, each time
    at = f"through a ProxyJump at {ms} ms"
    yield Figure(f"ssh HOST true, {at}", took["ssh"], "s")
    yield Figure(f"plan of go-dev, nothing to do, {at}", took["plan"], "s", took["plan"] / took["ssh"])


def laptop(home: Path, ready: ReadyPhone, hop: Sshd, hop_port: int) -> Path:
    """``~/.ssh`` of somebody who reaches the phone through the hop; the path of its config."""
    folder = home / ".ssh"
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "known_hosts"
    keys = {hop_port: hop.host_key(), ready.phone.port: ready.phone.host_key}
    known.write_text("".join(f"[127.0.0.1]:{port} {' '.join(key.split()[:2])}\n" for port, key in keys.items()))
    config = folder / "config"
    config.write_text(
        CONFIG.format(
            hop_port=hop_port,
            me=ME,
            hop_key=hop.identity,
            port=ready.phone.port,
            key=ready.phone.identity,
            known_hosts=known,
        )
    )
    return config
