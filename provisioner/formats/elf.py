"""What a program file says of itself: for which CPU, by which loader, with which libraries. Pure: bytes in, words out.

The first kilobytes are enough for all but the libraries: the headers and the loader's name stand at the beginning. So
a program on the phone is judged by ``head -c 4096``, and one on the laptop by all its bytes.
(Names and numbers: elf(5); Android's loader and what it asks for: bionic/linker/linker_main.cpp, linker_phdr.cpp.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from provisioner.lean_dataclass import dataclass

HEAD = 4096
"""Bytes from the beginning of a file that tell everything but its libraries."""

MACHINES = {3: "i686", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64", 21: "ppc64le", 22: "s390x", 8: "mips"}
"""ELF's numbers and Termux's names for the CPUs (termux.md §1.4)."""
GOARCH = {"i686": "386", "arm": "arm", "x86_64": "amd64", "aarch64": "arm64"}
RUNS = {"aarch64": ("aarch64", "arm"), "x86_64": ("x86_64", "i686")}
"""What a 64-bit CPU runs beside its own; a phone may have left the 32-bit half out."""

BIONIC = ("/system/bin/linker", "/apex/com.android.runtime/bin/linker")
_OTHERS = (
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a program for Windows"),
    (b"\xcf\xfa\xed\xfe", "a program for macOS"),
    (b"\xca\xfe\xba\xbe", "a program for macOS"),
    (b"!<arch>", "a library of object files"),
)
_EXECUTABLE, _SHARED, _CORE = 2, 3, 4
_LOAD, _DYNAMIC, _INTERPRETER, _TLS = 1, 2, 3, 7
_NEEDED, _STRINGS = 1, 5


class _Segment(NamedTuple):
    kind: int
    offset: int
    address: int
    size: int
    align: int


@dataclass(frozen=True, slots=True)
class Elf:
    """A program file's own account of itself."""

    machine: str
    bits: int
    interpreter: str = ""
    """The loader that the kernel starts in the program's place; empty: static, it needs none."""
    libraries: tuple[str, ...] | None = ()
    """What the loader must find for it; None: that part of the file was not at hand."""
    position_independent: bool = True
    tls_align: int = 0
    """How its thread-local storage must be aligned, in bytes; 0: it has none."""

    @property
    def static(self) -> bool:
        return not self.interpreter

    @property
    def libc(self) -> str:
        """Whose C library it was linked for: bionic (Android's), glibc, musl, else its loader; empty: static."""
        if self.interpreter.startswith(BIONIC):
            return "bionic"
        name = self.interpreter.rpartition("/")[2]
        if name.startswith("ld-musl"):
            return "musl"
        return "glibc" if name.startswith("ld-linux") or name == "ld64.so.1" else name

    @property
    def linked(self) -> str:
        """``static``, or ``dynamic (bionic: libc.so, libdl.so)``."""
        if self.static:
            return "static"
        return f"dynamic ({self.libc}{': ' + ', '.join(self.libraries) if self.libraries else ''})"

    @classmethod
    def parse(cls, data: bytes) -> Elf:
        """From a file's bytes, or its first ``HEAD``. Raises ValueError, with what it is instead, if it is no ELF."""
        if data[:4] != b"\x7fELF":
            raise ValueError(what_else(data))
        try:
            return cls._parsed(data)
        except (struct.error, IndexError, KeyError, OverflowError) as error:
            raise ValueError("a program file that is cut off or damaged") from error

    @classmethod
    def _parsed(cls, data: bytes) -> Elf:
        bits = {1: 32, 2: 64}[data[4]]
        order = {1: "<", 2: ">"}[data[5]]
        kind, machine = struct.unpack_from(order + "HH", data, 16)
        if kind not in (_EXECUTABLE, _SHARED):
            raise ValueError("a core dump" if kind == _CORE else "an object file, not yet linked")
        segments = list(_segments(data, bits, order))
        loader = next((s for s in segments if s.kind == _INTERPRETER), None)
        interpreter = "" if loader is None else _text(data[loader.offset : loader.offset + loader.size])
        if loader is not None and not interpreter:
            raise IndexError("the loader's name is not in these bytes")
        return cls(
            MACHINES.get(machine, f"CPU {machine}"),
            bits,
            interpreter,
            _libraries(data, bits, order, segments),
            kind == _SHARED,
            max((s.align for s in segments if s.kind == _TLS), default=0),
        )


