"""A Go program brought to the phone: chosen where it is built, built, checked, put in its place, and run there."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from provisioner import connecting
from provisioner.connecting.link import Link
from provisioner.errand import ENDS, Errand
from provisioner.errors import ConnectionLost
from provisioner.formats.elf import Elf, explain
from provisioner.lean_dataclass import dataclass
from provisioner.model import JSON
from provisioner.options import Ask, Options
from provisioner.remote_path import RemotePath
from provisioner.shell import words
from provisioner.shipping import sources
from provisioner.shipping.laptop import LaptopGo
from provisioner.shipping.phone import QUESTIONS, OnEvent, Phone, note
from provisioner.shipping.program import BuildFailed, GoTooOld, Program
from provisioner.shipping.target import NO_GO_HERE, PhoneGo, Stage, Target, choose
from provisioner.shipping.termux_paths import CERTIFICATES
from provisioner.transport.ssh import SSHTransport

BIN = RemotePath("~", "go/bin")
SYSTEM_CALL = 159
"""Exit status of a program that the signal SIGSYS has ended."""
NOT_STARTED = (2, 126, 127)
"""Exit statuses of a program that may not have been run at all; 2 is that of sh, which gets what the kernel refuses."""


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
    """An open line to a phone, for Go programs."""

    def __init__(self, name: str, phone: Phone) -> None:
        self.name = name
        self._phone = phone

    @property
    def transport(self) -> SSHTransport:
        return self._phone.transport

    def send(self, wanted: Wanted, on_event: OnEvent) -> Shipped:
        """Build it, and put it in its place. Raises BuildFailed, ProvisionerError, Locked, RunFailed, ConnectError."""
        here, program, lacking = LaptopGo.find(), None, NO_GO_HERE
        target = self._target()
        try:
            program = here.describe(wanted.package, target.with_cgo) if here else None
        except GoTooOld:
            if wanted.stage == "laptop" or self._phone.go is None:
                raise
            here, lacking = None, "the module asks for a newer Go than this computer has"
        choice = choose(wanted.stage, here.version if here else "", self._phone.go, program, lacking)
        if choice.stage == "phone":
            assert self._phone.go is not None  # noqa: S101 - choose() has seen to it
            return self._from_phone(wanted, here, self._phone.go, choice.reason, on_event)
        assert here is not None and program is not None  # noqa: S101
        return self._from_laptop(wanted, here, program, target, choice.reason, on_event)

    def run(
        self, shipped: Shipped, arguments: Sequence[str], carry_out: Callable[[SSHTransport, Errand], int]
    ) -> tuple[int, str]:
        """Run it to its end, by ``carry_out``; its exit status, and if it could not be run at all, why.

        Raises what ``carry_out`` raises.
        """
        settings = {"SSL_CERT_FILE": CERTIFICATES} if shipped.stage == "laptop" else {}
        try:
            status = carry_out(self.transport, Errand(words((shipped.place, *arguments)), settings, ENDS))
        except ConnectionLost as error:
            hint = "The program ends on the phone as soon as its sshd has noticed, too."
            raise ConnectionLost(error.summary, hint=hint) from error
        if status == SYSTEM_CALL:
            return (
                status,
                "bad system call, one that this phone's Android forbids: --stage phone builds it with its own Go",
            )
        return status, self._phone.why_not(shipped.place) if status in NOT_STARTED else ""

    def _target(self) -> Target:
        """For what this computer builds. A person who says CGO_ENABLED=1 has a C compiler for the phone."""
        return Target.of(self._phone.arch, self._phone.libc, os.environ.get("CGO_ENABLED") == "1")

    def _from_laptop(
        self, wanted: Wanted, go: LaptopGo, program: Program, target: Target, reason: str, on_event: OnEvent
    ) -> Shipped:
        begin = time.monotonic()
        on_event(note(f"Building {program.name} here with {go.version} for {target}: {reason}."))
        if program.in_c and not target.cgo:
            on_event(note(f"{program.in_c[0]} is in C in part, and is built without that."))
        with tempfile.TemporaryDirectory() as folder:
            data = go.build(program, wanted.package, target, Path(folder), on_event).read_bytes()
        linked = self._judge(program.name, data)
        place, sha256 = wanted.place(program.name), hashlib.sha256(data).hexdigest()
        unchanged = self._phone.digest(place) == sha256
        sent = 0 if unchanged else self._phone.put(data, sha256, place, on_event)
        ms = round((time.monotonic() - begin) * 1000)
        return Shipped(place, "laptop", go.version, str(target), linked, len(data), sha256, sent, unchanged, ms)

    def _judge(self, name: str, data: bytes) -> str:
        """How it is linked. Raises BuildFailed if the phone cannot run it."""
        if why := explain(data, self._phone.arch, libc=self._phone.libc):
            raise BuildFailed(f"{name} cannot run on this phone: {why}.")
        elf = Elf.parse(data)
        if elf.libraries and (missing := self._phone.missing(elf.libraries)):
            raise BuildFailed(
                f"{name} cannot run on this phone: it is linked against {', '.join(missing)}, which is not there.",
                hint="--stage phone builds it with what the phone has",
            )
        return elf.linked

    def _from_phone(
        self, wanted: Wanted, here: LaptopGo | None, go: PhoneGo, reason: str, on_event: OnEvent
    ) -> Shipped:
        begin = time.monotonic()
        if here:
            program = here.describe(wanted.package, go.target)
            name, packed, in_c = program.name, sources.of_program(program, wanted.package, here), bool(program.in_c)
        else:
            name, packed, in_c = sources.name_of(wanted.package), sources.of_folder(wanted.package), True
        place = wanted.place(name)
        files = "1 file" if packed.count == 1 else f"{packed.count} files"
        on_event(note(f"Building {name} on the phone with {go.version}: {reason}. Sending {files} of source."))
        before = self._phone.digest(place)
        state, linked = self._phone.build(packed, place, in_c, on_event)
        sent, unchanged = len(packed.archive), state.sha256 == before
        ms = round((time.monotonic() - begin) * 1000)
        return Shipped(
            place, "phone", go.version, str(go.target), linked, state.size, state.sha256, sent, unchanged, ms
        )


@contextmanager
def open_shipment(options: Options, ask: Ask) -> Iterator[Shipment]:
    """Reach the phone. Raises ConnectError, HostKeyError, UnsuitableHost."""
    reach = connecting.reach(options, Path.cwd(), ask)
    try:
        link = Link.open(reach, ask, QUESTIONS, options.patience)
    except BaseException:
        reach.abandon()
        raise
    with closing(link):
        yield Shipment(reach.name, Phone(link))
