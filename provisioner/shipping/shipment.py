"""A Go program brought to the phone: chosen where it is built, built, checked, put in its place, and run there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from provisioner import connecting
from provisioner.detached import carry_out
from provisioner.elf import Elf, explain
from provisioner.errors import ConnectionLost, ProvisionerError, UnsuitableHost
from provisioner.facts.host import Host, HostFact
from provisioner.facts.paths import PathFact
from provisioner.facts.said import SaidFact
from provisioner.lean_dataclass import dataclass
from provisioner.link import Link
from provisioner.model import JSON, Action, Change, Event, EventKind, ResourceId, Step
from provisioner.options import Ask, Options
from provisioner.planner import Work
from provisioner.remote_path import RemotePath
from provisioner.remote_program import run_program
from provisioner.shell import device_script, sh
from provisioner.shipping import sources
from provisioner.shipping.laptop import LaptopGo, told
from provisioner.shipping.program import BuildFailed, Program
from provisioner.shipping.target import Choice, PhoneGo, Stage, Target, choose
from provisioner.shipping.termux_paths import CERTIFICATES
from provisioner.suitability import require_termux
from provisioner.transport.base import Transport
from provisioner.transport.ssh import SSHTransport
from provisioner.transport.streams import Sink
from provisioner.uploading import upload

BIN = RemotePath("~", "go/bin")
STAGING = RemotePath("~", ".cache/hello-termux/ship")
RUNS = "$HOME/.local/state/hello-termux/runs"
GO = SaidFact("command -v go >/dev/null && timeout 30 go env GOVERSION GOOS GOARCH CGO_ENABLED 2>/dev/null")
HEAD = "head -c 4096 -- {} 2>/dev/null | base64"
SHELL = SaidFact(sh(HEAD, RemotePath("$PREFIX", "bin/sh")))
"""The beginning of a program that the phone certainly runs: whose C library it is linked with is the phone's."""
QUESTIONS = (HostFact(), GO, SHELL)
SHORT = 120.0
"""Seconds for the phone to unpack, compare and rename."""
SYSTEM_CALL = 159
"""Exit status of a program that the signal SIGSYS has ended."""
NOT_STARTED = (126, 127)

