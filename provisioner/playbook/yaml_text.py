"""YAML text → nodes that know their place. The only module that knows PyYAML.

The tree is built here from parser events, not by PyYAML's composer: this loop does not recurse, so depth and size have
limits that hold before any harm is done, and scalars stay as they are written, for the schema to give them a type.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from provisioner.errors import Mistake, PlaybookError
from provisioner.lean_dataclass import dataclass
from provisioner.model import Source
from provisioner.playbook.lean_yaml import events, import_yaml

MAX_DEPTH = 40
MAX_NODES = 100_000
"""Values in one text, with every alias counted as often as it is used."""
MAX_MISTAKES = 1000
MAX_SUMMARY, MAX_HINT, MAX_LINE = 300, 600, 1000

QUOTE_EXPRESSION = 'put a value that begins with {{ in quotes: "{{ name }}"'

yaml: Any = import_yaml()
_BREAK = "\r\n|[\r\n\x85\u2028\u2029]"
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]|[\ud800-\udfff]|[\ufffe\uffff]"
"""What PyYAML's own reader refuses, which knows one character less than libyaml: the byte order mark."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """``plain``: written without quotes; ``block``: below a ``|``; ``rendered``: expressions are filled in already."""

    text: str
    at: Source
    plain: bool = False
    block: bool = False
    rendered: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    items: list[Node]
    at: Source


@dataclass(frozen=True, slots=True)
class MapNode:
    """``pairs`` has every key once: a second one is a mistake that was noted."""

    pairs: dict[str, tuple[Scalar, Node]]
    at: Source


@dataclass(frozen=True, slots=True)
class Broken:
    """What stands here has a mistake that was noted; nobody complains of it again."""

    at: Source


Node = Scalar | ListNode | MapNode | Broken


def _tidy(text: str, longest: int) -> str:
    """One line, of printable characters, not too long."""
    clipped = text if len(text) <= longest else text[:longest] + "..."
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in clipped)


class Mistakes:
    """Collects what is wrong with one text."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self._text = text
        self._found: dict[tuple[Source, str], Mistake] = {}

    @functools.cached_property
    def lines(self) -> list[str]:
        """The text's own."""
        return re.split(_BREAK, self._text)

    def add(self, summary: str, at: Source, hint: str = "") -> None:
        """Note a mistake; the same one at the same place (an alias) counts once. Raises TooMany."""
        line = self.lines[at.line - 1] if at.path == self.path and 0 < at.line <= len(self.lines) else ""
        tidy = _tidy(summary, MAX_SUMMARY)
        self.extend([Mistake(tidy, at, line=line if len(line) <= MAX_LINE else "", hint=_tidy(hint, MAX_HINT))])

    def __len__(self) -> int:
        return len(self._found)

    def extend(self, more: Iterable[Mistake]) -> None:
        """Take over mistakes found in other texts, such as templates. Raises TooMany."""
        for mistake in more:
            self._found.setdefault((mistake.source, mistake.summary), mistake)
            if len(self._found) >= MAX_MISTAKES:
                raise TooMany

    def raise_if_any(self) -> None:
        """Raise PlaybookError with all of them, in the order of the text (those of other texts last)."""
        if self._found:
            raise PlaybookError(sorted(self._found.values(), key=self._place))

    def _place(self, mistake: Mistake) -> tuple[bool, str, int, int]:
        at = mistake.source
        return at.path != self.path, at.path, at.line, at.column


class TooMany(Exception):
    """More mistakes than anybody reads in one go; those found so far are noted."""


class _Fatal(Exception):
    """Nothing after this place can be read; the mistake is noted already."""


def parse(text: str, mistakes: Mistakes) -> Node | None:
    """The one document of the text; ``None`` if there is none or if it cannot be read, which is then noted."""
    position = _refused(text)
    if position >= 0:
        before = re.split(_BREAK, text[:position])
        at = Source(mistakes.path, len(before), len(before[-1]) + 1)
        mistakes.add(f"the character U+{ord(text[position]):04X} is not allowed in YAML", at, "remove it")
        return None
    builder = _Builder(mistakes)
    try:
        for event in events(text, yaml):
            builder.take(event)
    except yaml.YAMLError as error:
        _not_yaml(error, mistakes)
    except _Fatal:
        pass  # what was complete before that place is still read, for its own mistakes
    return builder.root


def _refused(text: str) -> int:
    """The position of the first character that YAML does not allow; -1 if there is none."""
    if text.replace("\n", "").isprintable():  # tells so of most texts, without 0.4 ms for the expression
        return -1
    found = re.search(_CONTROL, text)
    return found.start() if found else text.find("\ufeff")


