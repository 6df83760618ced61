"""The phone as a place for Go programs: what it has, what is put there, what it builds itself."""

from __future__ import annotations

import base64
import gzip
import hashlib
import secrets
from collections.abc import Callable, Sequence

from provisioner.connecting.link import Link
from provisioner.detached import carry_out
from provisioner.errors import ConnectionLost, ProvisionerError, UnsuitableHost
from provisioner.facts.host import HostFact
from provisioner.facts.paths import PathFact, PathState
from provisioner.facts.said import SaidFact
from provisioner.formats.elf import Elf, explain
from provisioner.model import Action, Change, Event, EventKind, ResourceId, Step
from provisioner.planner import Work
from provisioner.remote_path import RemotePath
from provisioner.shell import device_script, sh, words
from provisioner.shipping.laptop import told
from provisioner.shipping.program import BuildFailed
from provisioner.shipping.sources import Sources
from provisioner.shipping.target import PhoneGo
from provisioner.shipping.uploading import upload
from provisioner.suitability import require_termux
from provisioner.transport.ssh import SSHTransport

STAGING = RemotePath("~", ".cache/hello-termux/ship")
RUNS = "$HOME/.local/state/hello-termux/runs"
GO = SaidFact("command -v go >/dev/null && timeout 30 go env GOVERSION GOOS GOARCH CGO_ENABLED 2>/dev/null")
HEAD = "head -c 4096 -- {} 2>/dev/null | base64"
SHELL = SaidFact(sh(HEAD, RemotePath("$PREFIX", "bin/sh")))
"""The beginning of a program that the phone certainly runs: whose C library it is linked with is the phone's."""
QUESTIONS = (HostFact(), GO, SHELL)
LIBRARIES = (
    'for name in {}; do for place in "$PREFIX"/lib/"$name" /system/lib*/"$name" /lib/"$name" /lib/*/"$name"; do\n'
)
LIBRARIES += '[ ! -e "$place" ] || continue 2; done; printf "%s\\n" "$name"; done'
"""Which of these libraries are nowhere."""
KILLED = "signal: killed"
"""What Go says of a compiler or linker that was ended from outside."""
SHORT = 120.0
"""Seconds for the phone to unpack, compare and rename."""

OnEvent = Callable[[Event], None]


