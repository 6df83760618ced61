"""Program files read: those that this machine's gcc makes, and headers made up byte by byte."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from provisioner.formats.elf import HEAD, Elf, explain, why_not

GLIBC = "/lib/ld-linux-aarch64.so.1"
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def made(
    *, machine: int = 183, bits: int = 64, kind: int = 3, loader: str = "/system/bin/linker64", tls: int = 0
) -> bytes:
    """A file of headers alone: a program with that loader (empty: static), its thread-local storage aligned so."""
    name = loader.encode() + b"\0" if loader else b""
    wide = bits == 64
    size, begin = (56, 64) if wide else (32, 52)
    segments = ([(3, len(name))] if loader else []) + ([(7, 8)] if tls else [])
    at = begin + size * len(segments)
    table = b""
    for type_, length in segments:
        align = tls if type_ == 7 else 1
        table += (
            struct.pack("<IIQQQQQQ", type_, 4, at, at, at, length, length, align)
            if wide
            else struct.pack("<8I", type_, at, at, at, length, length, 4, align)
        )
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    shape = "<HHIQQQIHHHHHH" if wide else "<HHIIIIIHHHHHH"
    head = struct.pack(shape, kind, machine, 1, 0, begin, 0, 0, begin, size, len(segments), 0, 0, 0)
    return ident + head + table + name


def test_the_headers_tell_cpu_loader_and_libc() -> None:
    elf = Elf.parse(made())
    assert (elf.machine, elf.bits, elf.libc, elf.static, elf.position_independent) == (
        "aarch64",
        64,
        "bionic",
        False,
        True,
    )
    assert Elf.parse(made(machine=40, bits=32, loader="/system/bin/linker")).machine == "arm"
    assert Elf.parse(made(loader=GLIBC)).libc == "glibc"
    assert Elf.parse(made(loader="/lib/ld-musl-aarch64.so.1")).libc == "musl"
    assert Elf.parse(made(loader="", kind=2)).linked == "static"
    assert Elf.parse(made(machine=4711)).machine == "CPU 4711"


@pytest.mark.parametrize(
    ("data", "arch", "says"),
    [
        (made(), "aarch64", ""),
        (made(loader="", kind=2), "aarch64", ""),
        (made(machine=40, bits=32, loader="/system/bin/linker"), "aarch64", ""),
        (made(machine=62), "aarch64", "and this phone is aarch64: build it on the phone, or with GOARCH=arm64"),
        (made(), "arm", "it is for aarch64, and this phone is arm"),
        (made(loader=GLIBC), "aarch64", f"linked for glibc, whose loader {GLIBC} is not on this phone (hence"),
        (made(loader="/lib/ld-musl-aarch64.so.1"), "aarch64", "linked for musl"),
        (made(loader=f"/data/data/com.termux/files/usr/glibc{GLIBC}"), "aarch64", ""),
        (made(kind=2), "aarch64", "position-independent"),
        (made(tls=8), "aarch64", "aligned to 64 bytes, it has 8"),
        (made(tls=64), "aarch64", ""),
        (made(machine=62, tls=8), "x86_64", ""),
        (made(kind=1), "aarch64", "it is an object file"),
        (made()[:70], "aarch64", "it is a program file that is cut off or damaged"),
        (b"", "aarch64", "it is an empty file"),
        (b"#!/usr/bin/env python3\nprint()\n", "aarch64", "it is a script for /usr/bin/env python3"),
        (b"MZ\x90\0", "aarch64", "it is a program for Windows"),
        (b"hello", "aarch64", "it is no program"),
    ],
)  # fmt: skip
def test_what_cannot_run_here_is_explained(data: bytes, arch: str, says: str) -> None:
    told = explain(data, arch)
    assert says in told and bool(says) == bool(told)


def test_where_programs_are_glibcs_a_glibc_program_runs() -> None:
    assert why_not(Elf.parse(made(machine=62, loader="/lib64/ld-linux-x86-64.so.2")), "x86_64", libc="glibc") == ""
    assert "bionic" in why_not(Elf.parse(made(machine=62)), "x86_64", libc="glibc")


@needs_gcc
@pytest.mark.parametrize("way", ["-pie", "-no-pie", "-static"])
def test_what_gcc_makes_is_read(tmp_path: Path, way: str) -> None:
    (tmp_path / "a.c").write_text("__thread int x; int main(void) { return x; }\n")
    subprocess.run(["gcc", way, "-o", tmp_path / "a", tmp_path / "a.c"], check=True, capture_output=True)
    data = (tmp_path / "a").read_bytes()
    elf, head = Elf.parse(data), Elf.parse(data[:HEAD])
    assert elf.static is (way == "-static") and elf.position_independent is (way == "-pie")
    assert elf.tls_align
    assert (head.machine, head.interpreter, head.tls_align) == (elf.machine, elf.interpreter, elf.tls_align)
    if way == "-static":
        assert elf.libraries == ()
    else:
        assert elf.libraries == ("libc.so.6",) and elf.linked == "dynamic (glibc: libc.so.6)"
        assert head.libraries is None and head.linked == "dynamic (glibc)"
        assert "build it on the phone" in why_not(elf, elf.machine)


def test_no_bytes_make_it_stumble() -> None:
    whole = made(tls=16)
    for end in range(len(whole)):
        explain(whole[:end], "aarch64")
        explain(whole[:end] + b"\xff" * 64, "aarch64")