def what_else(data: bytes) -> str:
    """What a file is that is no ELF: ``a script for /usr/bin/env``, ``a program for Windows``."""
    if not data:
        return "an empty file"
    if data.startswith(b"#!"):
        first = data[2:].partition(b"\n")[0]
        return f"a script for {_text(first.strip())}"
    return next((name for magic, name in _OTHERS if data.startswith(magic)), "no program")


def why_not(elf: Elf, arch: str, *, prefix: str = "/data/data/com.termux/files/usr", libc: str = "bionic") -> str:
    """Why a phone whose packages are for ``arch`` cannot run it, in a sentence with what to do; empty: nothing speaks
    against it. ``libc``: what programs of the phone are linked for."""
    if elf.machine not in RUNS.get(arch, (arch,)):
        return (
            f"it is for {elf.machine}, and this phone is {arch}: build it on the phone,"
            f" or with GOARCH={GOARCH.get(arch, arch)}"
        )
    if elf.static:
        return ""
    if elf.libc != libc and not elf.interpreter.startswith(prefix + "/"):
        return (
            f"it was linked for {elf.libc}, whose loader {elf.interpreter} is not on this phone (hence"
            ' "no such file"): build it on the phone, or with CGO_ENABLED=0'
        )
    if libc != "bionic":
        return ""
    if not elf.position_independent:
        return "Android starts no linked program that is not position-independent: build it with -buildmode=pie"
    if elf.tls_align and elf.tls_align < (least := 64 if elf.bits == 64 else 32) and elf.machine in ("aarch64", "arm"):
        return (
            f"Android's loader wants its thread-local storage aligned to {least} bytes, it has {elf.tls_align}:"
            " build it on the phone"
        )
    return ""


def explain(data: bytes, arch: str, *, libc: str = "bionic") -> str:
    """``why_not`` for a file's first bytes; what is no program at all is named too."""
    try:
        return why_not(Elf.parse(data), arch, libc=libc)
    except ValueError as error:
        return f"it is {error}"


def _segments(data: bytes, bits: int, order: str) -> Iterator[_Segment]:
    if bits == 64:
        (start,) = struct.unpack_from(order + "Q", data, 32)
        size, count = struct.unpack_from(order + "HH", data, 54)
    else:
        (start,) = struct.unpack_from(order + "I", data, 28)
        size, count = struct.unpack_from(order + "HH", data, 42)
    for n in range(count):
        at = start + n * size
        if bits == 64:
            kind, _, offset, address, _, length, _, align = struct.unpack_from(order + "IIQQQQQQ", data, at)
        else:
            kind, offset, address, _, length, _, _, align = struct.unpack_from(order + "8I", data, at)
        yield _Segment(kind, offset, address, length, align)


def _libraries(data: bytes, bits: int, order: str, segments: list[_Segment]) -> tuple[str, ...] | None:
    """What the dynamic section names; None if these bytes do not reach that far."""
    dynamic = next((s for s in segments if s.kind == _DYNAMIC), None)
    if dynamic is None:
        return ()
    pair, step = (order + "QQ", 16) if bits == 64 else (order + "II", 8)
    if dynamic.offset + dynamic.size > len(data):
        return None
    places = range(dynamic.offset, dynamic.offset + dynamic.size - step + 1, step)
    entries = [struct.unpack_from(pair, data, at) for at in places]
    address = next((value for tag, value in entries if tag == _STRINGS), 0)
    home = next((s for s in segments if s.kind == _LOAD and s.address <= address < s.address + s.size), None)
    if home is None:
        return None
    strings = home.offset + address - home.address
    names = [_text(data[strings + value : strings + value + 256]) for tag, value in entries if tag == _NEEDED]
    return tuple(names) if all(names) else None


def _text(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "backslashreplace")