def _not_yaml(error: Exception, mistakes: Mistakes) -> None:
    line, column = _mark(error, mistakes.lines)
    written = mistakes.lines[line - 1]
    indent = written[: len(written) - len(written.lstrip())]
    at = Source(mistakes.path, line, column)
    if "\t" in indent or written[column - 1 : column] == "\t":
        column = written.index("\t") + 1
        mistakes.add(
            "a tab is used to indent", Source(mistakes.path, line, column), "YAML is indented with spaces only"
        )
        return
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None)
    mistakes.add(f"this is not YAML: {problem}" + (f" ({context})" if context else ""), at, _advice(problem, written))


def _mark(error: Exception, lines: list[str]) -> tuple[int, int]:
    """Where it is wrong; for what runs into the end of the text (an open quote), where that began."""
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if mark is None or (context is not None and _nothing_after(mark, lines)):
        mark = context
    return (min(mark.line + 1, len(lines)), mark.column + 1) if mark else (1, 1)


def _nothing_after(mark: Any, lines: list[str]) -> bool:
    rest = lines[mark.line :]
    return not rest or not (rest[0][mark.column :].strip() or any(line.strip() for line in rest[1:]))


def _advice(problem: str, line: str) -> str:
    if "mapping values are not allowed" in problem:
        return "put a text that holds a colon in quotes, or check the indentation"
    if "{{" in line or "{%" in line:
        return QUOTE_EXPRESSION
    if "cannot start any token" in problem:
        return "put a text that begins with this character in quotes"
    if "did not find expected" in problem or "found unexpected end" in problem:
        return "check the indentation, quotes and brackets here and in the lines above"
    return ""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come; ``key`` waits for its value."""

    node: ListNode | MapNode
    anchor: str | None
    size: int = 1
    key: Node | None = None
    broken: bool = False


class _Builder:
    """Takes parser events one by one; open collections are on a stack of its own."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.root: Node | None = None
        self._mistakes = mistakes
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int] | None] = {}

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                node = Scalar(event.value, self._at(event), bool(event.implicit[0]), event.style == "|")
                self._complete(node, 1, event.anchor)
            case yaml.AliasEvent():
                self._alias(event.anchor or "", self._at(event))
            case yaml.SequenceStartEvent():
                self._begin(ListNode([], self._at(event)), event.anchor)
            case yaml.MappingStartEvent():
                self._begin(MapNode({}, self._at(event)), event.anchor)
            case yaml.CollectionEndEvent():
                done = self._stack.pop()
                self._complete(Broken(done.node.at) if done.broken else done.node, done.size, done.anchor)
            case yaml.DocumentStartEvent() if self.root is not None:
                self._fail(
                    "a second document begins here", self._at(event), "a playbook is one list: remove the line ---"
                )

    def _at(self, event: Any) -> Source:
        at = Source(self._mistakes.path, event.start_mark.line + 1, event.start_mark.column + 1)
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            word = tag.replace("tag:yaml.org,2002:", "!!")
            self._mistakes.add(f"{word} has no meaning here", at, "remove the word that begins with !")
        return at

    def _fail(self, summary: str, at: Source, hint: str) -> NoReturn:
        self._mistakes.add(summary, at, hint)
        raise _Fatal

    def _begin(self, node: ListNode | MapNode, anchor: str | None) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._fail(f"this is nested more than {MAX_DEPTH} deep", node.at, "no playbook needs that")
        if anchor:
            self._anchors[anchor] = None
        self._stack.append(_Open(node, anchor))

    def _alias(self, name: str, at: Source) -> None:
        known = self._anchors.get(name)
        if known is None:
            if name in self._anchors:
                self._mistakes.add(f"*{name} would hold itself", at)
            else:
                self._mistakes.add(f"*{name} stands for nothing above", at, "put a text that begins with * in quotes")
            known = (Broken(at), 1)
        self._complete(*known, None)

    def _complete(self, node: Node, size: int, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        parent.size += size
        if parent.size > MAX_NODES:
            self._fail(
                f"this grows to more than {MAX_NODES} values",
                parent.node.at,
                "use fewer aliases, or split the playbook",
            )
        if isinstance(parent.node, ListNode):
            parent.node.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            self._pair(parent, parent.node, parent.key, node)

    def _pair(self, parent: _Open, mapping: MapNode, key: Node, node: Node) -> None:
        parent.key = None
        if not isinstance(key, Scalar):
            parent.broken = True
            if not isinstance(key, Broken):
                self._mistakes.add("a key must be one word", key.at, QUOTE_EXPRESSION)
        elif key.text in mapping.pairs:
            first = mapping.pairs[key.text][0].at.line
            self._mistakes.add(f"{key.text} is given twice; the first is in line {first}", key.at, "remove one of them")
        else:
            mapping.pairs[key.text] = (key, node)
