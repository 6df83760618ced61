"""Other tools at the same job on the same phone: each in an environment of its own, and what it did is looked at.

The job is one that all of them do by what they bring: directories, files, links and a line in a file. Each does it on
a phone without it, then once more with nothing to do, which is what is compared.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.clock import ssh, way
from tests.bench.table import Figure
from tests.bench.timing import PROGRAM, call, medians
from tests.support.delay_proxy import DelayProxy
from tests.support.ready_phone import ReadyPhone

PREFIX = "/data/data/com.termux/files/usr"
HOME = "/data/data/com.termux/files/home"
DIRECTORIES = ("job", "job/bin", "job/etc")
FILES = {f"job/etc/{n:02}.conf": f"# file {n}\nname = value {n}\n" for n in range(10)}
LINKS = {"job/bin/first": "../etc/00.conf", "job/bin/second": "../etc/01.conf"}
LINE = ("job/etc/00.conf", "export JOB=done")
ROUND_TRIPS = (20, 60)
ROUNDS = 3
"""Few: one of Ansible's takes a quarter of a minute."""


@dataclass(frozen=True, slots=True)
class Peer:
    """``packages``: what pip installs; ``command``: gives the words that do the job, for a port and a folder."""

    name: str
    packages: tuple[str, ...]
    command: Callable[[Path, ReadyPhone, int], list[str]]


def compare(ready: ReadyPhone) -> Iterator[Figure]:
    """Seconds and ratios of a run that finds nothing to do; raises AssertionError if somebody's job was not done."""
    folder = ready.folder / "peers"
    folder.mkdir(exist_ok=True)
    peers = (OURS, *(peer for peer in PEERS if installed(peer, folder)))
    for ms in ROUND_TRIPS:
        with way(ready, ms) as port:
            commands = {peer.name: peer.command(folder, ready, port) for peer in peers}
            for name, command in commands.items():
                wipe(ready)
                call(command, environment(folder, ready))
                assert state(ready) == WANTED, f"{name} left {state(ready)}"
            runs = {"ssh": lambda: call(ssh(ready, port))}
            runs |= {
                name: lambda command=command: call(command, environment(folder, ready))  # type: ignore[misc]
                for name, command in commands.items()
            }
            took = medians(runs, rounds=ROUNDS)
        for name in commands:
            yield Figure(f"{name}: the job, nothing to do, at {ms} ms", took[name], "s", took[name] / took["ssh"])
    for peer in peers:
        yield from on_the_wire(peer, folder, ready)


def on_the_wire(peer: Peer, folder: Path, ready: ReadyPhone) -> Iterator[Figure]:
    """What the job costs that is done already, from the first packet on: nobody has a connection open from before."""
    with DelayProxy(ready.phone.port, rtt=max(ROUND_TRIPS) / 1000) as proxy:
        call(peer.command(folder, ready, proxy.port), environment(folder, ready))
        yield Figure(f"{peer.name}: turns, the job, nothing to do", proxy.turns)
        yield Figure(f"{peer.name}: sent, the job, nothing to do", proxy.sent, "B")


def wipe(ready: ReadyPhone) -> None:
    ready.phone.inside("sh", "-c", "cd; rm -rf job")


def state(ready: ReadyPhone) -> str:
    """What is there of the job: types, targets and digests."""
    script = "cd; find job -printf '%p %y %l\\n' | sort; find job -type f -exec sha256sum {} + | sort -k2"
    return ready.phone.inside("sh", "-c", script).stdout


def _wanted() -> str:
    import hashlib

    told = [f"{name} d " for name in DIRECTORIES]
    told += [f"{name} f " for name in FILES] + [f"{name} l {target}" for name, target in LINKS.items()]
    texts = {name: text + f"{LINE[1]}\n" * (name == LINE[0]) for name, text in FILES.items()}
    digests = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}" for name, text in sorted(texts.items())]
    return "\n".join([*sorted(told), *digests]) + "\n"


WANTED = _wanted()


