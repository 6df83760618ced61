"""Jinja2, strict: a name that is not defined is an error with template, line and the line's text.

Playbook values and templates go through here. Jinja2 is imported when a text needs it, never before.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from provisioner import __version__
from provisioner.errors import Mistake, PlaybookError
from provisioner.kept import Entry, KeptTexts
from provisioner.model import Source, Text
from provisioner.suggest import did_you_mean

if TYPE_CHECKING:
    import jinja2

_SUFFIX = ".j2"
_MARK = "template:"
"""Begins the file name of our templates in tracebacks, so that their frames are told from Python's."""

_UNSTEADY = ("random", "lipsum")
"""Words of Jinja2 that make another text each time: what holds them is not kept."""

_LONE = re.compile(r"\{\{(?![-+])((?:(?!\}\}|\{\{).)*)(?<![-+])\}\}", re.DOTALL)


class Fault(Exception):
    """A text that does not render, at ``line`` (from 1) of the template ``path`` (empty: of the text itself).

    ``missing`` is the name that is not defined, if that is what is wrong.
    """

    def __init__(self, summary: str, *, path: str = "", line: int = 1, hint: str = "", missing: str = "") -> None:
        super().__init__(summary)
        self.summary, self.path, self.line, self.hint, self.missing = summary, path, line, hint, missing


def has_markup(text: str) -> bool:
    """Must this text be rendered?"""
    return "{{" in text or "{%" in text


def lone_expression(text: str) -> str | None:
    """``x`` of a text that is exactly ``{{ x }}``."""
    found = _LONE.fullmatch(text)
    return found[1].strip() if found else None


def render_text(text: str, values: Mapping[str, Any]) -> str:
    """The text with its expressions filled in. Raises Fault."""
    with _faults(values):
        return environment().from_string(text).render(values)


def evaluate(expression: str, values: Mapping[str, Any]) -> Any:
    """The value of one expression. Raises Fault; a name that is not defined is one."""
    import jinja2

    with _faults(values):
        value = environment().compile_expression(expression, undefined_to_none=False)(values)
        if isinstance(value, jinja2.Undefined):
            str(value)  # raises UndefinedError, with the name
        return list(value) if isinstance(value, Iterator) else value


def names_in(expression: str) -> tuple[str, ...]:
    """The names that an expression needs from outside, sorted. Raises Fault if it cannot be parsed."""
    from jinja2 import meta

    return tuple(sorted(meta.find_undeclared_variables(_parsed(expression)) - set(environment().globals)))


def compared(expression: str) -> Iterator[tuple[str, str]]:
    """Every ``name == "word"`` and ``name != "word"`` in an expression. Raises Fault if it cannot be parsed."""
    from jinja2 import nodes

    for compare in _parsed(expression).find_all(nodes.Compare):
        for operand in compare.ops:
            name, word = compare.expr, operand.expr
            if operand.op not in ("eq", "ne") or not isinstance(name, nodes.Name) or not isinstance(word, nodes.Const):
                continue
            if isinstance(word.value, str):
                yield name.name, word.value


def _parsed(expression: str) -> jinja2.nodes.Template:
    from jinja2 import nodes
    from jinja2.parser import Parser

    with _faults({}):
        parser = Parser(environment(), expression, state="variable")
        found = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("more stands here than one expression")
        template = nodes.Template([nodes.Output([found], lineno=1)], lineno=1)
        template.set_environment(environment())
        return template


@functools.cache
def environment() -> jinja2.Environment:
    """The one set of rules for all our Jinja2: strict, no escaping, whole-line tags leave no empty line."""
    import jinja2

    return jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - configuration files, not HTML
        finalize=_written,
    )


def _written(value: Any) -> Any:
    """Booleans and null look in a text as they do in a playbook, not as in Python."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


@contextmanager
def _faults(values: Mapping[str, Any]) -> Iterator[None]:
    """Turn whatever Jinja2 raises into Fault."""
    try:
        yield
    except Fault:
        raise
    except Exception as error:
        # An expression can raise anything (1 / 0, endless recursion): that is the text's fault, not ours.
        raise _fault(error, values) from error


def _fault(error: Exception, values: Mapping[str, Any]) -> Fault:
    import jinja2

    path, line = _where(error.__traceback__)
    if isinstance(error, jinja2.TemplateSyntaxError):
        path = (error.filename or "").removeprefix(_MARK)
        path = "" if path.startswith("<") else path
        return Fault(f"this is not Jinja2: {error.message}", path=path, line=error.lineno)
    if isinstance(error, jinja2.UndefinedError):
        found = re.fullmatch(r"'(\w+)' is undefined", error.message or "")
        if not found:
            return Fault(f"this is not defined: {error.message}", path=path, line=line)
        return undefined(found[1], values, path=path, line=line)
    if isinstance(error, jinja2.TemplateNotFound):
        return Fault(f"there is no template {error.name}", path=path, line=line)
    text = " ".join(str(error).split()) or type(error).__name__
    return Fault(f"the expression cannot be worked out: {text}", path=path, line=line)


def undefined(name: str, known: Iterable[str], *, path: str = "", line: int = 1) -> Fault:
    """The fault that a name is not defined."""
    hint = did_you_mean(name, known, f"define it: vars: {{{name}: ...}} or --set {name}=...")
    return Fault(f"the variable {name} is not defined", path=path, line=line, hint=hint, missing=name)


def _where(trace: TracebackType | None) -> tuple[str, int]:
    """The innermost template on the traceback, whose frames Jinja2 has rewritten to the template's lines."""
    found = "", 1
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_MARK) or file == "<template>":
            found = file.removeprefix(_MARK) if file.startswith(_MARK) else "", trace.tb_lineno
        trace = trace.tb_next
    return found