class Phone:
    """The phone at the other end of ``link``, which was opened with ``QUESTIONS``."""

    def __init__(self, link: Link) -> None:
        """Raises UnsuitableHost, ProbeError, ConnectError."""
        self._link = link
        facts = link.conversation.ask(QUESTIONS)
        require_termux(facts[HostFact()])
        self.arch = facts[HostFact()].arch
        self.go = PhoneGo.read(facts[GO])
        try:
            self.libc = Elf.parse(base64.b64decode(facts[SHELL])).libc or "bionic"
        except ValueError as error:
            hint = "Its packages are damaged: see hello-termux doctor"
            raise UnsuitableHost(f"The phone's sh is {error}.", hint=hint) from None

    @property
    def transport(self) -> SSHTransport:
        """The connection as it is now."""
        return self._link.transport

    # ---- questions

    def digest(self, place: RemotePath) -> str:
        """Of what stands there; empty: nothing. Raises ProvisionerError for a folder."""
        state = self._state(place)
        if state and "directory" in (state.type, state.resolved):
            raise ProvisionerError(f"{place} is a folder on the phone.", hint=f"--to {place}/ puts the program into it")
        return state.sha256 if state else ""

    def missing(self, libraries: Sequence[str]) -> list[str]:
        """Those that the phone does not have."""
        return self._said(LIBRARIES.replace("{}", words(tuple(libraries)))).split()

    def why_not(self, place: RemotePath) -> str:
        """Why the phone cannot run what stands there; empty: nothing speaks against it."""
        head = self._said(sh(HEAD, place))
        return explain(base64.b64decode(head), self.arch, libc=self.libc) if head else "it is not there"

    def _said(self, script: str) -> str:
        asked = SaidFact(script)
        return self._link.conversation.ask([asked])[asked]

    def _state(self, place: RemotePath) -> PathState | None:
        return self._link.conversation.ask([PathFact(place)])[PathFact(place)]

    # ---- work

    def put(self, data: bytes, sha256: str, place: RemotePath, on_event: OnEvent) -> int:
        """Make ``place`` hold this program, at once; the bytes that travelled for it."""
        packed = gzip.compress(data, 6, mtime=0)
        on_event(note(f"Sending {place.name}, {len(packed) / 1e6:.1f} MB for {len(data) / 1e6:.1f}."))
        staged = self._upload(packed, ".gz", on_event)
        for line in self._do(sh("ship_receive {} {} {}\n", staged, sha256, place)).splitlines():
            on_event(Event(EventKind.OUTPUT, text=line))
        return len(packed)

    def build(self, packed: Sources, place: RemotePath, in_c: bool, on_event: OnEvent) -> tuple[PathState, str]:
        """Have the phone build the program, and put it in its place; what stands there now, and how it is linked.

        It builds in a run, which goes on whatever becomes of the connection. One that ended well leaves no record: ten
        builds would push every other run out of the phone's memory. Raises BuildFailed, Locked, RunFailed.
        """
        staged = self._upload(packed.archive, ".tar.gz", on_event)
        given = words((staged, packed.folder, packed.package, place, "yes" if in_c else "no"))
        script = f"{device_script('few_jobs.sh')}{device_script('ship.sh')}ship_build {given}\n"
        change = Change(ResourceId("go_program", str(place)), Action.RUN, "ship")
        failed, hint = False, "go's own words are above."

        def heard(event: Event) -> None:
            nonlocal failed, hint
            if KILLED in event.text:
                hint = "Android ended a compiler, most likely for want of memory: close other apps, or --stage laptop."
            if event.kind is EventKind.OUTPUT:
                on_event(told(event.text))
            elif event.kind in (EventKind.NOTE, EventKind.RECONNECTED):
                on_event(event)
            failed = failed or event.kind is EventKind.FAILED

        run, _ = carry_out(
            [Work((change,), (Step(script),))],
            self._link.conversation,
            [],
            heard,
            lambda error, marker: self._link.again(error, marker, on_event),
        )
        if failed:
            raise BuildFailed(f"{place.name} could not be built on the phone.", hint=hint)
        self._do(f"rm -rf -- {RUNS}/{run}\n")
        state = self._state(place)
        if state is None or not state.sha256:
            raise BuildFailed(f"{place} is not on the phone, though its build has ended well.")
        return state, Elf.parse(base64.b64decode(self._said(sh(HEAD, place)))).linked

    def _upload(self, data: bytes, suffix: str, on_event: OnEvent) -> RemotePath:
        def again(error: ConnectionLost) -> SSHTransport:
            meanwhile, hint = "What has arrived stays there", "Run the same command again: it goes on from there."
            self._link.again(error, secrets.token_hex(16), on_event, meanwhile, hint)
            return self.transport

        place = STAGING / (hashlib.sha256(data).hexdigest()[:16] + suffix)
        upload(data, place, self.transport, on_event, again)
        return place

    def _do(self, call: str) -> str:
        """A short piece of script to its end, and what it said. Raises ProvisionerError if it fails."""
        conversation = self._link.conversation
        conversation.begin([f"s out\n( set -eu\n{device_script('ship.sh')}{call})\nrc=$?\ns rc\necho $rc\n"])
        answer = conversation.ended(SHORT)
        if answer is None:
            raise ProvisionerError(f"The phone has not done it within {SHORT:.0f} s.", hint="Is it very low on memory?")
        said = answer["out"].decode("utf-8", "replace").strip()
        if int(answer["rc"]):
            why = said or "it does not say why"
            raise ProvisionerError(f"The phone could not put the program in its place: {why}.")
        return said


def note(text: str) -> Event:
    return Event(EventKind.NOTE, text=text)
