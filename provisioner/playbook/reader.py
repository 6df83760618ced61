"""Nodes → values of the schema's shapes: every scalar gets the type that its field has, every mistake its place."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from provisioner import schema
from provisioner.errors import PlaybookError
from provisioner.model import Source
from provisioner.playbook.variables import BAD, node_of
from provisioner.playbook.yaml_text import Broken, ListNode, MapNode, Mistakes, Node, Scalar
from provisioner.remote_path import RemotePath
from provisioner.schema import Atom, Choice, Either, Items, Record, Shape, Table, describe
from provisioner.suggest import did_you_mean
from provisioner.templates import Templates
from provisioner.templating import Fault, evaluate, has_markup, lone_expression, render_text

_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NULL = {"", "~", "null", "Null", "NULL"}
_WHOLE = "[+-]?(0|[1-9][0-9]{0,17})"
_NUMBER = rf"{_WHOLE}(\.[0-9]*)?([eE][+-]?[0-9]{{1,2}})?"


class Reader:
    """Reads the values of one playbook; what is wrong goes to ``mistakes``, and reading goes on."""

    def __init__(
        self, mistakes: Mistakes, variables: Mapping[str, Any], templates: Templates, phone_names: Container[str]
    ) -> None:
        self._mistakes = mistakes
        self._variables = variables
        self._templates = templates
        self._phone_names = phone_names
        self._known_texts: dict[str, Any] = {}
        self.texts: dict[str, None] = {}
        """Those with expressions in them."""
        self.upcoming: set[str] = set()
        """Names of variables that are written in the playbook and not read yet."""

    def read(self, shape: Shape, node: Node, name: str) -> Any:
        """The value, or BAD. ``name`` is how the person calls it: ``vim.plugins``."""
        if isinstance(node, Scalar) and not node.rendered and has_markup(node.text):
            node = node_of(self._expanded(node), node.at)
        if isinstance(node, Broken):
            return BAD
        match shape:
            case Atom() | Choice():
                return self._scalar(shape, node, name)
            case Items(item=item):
                return self._items(shape, item, node, name)
            case Table(value=value):
                return self._table(shape, value, node, name)
            case Record(cls=cls):
                return self._record(cls, node, name)
            case Either():
                return self._either(shape, node, name)

    def _expanded(self, node: Scalar) -> Any:
        """As ``expand``; the same text again, as aliases make it, costs nothing."""
        if node.text in self._known_texts:
            return self._known_texts[node.text]
        value = self.expand(node)
        if value is not BAD:
            self._known_texts[node.text] = value
        return value

    def expand(self, node: Scalar) -> Any:
        """The scalar's text with its expressions filled in; BAD if it has a mistake.

        A text that is one expression and nothing else becomes that expression's value: ``"{{ x }}"`` can be a list.
        """
        self.texts[node.text] = None
        alone = lone_expression(node.text)
        try:
            return render_text(node.text, self._variables) if alone is None else evaluate(alone, self._variables)
        except Fault as fault:
            at, hint = node.at, fault.hint
            if node.block:  # the text is in the lines below the |
                at = Source(at.path, at.line + fault.line, 1)
            if fault.missing in self._phone_names:
                hint = f"{fault.missing} is known only once the phone has answered: use it in when:"
            elif fault.missing in self.upcoming:
                hint = f"{fault.missing} is set further down: set it first"
            self._mistakes.add(fault.summary, at, hint)
            return BAD

    def _wrong(self, shape: Shape, node: Node, name: str, hint: str = "") -> Any:
        self._mistakes.add(f"{name} takes {describe(shape)}, not {_spoken(node)}", node.at, hint)
        return BAD

    def _scalar(self, shape: Atom | Choice, node: Node, name: str) -> Any:
        if not isinstance(node, Scalar):
            return self._wrong(shape, node, name)
        if _is_null(node) and not _is_home(shape, node):
            return self._wrong(shape, node, name, 'write "" for an empty text' if shape == Atom(str) else "")
        if isinstance(shape, Choice):
            words = {schema.spell(word): word for word in shape.words}
            found = words.get(node.text, BAD)
            return self._wrong(shape, node, name, did_you_mean(node.text, words)) if found is BAD else found
        try:
            return _convert(shape.type, node.text)
        except ValueError as error:
            if shape.type is not RemotePath:
                return self._wrong(shape, node, name)
            self._mistakes.add(f"{name}: {error}", node.at)
            return BAD

    def _items(self, shape: Items, item: Shape, node: Node, name: str) -> Any:
        if isinstance(node, Scalar):
            several = re.split(r"[,\s]+", node.text.strip(", "))
            inline = node.text and not set("\n[]{}") & set(node.text)
            hint = f"write [{', '.join(several)}]" if inline else "write [] for an empty list"
            return self._wrong(shape, node, name, hint)
        if not isinstance(node, ListNode):
            return self._wrong(shape, node, name)
        values = [self.read(item, each, f"{name}[{number}]") for number, each in enumerate(node.items)]
        return BAD if any(value is BAD for value in values) else tuple(values)

    def _table(self, shape: Table, value: Shape, node: Node, name: str) -> Any:
        if not isinstance(node, MapNode):
            return self._wrong(shape, node, name)
        values = {key: self.read(value, each, f"{name}.{key}") for key, (_, each) in node.pairs.items()}
        return BAD if any(each is BAD for each in values.values()) else values

    def _either(self, shape: Either, node: Node, name: str) -> Any:
        if shape.nullable and _is_null(node) and not any(_is_home(each, node) for each in shape.shapes):
            return None
        fitting = [each for each in shape.shapes if _fits(each, node)]
        if len(fitting) == 1:
            return self.read(fitting[0], node, name)
        for each in sorted(fitting, key=lambda one: one == Atom(str)):  # a text takes every scalar, so it comes last
            if isinstance(node, Scalar) and isinstance(each, Atom | Choice) and _accepts(each, node.text):
                return self.read(each, node, name)
        return self._wrong(shape, node, name)

    def _record(self, cls: type, node: Node, name: str) -> Any:
        options, short = schema.options(cls), schema.shorthand(cls)
        names = {key: f"{name}.{key}" for key in options}
        if _is_null(node) and not (short is not None and _is_home(short.shape, node)):
            node = MapNode({}, node.at)
        if short is not None and not isinstance(node, MapNode):
            names[short.name] = name
            node = MapNode({short.name: (Scalar(short.name, node.at), node)}, node.at)
        if not isinstance(node, MapNode):
            hint = f"write {{{next(iter(options))}: ...}}" if options else "write {}"
            return self._wrong(Record(cls), node, name, hint)
        sound = self._keys_are_known(cls, node, name)
        known = {key: each for key, (_, each) in node.pairs.items() if key in options}
        values = {key: self.read(options[key].shape, each, names[key]) for key, each in known.items()}
        if not sound or any(value is BAD for value in values.values()):
            return BAD
        return self._made(cls, values, known, node.at, name)

    def _keys_are_known(self, cls: type, node: MapNode, name: str) -> bool:
        options, sound = schema.options(cls), True
        for key, (at, _) in node.pairs.items():
            if key in options:
                continue
            hint = did_you_mean(key, options, f"it takes {', '.join(options)}" if options else "it takes no keys")
            if key == "<<":
                hint = "merging (<<) is not supported: write the keys out"
            self._mistakes.add(f"{name} has no key {key}", at.at, hint)
            sound = False
        for option in options.values():
            if option.required and option.name not in node.pairs:
                self._mistakes.add(f"{name} needs the key {option.name}", node.at, option.help)
                sound = False
        return sound

    def _made(self, cls: type, values: Mapping[str, Any], nodes: Mapping[str, Node], at: Source, name: str) -> Any:
        try:
            made = cls(**values)
        except ValueError as error:
            self._mistakes.add(f"{name}: {error}", at)
            return BAD
        problems = list(made.problems()) if hasattr(made, "problems") else []
        for problem in problems:
            sentence, field = (problem, "") if isinstance(problem, str) else problem
            self._mistakes.add(f"{name}: {sentence}", nodes[field].at if field in nodes else at)
        for template in made.templates() if hasattr(made, "templates") else ():
            places = (nodes[key].at for key, value in values.items() if value == template)
            self._check(template, next(places, at))
        return BAD if problems else made

    def _check(self, template: str, at: Source) -> None:
        try:
            self._templates.render(template, self._variables, at)
        except PlaybookError as error:
            for mistake in error.mistakes:
                if mistake.source == at:  # of this text, whose lines are known here
                    self._mistakes.add(mistake.summary, at, mistake.hint)
                else:
                    self._mistakes.extend([mistake])


def _convert(kind: type, text: str) -> Any:
    """The scalar as the type. Raises ValueError if it is not one."""
    if kind is str:
        return text
    if kind is RemotePath:
        return RemotePath.parse(text)
    if kind is bool:
        if text.lower() not in _YES:
            raise ValueError(text)
        return _YES[text.lower()]
    if not re.fullmatch(_WHOLE if kind is int else _NUMBER, text):
        raise ValueError(text)
    return kind(text)


def _accepts(shape: Atom | Choice, text: str) -> bool:
    if isinstance(shape, Choice):
        return any(schema.spell(word) == text for word in shape.words)
    try:
        _convert(shape.type, text)
    except ValueError:
        return False
    return True


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in _NULL


def _is_home(shape: Shape, node: Node) -> bool:
    """YAML's other word for null is the home where a path is wanted."""
    return shape == Atom(RemotePath) and isinstance(node, Scalar) and node.text == "~"


def _fits(shape: Shape, node: Node) -> bool:
    """Is the node of the form (scalar, list, mapping) that the shape is written in?"""
    if isinstance(shape, Either):
        return any(_fits(each, node) for each in shape.shapes)
    if isinstance(node, Scalar):
        return isinstance(shape, Atom | Choice)
    if isinstance(node, ListNode):
        return isinstance(shape, Items)
    return isinstance(shape, Record | Table)


def _spoken(node: Node) -> str:
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, Scalar) and node.text:
        first = node.text.split("\n")[0][:40]
        return f'"{first}"' if first == node.text else f'"{first}..."'
    return "nothing"


def as_entry(text: str) -> str:
    """A hint: how the text of an entry without a colon and a space may have been meant."""
    word, _, rest = text.partition(":") if ":" in text else text.partition(" ")
    return f"write - {word}: {rest.strip() or '...'}" if word in schema.KINDS else "write - mirror: tuna"