def installed(peer: Peer, folder: Path) -> bool:
    """Put it into an environment of its own; False, and said, if that cannot be done here."""
    place = folder / peer.name
    if not (place / "bin").is_dir():
        venv.create(place, with_pip=True)
    done = subprocess.run(
        [place / "bin/pip", "install", "-q", "--disable-pip-version-check", *peer.packages],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(f"bench: {peer.name} cannot be installed: {done.stderr.strip()[-200:]}", file=sys.stderr)
    return done.returncode == 0


def environment(folder: Path, ready: ReadyPhone) -> dict[str, str]:
    return {**ready.environment, "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "ANSIBLE_HOME": str(folder / "home")}


# ---- the job in each one's words -------------------------------------------------------------------------------------


def _ours(folder: Path, ready: ReadyPhone, port: int) -> list[str]:
    entries: list[object] = [{"directory": {"path": f"~/{name}"}} for name in DIRECTORIES]
    texts = {name: text + f"{LINE[1]}\n" * (name == LINE[0]) for name, text in FILES.items()}
    entries += [{"file": {"path": f"~/{name}", "content": text}} for name, text in texts.items()]
    entries += [{"symlink": {"path": f"~/{name}", "target": target}} for name, target in LINKS.items()]
    path = folder / "job.yml"
    path.write_text(json.dumps(entries))  # JSON is YAML
    return [*PROGRAM, *ready.words("apply", str(path), "--yes", port=port)]


def _fabric(folder: Path, ready: ReadyPhone, port: int) -> list[str]:
    """As people write it: a ``run`` for each question, and one more where the answer is no."""
    script = folder / "fabric_job.py"
    script.write_text(f"""
import shlex, sys
from fabric import Connection
phone = Connection("127.0.0.1", user="termux", port=int(sys.argv[1]),
                   connect_kwargs=dict(key_filename=sys.argv[2], look_for_keys=False, allow_agent=False))
def ask(command):
    return phone.run(command, hide=True, warn=True).ok
for name in {DIRECTORIES!r}:
    ask(f"test -d {{name}}") or phone.run(f"mkdir {{name}}", hide=True)
for name, text in {FILES!r}.items():
    quoted = shlex.quote(text)
    if not ask(f"head -c {{len(text)}} {{name}} | cmp -s - <(printf %s {{quoted}})"):
        phone.run(f"printf %s {{quoted}} >{{name}}", hide=True)
for name, target in {LINKS!r}.items():
    ask(f"[ $(readlink {{name}}) = {{target}} ]") or phone.run(f"ln -sfn {{target}} {{name}}", hide=True)
name, line = {LINE!r}
ask(f"grep -qxF {{shlex.quote(line)}} {{name}}") or phone.run(f"echo {{shlex.quote(line)}} >>{{name}}", hide=True)
""")
    return [str(folder / "fabric/bin/python"), str(script), str(port), str(ready.phone.identity)]


def _pyinfra(folder: Path, ready: ReadyPhone, port: int) -> list[str]:
    work = folder / "pyinfra-job"
    work.mkdir(exist_ok=True)
    (work / "inventory.py").write_text(
        f'hosts = [("127.0.0.1", {{"ssh_port": {port}, "ssh_user": "termux", "ssh_key": "{ready.phone.identity}",'
        ' "ssh_strict_host_key_checking": "off", "ssh_known_hosts_file": "/dev/null"})]\n'
    )
    (work / "deploy.py").write_text(f"""
from io import StringIO
from pyinfra.operations import files
for name in {DIRECTORIES!r}:
    files.directory(path="{HOME}/" + name)
for name, text in {FILES!r}.items():
    if name == {LINE[0]!r}:
        text += {LINE[1]!r} + chr(10)
    files.put(src=StringIO(text), dest="{HOME}/" + name)
for name, target in {LINKS!r}.items():
    files.link(path="{HOME}/" + name, target=target)
files.line(path="{HOME}/" + {LINE[0]!r}, line={LINE[1]!r})
""")
    return [str(folder / "pyinfra/bin/pyinfra"), "-y", str(work / "inventory.py"), str(work / "deploy.py")]


def _ansible(folder: Path, ready: ReadyPhone, port: int) -> list[str]:
    """With pipelining, and with the connection that it keeps open for a minute by default."""
    work = folder / "ansible-job"
    work.mkdir(exist_ok=True)
    (folder / "ansible.cfg").write_text("[defaults]\nhost_key_checking = False\n[connection]\npipelining = True\n")
    variables = {
        "ansible_port": port, "ansible_user": "termux", "ansible_ssh_private_key_file": str(ready.phone.identity),
        "ansible_python_interpreter": f"{PREFIX}/bin/python3", "ansible_remote_tmp": f"{HOME}/.ansible/tmp",
        "ansible_ssh_common_args": "-F none -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no"
        " -o IdentitiesOnly=yes", "ansible_shell_executable": f"{PREFIX}/bin/sh",
    }  # fmt: skip
    (work / "hosts.json").write_text(json.dumps({"all": {"hosts": {"127.0.0.1": variables}}}))
    texts = {name: text + f"{LINE[1]}\n" * (name == LINE[0]) for name, text in FILES.items()}
    tasks: list[object] = [{"file": {"path": f"{HOME}/{name}", "state": "directory"}} for name in DIRECTORIES]
    tasks += [{"copy": {"dest": f"{HOME}/{name}", "content": text}} for name, text in texts.items()]
    tasks += [{"file": {"path": f"{HOME}/{name}", "src": to, "state": "link"}} for name, to in LINKS.items()]
    tasks += [{"lineinfile": {"path": f"{HOME}/{LINE[0]}", "line": LINE[1]}}]
    (work / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    return [str(folder / "ansible/bin/ansible-playbook"), "-i", str(work / "hosts.json"), str(work / "play.json")]


OURS = Peer("hello-termux", (), _ours)
PEERS = (
    Peer("fabric", ("fabric",), _fabric),
    Peer("pyinfra", ("pyinfra",), _pyinfra),
    Peer("ansible", ("ansible-core",), _ansible),
)
