"""A few small kinds for the tests of the playbook reader: one of every shape that a field can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Literal

from provisioner import schema
from provisioner.errors import Mistake, PlaybookError
from provisioner.lean_dataclass import dataclass
from provisioner.model import JSON, Text
from provisioner.playbook import entries
from provisioner.remote_path import RemotePath
from provisioner.schema import option


@dataclass(frozen=True, slots=True)
class Mirror:
    """Take packages from a near mirror.

    More text.
    """

    shorthand: ClassVar[str] = "name"
    name: str = option("its name", default="tuna")
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Packages:
    """Install packages."""

    shorthand: ClassVar[str] = "names"
    names: tuple[str, ...] = option("their names")


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin."""

    url: str
    version: str | None = None
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Vim:
    """Vim for Go."""

    encoding: Literal["utf-8", "latin1"] = "utf-8"
    plugins: tuple[str | Plugin, ...] = ()
    env: Mapping[str, str] = option("its environment", factory=dict)
    wrap: bool = False
    width: int | None = None
    zoom: float = 1.0
    when: Literal["missing"] | bool = "missing"
    body: Text | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file."""

    path: RemotePath
    content: str | None = None
    template: str | None = None
    links: tuple[RemotePath, ...] = ()
    spare: RemotePath | None = None

    def __post_init__(self) -> None:
        if self.content == "forbidden":
            raise ValueError("this content is forbidden")

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if self.content is not None and self.template is not None:
            yield "content and template exclude each other", "template"
        if len(self.links) > 2:
            yield "more than two links"

    def templates(self) -> Iterable[str]:
        return [self.template] if self.template else []


FAKES = {"mirror": Mirror, "packages": Packages, "vim": Vim, "file": File}


@contextmanager
def only_fake_kinds() -> Iterator[None]:
    """Put the fakes in the place of the real kinds, and these back afterwards."""
    before = dict(schema.KINDS)
    schema.KINDS.clear()
    schema.KINDS.update(FAKES)
    know = entries.know_all_kinds, entries.know_kinds_of
    entries.know_all_kinds, entries.know_kinds_of = lambda: None, lambda root: None
    try:
        yield
    finally:
        entries.know_all_kinds, entries.know_kinds_of = know
        schema.KINDS.clear()
        schema.KINDS.update(before)


def read(text: str, folder: Path = Path(), **set_vars: JSON) -> entries.Playbook:
    return entries.read(text, folder / "play.yml", {}, set_vars)


def values(text: str, **set_vars: JSON) -> list[object]:
    """The dataclasses that a good playbook comes to."""
    return [entry.value for entry in read(text, Path(), **set_vars).entries]


def mistakes(text: str, folder: Path = Path(), **set_vars: JSON) -> list[Mistake]:
    """What is wrong with a playbook; it must be something."""
    try:
        read(text, folder, **set_vars)
    except PlaybookError as error:
        return list(error.mistakes)
    raise AssertionError(f"no mistake was found in {text!r}")


def told(text: str, folder: Path = Path(), **set_vars: JSON) -> list[str]:
    """The mistakes as lines of text: ``1:3 summary (hint)``."""
    return [
        f"{each.source.line}:{each.source.column} {each.summary}" + (f" ({each.hint})" if each.hint else "")
        for each in mistakes(text, folder, **set_vars)
    ]