class Templates:
    """Templates by name, from the first of the folders that has one; ``vimrc`` finds ``vimrc.j2``.

    ``digests`` tells, for every template text that was used so far (includes too), its SHA-256: what a saved plan was
    made from. ``kept``: where rendered texts are kept, so that Jinja2 is not even imported (30 ms) while nothing moves.
    """

    def __init__(self, folders: Sequence[Path], kept: KeptTexts | None = None) -> None:
        self.folders = tuple(folders)
        self._kept = kept
        self._used: dict[str, str] = {}
        self._asked: dict[str, str] = {}
        """What the text that is being rendered asked for, with its digest; empty for what there was not."""
        self._unsteady = False
        self._environment: jinja2.Environment | None = None

    @property
    def digests(self) -> Mapping[str, str]:
        return dict(sorted(self._used.items()))

    def find(self, name: str) -> Path | None:
        """The file that this name means."""
        names = (name,) if name.endswith(_SUFFIX) else (name, name + _SUFFIX)
        for folder in self.folders:
            for each in names:
                if "\0" not in each and (folder / each).is_file():
                    return folder / each
        return None

    def names(self) -> tuple[str, ...]:
        """All templates (``*.j2``) in the folders, without the suffix."""
        found = {path.name.removesuffix(_SUFFIX) for folder in self.folders for path in folder.glob("*" + _SUFFIX)}
        return tuple(sorted(found))

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
        with _faults(values):
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
        if self.find(name) is None:
            return ""
        try:
            return self._read(name).digest
        except Fault:
            return None

    def _prepared(self) -> jinja2.Environment:
        if self._environment is None:
            import jinja2

            self._environment = environment().overlay(loader=jinja2.FunctionLoader(self._load))
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
        return file.text, _MARK + str(file.path), ask_again

    def _read(self, name: str) -> _File:
        path = self.find(name)
        if path is None:
            looked = ", ".join(shown(folder) for folder in self.folders)
            raise Fault(f"there is no template {name}", hint=did_you_mean(name, self.names(), f"looked in {looked}"))
        try:
            data = path.read_bytes()
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise Fault(f"{shown(path)} is not UTF-8 text: byte {error.start}") from error
        except OSError as error:
            raise Fault(f"{shown(path)} cannot be read: {error.strerror}") from error
        return _File(path, text, hashlib.sha256(data).hexdigest())

    def _mistake(self, fault: Fault, source: Source) -> Mistake:
        if not fault.path:
            return Mistake(fault.summary, source, hint=fault.hint)
        path = Path(fault.path)
        lines = path.read_text("utf-8-sig", "replace").split("\n")
        line = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
        column = len(line) - len(line.lstrip()) + 1
        return Mistake(fault.summary, Source(shown(path), fault.line, column), line=line, hint=fault.hint)


class _File(NamedTuple):
    path: Path
    text: str
    digest: str


def _key(name: str, values: Mapping[str, Any]) -> str:
    """The digest of what a rendered text is made from, but for the texts of templates; empty if it cannot be told."""
    maker = _maker()
    if not maker or not _is_plain(values):
        return ""
    return hashlib.sha256(repr((maker, name, values)).encode("utf-8", "backslashreplace")).hexdigest()


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
        stats = [(file, file.stat()) for file in (jinja, Path(__file__))]
        installed = [name for name in os.listdir(jinja.parents[1]) if name.lower().startswith("jinja2-")]  # noqa: PTH208
    except OSError:
        return ()
    files = (f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats)
    return __version__, sys.version, *files, *sorted(installed)


def shown(path: Path) -> str:
    """The path as a person in the current folder would write it; of a packaged playbook the name."""
    if path.parent == packaged("playbooks"):
        return path.name
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


def packaged(folder: str) -> Path:
    """Where the package's own ``playbooks`` or ``templates`` are: inside a wheel, or at the top of a git checkout."""
    here = Path(__file__).parent
    inside = here / "_data" / folder
    return inside if inside.is_dir() else here.parent / folder
