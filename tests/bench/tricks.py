"""What each trick of the quick path gains: the program as it is beside the program with one of them switched off.

A trick is switched off from outside, by a few lines that are run in its module as soon as that is loaded: the program
itself has no second way. Both sides start like that, so what the switching costs is in both.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import NamedTuple

from tests.bench.clock import one_file, way
from tests.bench.timing import Run, call, medians
from tests.support.ready_phone import ReadyPhone

ROUND_TRIPS = (0, 20, 60)
ROUNDS = 7

WITHOUT = """
import sys
from importlib.machinery import PathFinder
class Without:
    def find_spec(self, name, path=None, target=None):
        if name != MODULE:
            return None
        spec = PathFinder.find_spec(name, path)
        load = spec.loader.exec_module
        def then_change(module):
            load(module)
            exec(CHANGE, vars(module))
        spec.loader.exec_module = then_change
        return spec
MODULE, CHANGE = sys.argv[1:3]
del sys.argv[1:3]
sys.meta_path.insert(0, Without())
from provisioner.cli import program
program()
"""


class Trick(NamedTuple):
    """``module`` is changed by ``change`` to do without it; ``changing``: it has to do with changes only."""

    name: str
    module: str
    change: str
    changing: bool = False


TRICKS = (
    Trick(
        "packets travel while the playbook is read",
        "provisioner.transport.dialling",
        "_now = dial\ndef dial(*a, **k):\n    made = _now(*a, **k)\n    made._done.wait()\n    return made",
    ),
    Trick(
        "TCP_NODELAY",
        "provisioner.transport.wire",
        "_open = open_socket\n"
        "def open_socket(*a):\n"
        "    made = _open(*a)\n"
        "    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 0)\n"
        "    return made",
    ),
    Trick(
        "our first packet waits for the phone's, to leave with our half of the key exchange",
        "provisioner.transport.wire",
        "Wire._has_packet = lambda self: True",
    ),
    Trick("our new keys wait for the login", "provisioner.transport.session", "del Session._activate_outbound"),
    Trick(
        "the login right behind the request for the service",
        "provisioner.transport.session",
        "_there = threading.Event()\n"
        "_Login._parse_service_accept = lambda self, message: _there.set()\n"
        "_put = Session._put\n"
        "def _apart(self, message):\n"
        "    _put(self, message)\n"
        "    if message.asbytes().startswith(cMSG_SERVICE_REQUEST):\n"
        "        self.speak()\n"
        "        _there.wait(10)\n"
        "Session._put = _apart",
    ),
    Trick(
        "channel, command and questions right behind the login",
        "provisioner.transport.ssh",
        "SSHTransport._guessable = False",
    ),
    Trick(
        "short lists of algorithms",
        "provisioner.transport.session",
        "KEX, CIPHERS, MACS = Transport._preferred_kex, Transport._preferred_ciphers, Transport._preferred_macs",
    ),
    Trick("a window of 32 MB", "provisioner.transport.session", "WINDOW = 1 << 21"),
    Trick(
        "a channel's close is answered when we speak anyway",
        "provisioner.transport.session",
        "Session.answer_late = lambda self, messages: [self.put(message) for message in messages] and None",
    ),
    Trick("of paramiko only what is needed", "provisioner.transport.lean_paramiko", "prepare = lambda: None"),
    Trick("no inspect for a class of cryptography's", "provisioner.transport.lean_paramiko", 'DATACLASSES = "nobody"'),
    Trick("pathlib without urllib.parse", "provisioner.lean_pathlib", "prepare = lambda: None"),
    Trick("rendered texts are kept", "provisioner.templates", '_key = lambda name, values: ""'),
    Trick("the phone knows our questions by name", "provisioner.connecting.link", "_known_to = lambda keys: []"),
    Trick("out at once", "provisioner.cli", "os._exit = sys.exit"),
    Trick(
        "tail reads the journal from its standard input",
        "provisioner.detached",
        "_whole = start_script\ndef start_script(*a):\n    return _whole(*a).replace('=$! <\"$R', '=$! \"$R')",
        changing=True,
    ),
    Trick(
        "what changes need is loaded while the phone answers",
        "provisioner.session",
        "_expect_changes = lambda: None",
        changing=True,
    ),
)
AS_IT_IS = Trick("", "provisioner.cli", "")


def without(ready: ReadyPhone) -> Iterator[str]:
    """A table in Markdown: by how many ms a plan with nothing to do, or the apply of one file, is longer without."""
    yield f"| trick | {' | '.join(f'at {ms} ms' for ms in ROUND_TRIPS)} |"
    yield f"|---{'|---:' * len(ROUND_TRIPS)}|"
    found = [dict(_longer(ready, ms)) for ms in ROUND_TRIPS]
    for trick in TRICKS:
        yield f"| {trick.name} | {' | '.join(f'{each[trick.name] * 1000:+.0f}' for each in found)} |"


def _longer(ready: ReadyPhone, ms: int) -> Iterator[tuple[str, float]]:
    texts = itertools.count()
    with way(ready, ms) as port:

        def run(trick: Trick, changing: bool) -> None:
            playbook = one_file(ready, f"{ms} {next(texts)}") if changing else "go-dev"
            words = ["apply", playbook, "--yes"] if changing else ["plan", playbook]
            command = [sys.executable, "-c", WITHOUT, trick.module, trick.change, *ready.words(*words, port=port)]
            call(command, ready.environment)

        def later(trick: Trick, changing: bool) -> Run:
            return lambda: run(trick, changing)

        runs = {trick.name: later(trick, trick.changing) for trick in TRICKS}
        runs |= {str(changing): later(AS_IT_IS, changing) for changing in (False, True)}
        took = medians(runs, ROUNDS)
    for trick in TRICKS:
        yield trick.name, took[trick.name] - took[str(trick.changing)]