OnEvent = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person says: which package, where to build, and where the program goes (``None``: ~/go/bin)."""

    package: str = "."
    stage: Stage | None = None
    to: RemotePath | None = None
    folder: bool = False
    """``to`` is a folder for it, not its own path."""

    def place(self, name: str) -> RemotePath:
        return BIN / name if self.to is None else self.to / name if self.folder else self.to


@dataclass(frozen=True, slots=True)
class Shipped:
    """A program that is on the phone now. ``sent``: the bytes that travelled for it; ``unchanged``: it was there."""

    place: RemotePath
    stage: Stage
    go: str
    target: str
    linked: str
    size: int
    sha256: str
    sent: int
    unchanged: bool
    ms: int

    def to_json(self) -> dict[str, JSON]:
        return {
            "program": str(self.place), "stage": self.stage, "go": self.go, "target": self.target,
            "linked": self.linked, "size": self.size, "sha256": self.sha256, "sent": self.sent,
            "unchanged": self.unchanged, "ms": self.ms,
        }  # fmt: skip


class Shipment:
    """An open line to a phone, and what it says of itself."""

    def __init__(self, name: str, link: Link) -> None:
        self.name = name
        self._link = link
        told_by_phone = link.conversation.ask(QUESTIONS)
        self._host: Host = told_by_phone[HostFact()]
        require_termux(self._host)
        self._go = PhoneGo.read(told_by_phone[GO])
        self._libc = _libc(told_by_phone[SHELL])

    @property
    def transport(self) -> SSHTransport:
        return self._link.transport

    def send(self, wanted: Wanted, on_event: OnEvent) -> Shipped:
        """Build it, and put it in its place. Raises BuildFailed, ProvisionerError, Locked, RunFailed, ConnectError."""
        begin = time.monotonic()
        here = LaptopGo.find()
        own = os.environ.get("CGO_ENABLED") == "1"  # then the person has a C compiler for the phone
        target = Target.of(self._host.arch, self._libc, own) if wanted.stage != "phone" else None
        described = here.describe(wanted.package, target or self._phone_target()) if here else None
        choice = choose(wanted.stage, here.version if here else "", self._go, described)
        if choice.stage == "laptop" and here and target and described:
            return self._from_laptop(described, here, target, wanted, choice, begin, on_event)
        return self._on_phone(here, wanted, choice, begin, on_event)

    def run(self, shipped: Shipped, arguments: Sequence[str], out: Sink, err: Sink) -> tuple[int, str]:
        """Run it to its end; its exit status, and if it could not be run at all, why. Raises ConnectionLost."""
        settings = {"SSL_CERT_FILE": CERTIFICATES} if shipped.stage == "laptop" else {}
        try:
            status = run_program((shipped.place, *arguments), self.transport, out, err, settings)
        except ConnectionLost as error:
            hint = "The program ends on the phone as soon as its sshd has noticed, too."
            raise ConnectionLost(error.summary, hint=hint) from error
        return status, self._why(status, shipped)

    # ---- built here

    def _from_laptop(
        self, program: Program, go: LaptopGo, target: Target, wanted: Wanted, choice: Choice, begin: float,
        on_event: OnEvent,
    ) -> Shipped:  # fmt: skip
        on_event(_note(f"Building {program.name} here with {go.version} for {target}: {choice.reason}."))
        if program.in_c and not target.cgo:
            on_event(_note(f"{program.in_c[0]} is built without its part in C."))
        with tempfile.TemporaryDirectory() as folder:
            data = go.build(program, wanted.package, target, Path(folder), on_event).read_bytes()
        linked = self._judge(program.name, data)
        place, sha256 = wanted.place(program.name), hashlib.sha256(data).hexdigest()
        sent, unchanged = 0, self._digest(place) == sha256
        if not unchanged:
            packed = gzip.compress(data, 6, mtime=0)
            on_event(_note(f"Sending {program.name}, {len(packed) / 1e6:.1f} MB for {len(data) / 1e6:.1f}."))
            staged = self._upload(packed, ".gz", on_event)
            self._do(sh("ship_receive {} {} {}\n", staged, sha256, place), on_event)
            sent = len(packed)
        ms = round((time.monotonic() - begin) * 1000)
        return Shipped(place, "laptop", go.version, str(target), linked, len(data), sha256, sent, unchanged, ms)

    def _judge(self, name: str, data: bytes) -> str:
        """How it is linked. Raises BuildFailed if the phone cannot run it."""
        if why := explain(data, self._host.arch, libc=self._libc):
            raise BuildFailed(f"{name} cannot run on this phone: {why}.")
        elf = Elf.parse(data)
        if elf.libraries:
            finding = 'for f in {}; do set -- "$PREFIX"/lib/$f /system/lib*/$f /lib/$f /lib/*/$f; for p; do'
            finding += ' [ -e "$p" ] && continue 2; done; echo "$f"; done'
            asked = SaidFact(finding.replace("{}", " ".join(sh("{}", library) for library in elf.libraries)))
            if missing := self._link.conversation.ask([asked])[asked].split():
                raise BuildFailed(
                    f"{name} cannot run on this phone: it is linked against {', '.join(missing)}, which is not there.",
                    hint="--stage phone builds it with what the phone has",
                )
        return elf.linked

    # ---- built on the phone

    def _on_phone(
        self, here: LaptopGo | None, wanted: Wanted, choice: Choice, begin: float, on_event: OnEvent
    ) -> Shipped:
        go = self._go
        assert go is not None  # noqa: S101 - choose() has seen to it
        if here:
            program = here.describe(wanted.package, go.target)
            name, packed, in_c = program.name, sources.of_program(program, wanted.package, here), bool(program.in_c)
        else:
            name, packed, in_c = sources.name_of(wanted.package), sources.of_folder(wanted.package), True
        place = wanted.place(name)
        files = "1 file" if packed.count == 1 else f"{packed.count} files"
        on_event(_note(f"Building {name} on the phone with {go.version}: {choice.reason}. Sending {files} of source."))
        before = self._digest(place)
        staged = self._upload(packed.archive, ".tar.gz", on_event)
        words = (staged, packed.folder, packed.package, place, "yes" if in_c else "no")
        self._run_there(place, sh("ship_build {} {} {} {} {}\n", *words), on_event)
        head = SaidFact(sh(HEAD, place))
        facts = self._link.conversation.ask([PathFact(place), head])
        state = facts[PathFact(place)]
        if state is None or not state.sha256:
            raise BuildFailed(f"{place} is not on the phone, though its build has ended well.")
        linked = Elf.parse(base64.b64decode(facts[head])).linked
        ms = round((time.monotonic() - begin) * 1000)
        return Shipped(
            place, "phone", go.version, str(go.target), linked, state.size, state.sha256, len(packed.archive),
            state.sha256 == before, ms,
        )  # fmt: skip

    def _run_there(self, place: RemotePath, call: str, on_event: OnEvent) -> None:
        """Build in a run, which goes on whatever becomes of the connection. One that ended well leaves no record: ten
        builds would push every other run out of the phone's memory. Raises BuildFailed, Locked, RunFailed."""
        script = device_script("few_jobs.sh") + device_script("ship.sh") + call
        change = Change(ResourceId("go_program", str(place)), Action.RUN, "ship")
        failed: list[Event] = []

        def heard(event: Event) -> None:
            if event.kind is EventKind.FAILED:
                failed.append(event)
            elif event.kind is EventKind.OUTPUT:
                on_event(told(event.text))
            elif event.kind in (EventKind.NOTE, EventKind.RECONNECTED):
                on_event(event)

        run, _ = carry_out(
            [Work((change,), (Step(script),))],
            self._link.conversation,
            [],
            heard,
            lambda error, marker: self._link.again(error, marker, on_event),
        )
        if failed:
            raise BuildFailed(f"{place.name} could not be built on the phone.", hint="go's own words are above.")
        self._do(f"rm -rf -- {RUNS}/{run}\n", on_event)

    # ---- parts

    def _phone_target(self) -> Target:
        if self._go is None:
            return Target.of(self._host.arch, self._libc)
        return self._go.target

    def _digest(self, place: RemotePath) -> str:
        """Of what stands there; empty: nothing. Raises ProvisionerError for a folder."""
        state = self._link.conversation.ask([PathFact(place)])[PathFact(place)]
        if state and "directory" in (state.type, state.resolved):
            raise ProvisionerError(f"{place} is a folder on the phone.", hint=f"--to {place}/ puts the program into it")
        return state.sha256 if state else ""

    def _upload(self, data: bytes, suffix: str, on_event: OnEvent) -> RemotePath:
        def again(error: ConnectionLost) -> Transport:
            meanwhile, hint = "What has arrived stays there", "Run the same command again: it goes on from there."
            self._link.again(error, secrets.token_hex(16), on_event, meanwhile, hint)
            return self.transport

        place = STAGING / (hashlib.sha256(data).hexdigest()[:16] + suffix)
        upload(data, place, self.transport, on_event, again)
        return place

    def _do(self, call: str, on_event: OnEvent) -> None:
        """A short piece of script to its end. Raises ProvisionerError if it fails."""
        conversation = self._link.conversation
        conversation.begin([f"s out\n( set -eu\n{device_script('ship.sh')}{call})\nrc=$?\ns rc\necho $rc\n"])
        told_by_phone = conversation.ended(SHORT)
        if told_by_phone is None:
            raise ProvisionerError(f"The phone has not done it within {SHORT:.0f} s.", hint="Is it very low on memory?")
        said = told_by_phone["out"].decode("utf-8", "replace").strip()
        if int(told_by_phone["rc"]):
            raise ProvisionerError(
                f"The phone could not put the program in its place: {said or 'it does not say why'}."
            )
        for line in said.splitlines():
            on_event(Event(EventKind.OUTPUT, text=line))

    def _why(self, status: int, shipped: Shipped) -> str:
        if status == SYSTEM_CALL:
            return (
                "Bad system call: this phone's Android forbids a call that the program makes. --stage phone builds it"
            )
        if status not in NOT_STARTED:
            return ""
        head = SaidFact(sh(HEAD, shipped.place))
        said = self._link.conversation.ask([head])[head]
        return explain(base64.b64decode(said), self._host.arch, libc=self._libc) if said else f"{shipped.place} is gone"


@contextmanager
def open_shipment(options: Options, ask: Ask) -> Iterator[Shipment]:
    """Reach the phone. Raises ConnectError, HostKeyError, UnsuitableHost."""
    reach = connecting.reach(options, Path.cwd(), ask)
    try:
        link = Link.open(reach, ask, QUESTIONS, options.patience)
    except BaseException:
        reach.abandon()
        raise
    try:
        yield Shipment(reach.name, link)
    finally:
        link.close()


def _libc(head: str) -> str:
    try:
        return Elf.parse(base64.b64decode(head)).libc or "bionic"
    except ValueError as error:
        raise UnsuitableHost(
            f"The phone's sh is {error}.", hint="Its packages are damaged: see hello-termux doctor"
        ) from None


def _note(text: str) -> Event:
    return Event(EventKind.NOTE, text=text)
