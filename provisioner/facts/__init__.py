"""What can be asked of a phone, and the answers: the vocabulary of the one probe.

A ``Fact`` is a question. All questions of one kind are answered by one fragment of shell (forks are dear on a phone),
so a fact class has no script of its own but makes one for many.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from provisioner.remote_path import RemotePath

Answer = TypeVar("Answer", covariant=True)


class Fact(Generic[Answer]):
    """A question to the phone; frozen and hashable, so that two resources asking the same thing ask once."""

    section: ClassVar[str]
    """The word that frames the answers of this kind in the probe's output."""
    rests_on_memo: ClassVar[bool] = False
    """Whether ``script`` uses what ``memo.prelude`` has found out."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def script(cls, facts: Sequence[Self]) -> str:
        """POSIX sh that answers all of ``facts``: reads only, never fails, standard input is /dev/null."""

    @classmethod
    def watched(cls, facts: Sequence[Self]) -> Iterable[RemotePath]:
        """Files beside dpkg's and apt's by which the answers to ``facts``, kept in a memo, are known to be the same."""
        return ()

    @classmethod
    @abstractmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Any]:
        """Read what ``script`` printed. Every fact gets an answer; raises ValueError if that cannot be."""


class Facts(Mapping[Fact[Any], Any]):
    """Typed answers keyed by question."""

    __slots__ = ("_answers",)

    def __init__(self, answers: Mapping[Fact[Any], Any] | None = None) -> None:
        self._answers = dict(answers or {})

    def __getitem__(self, fact: Fact[Answer]) -> Answer:
        return cast(Answer, self._answers[fact])

    def __iter__(self) -> Iterator[Fact[Any]]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __or__(self, other: Facts) -> Facts:
        return Facts({**self._answers, **other._answers})
