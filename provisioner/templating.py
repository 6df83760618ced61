"""Jinja2, strict: a name that is not defined is an error with template, line and the line's text.

Playbook values and templates go through here. Jinja2 is imported when a text needs it, never before.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from provisioner.suggest import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    import jinja2

MARK = "template:"
"""Begins the file name of our templates in tracebacks, so that their frames are told from Python's."""

_LONE = r"(?s)\{\{(?![-+])((?:(?!\}\}|\{\{).)*)(?<![-+])\}\}"


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
    found = re.fullmatch(_LONE, text)
    return found[1].strip() if found else None


def render_text(text: str, values: Mapping[str, Any]) -> str:
    """The text with its expressions filled in. Raises Fault."""
    with faults(values):
        return environment().from_string(text).render(values)


def evaluate(expression: str, values: Mapping[str, Any]) -> Any:
    """The value of one expression. Raises Fault; a name that is not defined is one."""
    import jinja2

    with faults(values):
        value = environment().compile_expression(expression, undefined_to_none=False)(values)
        if isinstance(value, jinja2.Undefined):
            str(value)  # raises UndefinedError, with the name
        return list(value) if isinstance(value, Iterator) else value


def names_in(expression: str) -> tuple[str, ...]:
    """The names that an expression needs from outside, sorted. Raises Fault if it cannot be parsed."""
    from jinja2 import meta

    return tuple(sorted(meta.find_undeclared_variables(_parsed(expression)) - set(environment().globals)))


def outside(text: str) -> tuple[set[str], set[str]]:
    """The names that a text needs from outside, and the templates that it includes by name. Raises Fault."""
    from jinja2 import meta

    with faults({}):
        parsed = environment().parse(text)
        included = {name for name in meta.find_referenced_templates(parsed) if name}
        return meta.find_undeclared_variables(parsed), included


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

    with faults({}):
        parser = Parser(environment(), expression, state="variable")
        found = parser.parse_expression()
        if not parser.stream.eos:
            parser.fail("more stands here than one expression")
        template = nodes.Template([nodes.Output([found], lineno=1)], lineno=1)
        template.set_environment(environment())
        return template


@functools.cache
def environment() -> jinja2.Environment:
    """The one set of rules for all our Jinja2: strict, no escaping, whole-line tags leave no empty line.

    Sandboxed, since playbooks are passed around: none gets at Python's insides, and ``range`` has an end.
    """
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # configuration files, not HTML
        finalize=_written,
    )


def render_page(path: Path, values: Mapping[str, Any]) -> str:
    """An HTML page of ours with the values filled in; whatever they hold is text in it and never markup."""
    return environment().overlay(autoescape=True).from_string(path.read_text("utf-8")).render(values)


Load: TypeAlias = Callable[[str], tuple[str, str, Callable[[], bool]] | None]
"""A template's name → its text, the file name for its frames (``MARK`` and the path) and "is that still good?"."""


def environment_of(load: Load) -> jinja2.Environment:
    """The same rules, for templates that may include each other by name."""
    import jinja2

    return environment().overlay(loader=jinja2.FunctionLoader(load))


def _written(value: Any) -> Any:
    """Booleans and null look in a text as they do in a playbook, not as in Python."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


@contextmanager
def faults(values: Mapping[str, Any]) -> Iterator[None]:
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
        path = (error.filename or "").removeprefix(MARK)
        path = "" if path.startswith("<") else path
        return Fault(f"this is not Jinja2: {error.message}", path=path, line=error.lineno)
    if isinstance(error, jinja2.UndefinedError):
        found = re.fullmatch(r"'(\w+)' is undefined", error.message or "")
        if not found:
            return Fault(f"this is not defined: {error.message}", path=path, line=line)
        return undefined(found[1], values, path=path, line=line)
    if isinstance(error, jinja2.TemplateNotFound):
        return Fault(f"there is no template {error.name}", path=path, line=line)
    if isinstance(error, RecursionError):
        return Fault("this has no end: does a template include itself?", path=path, line=line)
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
        if file.startswith(MARK) or file == "<template>":
            found = file.removeprefix(MARK) if file.startswith(MARK) else "", trace.tb_lineno
        trace = trace.tb_next
    return found
