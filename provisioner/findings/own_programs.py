"""Programs of the user's own, built for another CPU or another C library: "no such file" for what is there."""

from __future__ import annotations

import base64
import binascii
import gzip
from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, count, finding
from provisioner.formats.elf import HEAD, Elf, what_else, why_not

MOST = 40
TOLD = 4
SHELL = "sh"
"""How the phone's own shell is called in the answer: whose C library it is linked with is the phone's."""

HEADS = SaidFact(
    "cd \"$HOME\" && ln='\n' && set -- && for f in go/bin/* bin/* .local/bin/*; do\n"
    f'case $f in *"$ln"*) continue ;; esac; [ -f "$f" ] && [ -x "$f" ] && [ $# -lt {MOST} ] && set -- "$@" "$f"\n'
    "done; [ $# = 0 ] || {\n"
    f'head -v -c {HEAD} -- "$PREFIX/bin/sh" "$@" 2>/dev/null | gzip -c | base64 | tr -d "\\n"\n'
    'printf "\\n%s" "$PREFIX/bin/sh" "$@"; }'
)
"""The first bytes of each under its name, packed, and then the names: a few forks, none where there is no program."""


@finding(
    "own_programs",
    Grade.WARNING,
    cause='the kernel starts only what is for its CPU, and the loader that a program names must be there: hence "exec '
    'format error", or "no such file" for a file that is there',
    repair="hello-termux ship builds a Go program for this phone; what came ready-made is best installed by apt",
    source="termux.md §1.4, §8; elf(5); bionic linker_phdr.cpp",
    asks=[HEADS],
)
def own_programs(seen: Seen) -> Iterator[Trouble]:
    """The programs in ~/go/bin, ~/bin and ~/.local/bin are made for this phone."""
    heads = dict(_heads(seen[HEADS]))
    libc = _libc(heads.pop(SHELL, b""))
    found = [(name, why) for name, head in heads.items() if (why := _why_not(head, seen.host.arch, libc))]
    for name, why in found[:TOLD]:
        yield Trouble(f"~/{name} cannot run here: {why}")
    if len(found) > TOLD:
        yield Trouble(f"{count(len(found) - TOLD, 'more program')} of your own cannot run here")


def _heads(said: str) -> Iterator[tuple[str, bytes]]:
    """Name → first bytes; nothing if the answer is damaged."""
    packed, *names = said.split("\n")
    try:
        rest = gzip.decompress(base64.b64decode(packed))
    except (OSError, EOFError, binascii.Error):
        return
    if not names:
        return
    for name, after in zip(names, [*names[1:], ""], strict=True):
        _, _, rest = rest.partition(f"==> {name} <==\n".encode())
        head = rest.partition(f"\n==> {after} <==\n".encode())[0] if after else rest
        yield name if name != names[0] else SHELL, head


def _libc(shell: bytes) -> str:
    try:
        return Elf.parse(shell).libc or "bionic"
    except ValueError:
        return "bionic"


def _why_not(head: bytes, arch: str, libc: str) -> str:
    """Why it cannot run; empty for what can, and for what is no program file at all (a script, for instance)."""
    try:
        return why_not(Elf.parse(head), arch, libc=libc)
    except ValueError:
        what = what_else(head)
        return f"it is {what}" if what.startswith("a program for") else ""
