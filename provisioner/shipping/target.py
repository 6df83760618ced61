"""For which machine a program is built, and where. Pure."""

from __future__ import annotations

from typing import Literal, Self, TypeAlias

from provisioner.errors import ProvisionerError, UnsuitableHost
from provisioner.formats.elf import GOARCH
from provisioner.lean_dataclass import dataclass
from provisioner.shipping.program import Program, number_of

Stage: TypeAlias = Literal["laptop", "phone"]

NO_GO_HERE = "there is no Go on this computer"
NO_GO_THERE = "there is no Go on the phone"
GET_GO_THERE = "hello-termux apply installs it (the task golang)"


@dataclass(frozen=True, slots=True)
class Target:
    """What Go calls the phone."""

    goos: str
    goarch: str
    cgo: bool = False

    def __str__(self) -> str:
        return f"{self.goos}/{self.goarch}"

    @property
    def environment(self) -> dict[str, str]:
        arm = {"GOARM": "7"} if self.goarch == "arm" else {}
        return {"GOOS": self.goos, "GOARCH": self.goarch, "CGO_ENABLED": "1" if self.cgo else "0", **arm}

    @property
    def with_cgo(self) -> Target:
        """The same; what is in C counts."""
        return Target(self.goos, self.goarch, cgo=True)

    @classmethod
    def of(cls, arch: str, libc: str, cgo: bool = False) -> Self:
        """For a program that is built elsewhere (termux.md §8). Raises UnsuitableHost.

        Without cgo Go builds for Android on arm64 alone; on the other CPUs the program is static and for Linux, whose
        system calls Android has too. ``libc`` is the phone's (the stand-in phone has this computer's).
        """
        if arch not in GOARCH:
            raise UnsuitableHost(
                f"The phone says that its CPU is {arch or 'unknown'}, for which Go's name is not known.",
                hint="On a Termux phone dpkg --print-architecture says aarch64, arm, i686 or x86_64.",
            )
        android = libc == "bionic" and (cgo or arch == "aarch64")
        return cls("android" if android else "linux", GOARCH[arch], cgo)


@dataclass(frozen=True, slots=True)
class PhoneGo:
    """The phone's own Go."""

    version: str
    target: Target

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From what ``go env GOVERSION GOOS GOARCH CGO_ENABLED`` says; None: there is no Go."""
        words = text.split()
        if len(words) != 4 or not words[0].startswith("go"):
            return None
        return cls(words[0], Target(words[1], words[2], words[3] == "1"))


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the program is built, and why there."""

    stage: Stage
    reason: str


def choose(
    asked: Stage | None, here: str, there: PhoneGo | None, program: Program | None, lacking: str = NO_GO_HERE
) -> Choice:
    """Where to build. ``here``: the version of this computer's Go, empty without one that will do, and then ``lacking``
    says so; ``program``: what that Go says of it. Raises ProvisionerError where there is no Go to build it with.
    """
    if asked == "laptop" and not here:
        raise ProvisionerError(f"It cannot be built here: {lacking}.", hint="--stage phone builds it on the phone")
    if asked == "phone" and not there:
        raise ProvisionerError(f"It cannot be built on the phone: {NO_GO_THERE}.", hint=GET_GO_THERE)
    if not here and not there:
        raise ProvisionerError(f"{NO_GO_HERE.capitalize()}, and {NO_GO_THERE[9:]} neither.", hint=GET_GO_THERE)
    if asked:
        return Choice(asked, "as you said")
    if not there:
        return Choice("laptop", NO_GO_THERE)
    if not here or program is None:
        return Choice("phone", lacking)
    if parts := program.in_c:
        return Choice("phone", f"{parts[0]} is in C in part, for which the phone has the compiler")
    if number_of(here) < number_of(program.go) <= number_of(there.version):
        return Choice("phone", f"the module asks for Go {program.go}; here is {here}, there {there.version}")
    return Choice("laptop", "nothing in it is in C, and this computer is the quicker one")
