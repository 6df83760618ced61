"""Templates by name: found in folders, rendered by ``templating``, their texts kept while nothing moves."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provisioner import __version__, templating
from provisioner.digests import sha256
from provisioner.errors import Mistake, PlaybookError
from provisioner.kept import Entry, KeptTexts
from provisioner.lean_dataclass import dataclass
from provisioner.model import Source, Text
from provisioner.places import shown
from provisioner.suggest import did_you_mean
from provisioner.templating import MARK, Fault, environment_of, faults, has_markup, outside

if TYPE_CHECKING:
    import jinja2

_SUFFIX = ".j2"
_UNSTEADY = ("random", "lipsum")
"""Words of Jinja2 that make another text each time: what holds them is not kept."""


class Templates:
    """Templates by name, from the first of the folders that has one; ``vimrc`` finds ``vimrc.j2``.

    ``digests`` tells, for every template text that was used so far (includes too), its SHA-256: what a saved plan was
    made from. ``kept``: where rendered texts are kept, so that Jinja2 is not even imported (30 ms) while nothing moves.
    """

    def __init__(self, folders: Sequence[Path], kept: KeptTexts | None = None) -> None:
        self.folders = tuple(folders)
        self._kept = kept
        self._used: dict[str, str] = {}
        self._read_before: dict[str, _File] = {}
        self._asked: dict[str, str] = {}
        """What the text that is being rendered asked for, with its digest; empty for what there was not."""
        self._unsteady = False
        self._environment: jinja2.Environment | None = None

    def keep_nothing(self) -> None:
        """From now on no text is kept: secrets go into them."""
        self._kept = None

    @property
    def digests(self) -> Mapping[str, str]:
        return dict(sorted(self._used.items()))

    def find(self, name: str) -> Path | None:
        """The file that this name means."""
        names = (name,) if name.endswith(_SUFFIX) else (name, name + _SUFFIX)
        for folder in self.folders:
            for each in names:
                path = os.path.join(folder, each)  # noqa: PTH118 - a fifth of the time
                if "\0" not in each and os.path.isfile(path):  # noqa: PTH113
                    return Path(path)
        return None

    def names(self) -> tuple[str, ...]:
        """All templates (``*.j2``) in the folders, without the suffix."""
        found = {path.name.removesuffix(_SUFFIX) for folder in self.folders for path in folder.glob("*" + _SUFFIX)}
        return tuple(sorted(found))

    def needs(self, name: str) -> set[str]:
        """The names that a template, with all that it may include, needs from outside; none if there is no such one."""
        needed: set[str] = set()
        coming, seen = [name], set()
        while coming:
            each = coming.pop()
            if each not in seen and self.find(each):
                names, included = outside(self._read(each).text)
                needed |= names
                coming += included
            seen.add(each)
        return needed

    def render(self, name: str, values: Mapping[str, Any], source: Source) -> Text:
        """The template's text with the values filled in, lines ending as ``\\n``.

        Raises PlaybookError: at ``source`` if there is no such template, else at the template's line.
        """
        try:
            file = self._read(name)
            if not has_markup(file.text) and "{#" not in file.text:
                self._used[name] = file.digest
                return Text(file.text)
            key = _key(name, values) if self._kept else ""
            found = self._kept_text(key)
            return Text(self._rendered(name, values, key) if found is None else found)
        except Fault as fault:
            raise PlaybookError([self._mistake(fault, source)]) from fault

    def _rendered(self, name: str, values: Mapping[str, Any], key: str) -> str:
        self._asked, self._unsteady = {}, False
        with faults(values):
            text = self._prepared().get_template(name).render(values)
        if self._kept and key and not self._unsteady:
            self._kept.keep(key, Entry(text, self._asked))
        return text

    def _kept_text(self, key: str) -> str | None:
        """The text that was kept, if all that it was made from is as it was then."""
        entry = self._kept.get(key) if self._kept and key else None
        if entry is None or any(self._digest_of(name) != digest for name, digest in entry.made_from.items()):
            return None
        self._used.update({name: digest for name, digest in entry.made_from.items() if digest})
        return entry.text

    def _digest_of(self, name: str) -> str | None:
        if name not in self._read_before and self.find(name) is None:
            return ""
        try:
            return self._read(name).digest
        except Fault:
            return None

    def _prepared(self) -> jinja2.Environment:
        if self._environment is None:
            self._environment = environment_of(self._load)
        return self._environment

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        """For Jinja2, which keeps what it has compiled and asks every time whether that is still good."""
        if self.find(name) is None:
            self._asked[name] = ""
            return None
        file = self._read(name)

        def ask_again() -> bool:
            self._asked[name] = self._used[name] = file.digest
            self._unsteady |= any(word in file.text for word in _UNSTEADY)
            return True

        ask_again()
        return file.text, MARK + str(file.path), ask_again

    def _read(self, name: str) -> _File:
        if name in self._read_before:
            return self._read_before[name]
        path = self.find(name)
        if path is None:
            looked = ", ".join(shown(folder) for folder in self.folders)
            raise Fault(f"there is no template {name}", hint=did_you_mean(name, self.names(), f"looked in {looked}"))
        try:
            data = path.read_bytes()
            text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise Fault(f"{shown(path)} is not UTF-8 text: byte {error.start}") from error
        except OSError as error:
            raise Fault(f"{shown(path)} cannot be read: {error.strerror}") from error
        file = self._read_before[name] = _File(path, text, sha256(data))
        return file

    def _mistake(self, fault: Fault, source: Source) -> Mistake:
        if not fault.path:
            return Mistake(fault.summary, source, hint=fault.hint)
        path = Path(fault.path)
        lines = path.read_text("utf-8-sig", "replace").split("\n")
        line = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
        column = len(line) - len(line.lstrip()) + 1
        return Mistake(fault.summary, Source(shown(path), fault.line, column), line=line, hint=fault.hint)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    text: str
    digest: str


def _key(name: str, values: Mapping[str, Any]) -> str:
    """The digest of what a rendered text is made from, but for the texts of templates; empty if it cannot be told."""
    maker = _maker()
    if not maker or not _is_plain(values):
        return ""
    return sha256(repr((maker, name, values)).encode("utf-8", "backslashreplace"))


def _is_plain(value: Any) -> bool:
    """Does ``repr`` tell all of it?"""
    kind = type(value)
    if kind is dict:
        return all(type(key) is str and _is_plain(each) for key, each in value.items())
    if kind in (list, tuple):
        return all(_is_plain(each) for each in value)
    return kind in (str, int, float, bool, type(None))


@functools.cache
def _maker() -> tuple[str, ...]:
    """What renders: the versions of us, Jinja2 (told by its files, without an import) and Python; empty if unknown."""
    from importlib.util import find_spec

    spec = find_spec("jinja2")
    if spec is None or spec.origin is None:
        return ()
    jinja = Path(spec.origin)
    try:
        stats = [(file, file.stat()) for file in (jinja, Path(__file__), Path(templating.__file__))]
        installed = [name for name in os.listdir(jinja.parents[1]) if name.lower().startswith("jinja2-")]  # noqa: PTH208
    except OSError:
        return ()
    files = (f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats)
    return __version__, sys.version, *files, *sorted(installed)
