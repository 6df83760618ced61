"""A phone reached by the OpenSSH client, so that the same facts can be asked of the stand-in and of a real userland."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from provisioner.rehearsal import StandInPhone


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said: both streams together, and how it ended."""

    text: str
    code: int


@dataclass(frozen=True, slots=True)
class Reached:
    """A phone that ssh reaches."""

    words: list[str]

    def __call__(self, command: str, *, input: str = "", tty: bool = False) -> Answer:
        words = [*self.words, *(["-tt"] if tty else []), *([command] if command else [])]
        done = subprocess.run(
            words, input=input.encode(), stdout=-1, stderr=subprocess.STDOUT, timeout=120, check=False
        )
        return Answer(done.stdout.decode(errors="replace").strip(), done.returncode)

    def words_of(self, command: str) -> list[str]:
        """The output of a command that must succeed, in words."""
        answer = self(command)
        assert answer.code == 0, answer
        return answer.text.split()


def reach(phone: StandInPhone) -> Reached:
    return Reached(phone.ssh)
