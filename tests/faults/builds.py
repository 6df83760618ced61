"""Half a Vim build: killed while make runs. The source is made up, and small; make, compiler and phone are real."""

from __future__ import annotations

import hashlib
import io
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from provisioner.errors import ProvisionerError, RunFailed
from provisioner.model import Event, EventKind, Result
from provisioner.rehearsal import Options, StandInPhone
from tests.faults.kit import Kit, known
from tests.faults.trial import STATE, DoesNotHold
from tests.support.program import Phone

URL = "https://mirrors.tuna.tsinghua.edu.cn/debian/pool/main/v/vim/made-up.tar"
VICTIMS = {"make": ("-x", "make"), "compiler": ("-x", "cc1"), "all of the run": ()}
"""Words for pkill, within the session of the run."""
FAR = (10.0, 50.0, 90.0)
"""Percent of the objects that are there when it strikes."""
OBJECTS = 8
_MAKEFILE = """\
include config.mk
# An awk that is no gawk reads by blocks of 4 kB.
as_long_as_vims = -DX=LONG
objects = $(patsubst %.c,objects/%.o,$(wildcard part*.c))
vim: $(objects)
\tgcc $(objects) -o vim
objects/%.o: %.c
\tmkdir -p objects
\tgcc -O0 -c $< -o objects/$*.o $(as_long_as_vims)
clean:
\trm -rf objects vim
install: vim
\tmkdir -p "$(DESTDIR)$(home)/bin"
\tfor name in vim view vimdiff; do cp vim "$(DESTDIR)$(home)/bin/$$name"; done
"""
_CONFIGURE = 'for word; do case $word in --prefix=*) echo "home=${word#*=}" >config.mk ;; esac; done\n'
_MAIN = """\
#include <stdio.h>
#include <string.h>
int main(int count, char **words) {
  int whole = 0;
  for (int n = 1; n < count; n++) whole |= strstr(words[n], "versionlong") != 0;
  puts(whole ? "9090001 1 1" : "1");
  return 0;
}
"""


def source() -> bytes:
    """An archive that builds a program which says to everything that it has it; each part takes a while to compile."""
    texts = {
        "auto/configure": _CONFIGURE,
        "Makefile": _MAKEFILE.replace("LONG", "x" * 4100),
        "option.c": "",
        "os_unix.h": "",
        "diff.c": "",
    }
    for part in range(OBJECTS):
        many = "".join(f"int f{part}_{n}(int a) {{ return a * {n} + {part}; }}\n" for n in range(1500))
        texts[f"part{part}.c"] = many
    texts["part0.c"] += _MAIN
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, text in texts.items():
            info = tarfile.TarInfo(f"vim-9.9/src/{name}")
            info.size, info.mode = len(text), 0o644
            tar.addfile(info, io.BytesIO(text.encode()))
    return packed.getvalue()


@dataclass(frozen=True, slots=True)
class HalfBuild:
    """``victim``: a word of ``VICTIMS``, killed when ``percent`` of the objects are there."""

    victim: str
    percent: float

    def __str__(self) -> str:
        return f"half a Vim build: kill {self.victim} at {self.percent:.0f} %"

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the table."""
        return (self.victim, f"{self.percent:.0f} %")

    def try_it(self, kit: Kit | None, folder: Path) -> bool:
        """Whether there was such a process to be killed. Raises DoesNotHold."""
        archive = folder / "made-up.tar"
        archive.write_bytes(source())
        with StandInPhone.start(folder / "phone", options=Options(files={URL: archive})) as standin:
            phone = known(standin, folder)
            playbook = phone.write(playbook_of(archive))
            (standin.home / ".vimrc").write_bytes(b'" mine\r\n')
            first = _Attempt(self, standin)
            first.run(phone, playbook)
            if not first.struck:
                return False
            _require(not first.converged, "a build that was killed looks like a success")
            whole = self.victim == "all of the run"
            _require(isinstance(first.error, RunFailed) if whole else first.error is None, f"it ended by {first.error}")
            _require(not (standin.home / ".local/bin/vim").is_symlink(), "half a Vim is in its place")
            again = _Attempt(None, standin)
            again.run(phone, playbook)
            _require(again.converged, f"the next run does not converge: {again.error or again.said[-5:]}")
            _require("going on with the build that was interrupted" in again.said, "it began from the beginning")
            says = standin.inside(f"{_HOME}/.local/bin/vim").stdout
            _require(says == "1\n", f"the Vim that came of it says {says!r}")
            left = standin.inside("find", _HOME, "-path", "*hello-termux*", "-name", "vim-build*").stdout
            _require(not left, f"left behind: {left}")
            _require((standin.home / ".vimrc").read_bytes() == b'" mine\r\n', "a file of the user's is another")
        return True


_HOME = "/data/data/com.termux/files/home"


def playbook_of(archive: Path) -> str:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    built = f"{{when: always, jobs: 2, source: {{version: 9.9.1, sha256: {digest}, url: [{URL}]}}}}"
    return f"- mirror: tuna\n- vim_build: {built}\n"


@dataclass(slots=True)
class _Attempt:
    """A run; ``half``: what strikes it."""

    half: HalfBuild | None
    standin: StandInPhone
    struck: bool = False
    said: list[str] = field(default_factory=list)
    error: ProvisionerError | None = None
    result: Result | None = None

    @property
    def converged(self) -> bool:
        return self.result is not None and self.result.converged

    def run(self, phone: Phone, playbook: str) -> None:
        try:
            with phone.session(playbook) as session:
                self.result = session.apply(session.plan(), self._hear)
        except ProvisionerError as error:
            self.error = error

    def _hear(self, event: Event) -> None:
        self.said.append(event.text)
        far = (event.percent or 0) if event.kind is EventKind.PROGRESS and event.text.endswith("compiled") else -1
        if self.half and not self.struck and far >= self.half.percent:
            self.struck = self._strike(VICTIMS[self.half.victim])

    def _strike(self, words: tuple[str, ...]) -> bool:
        newest = max((self.standin.home / STATE / "runs").iterdir(), key=lambda run: run.name)
        session = (newest / "pid").read_text().strip()
        kill = f"pkill -9 -s {session} {' '.join(words)}"
        # A compiler comes and goes: it is lain in wait for.
        wait = f"n=0; until {kill}; do [ $n -lt 300 ] || exit 1; n=$((n + 1)); sleep 0.01; done"
        return self.standin.inside("sh", "-c", wait).returncode == 0


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DoesNotHold(otherwise)
