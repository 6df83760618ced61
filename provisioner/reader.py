"""Nodes → values of the schema's shapes: every scalar gets the type that its field has, every mistake its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioner import schema
from provisioner.errors import PlaybookError
from provisioner.model import Source
from provisioner.remote_path import RemotePath
from provisioner.schema import Atom, Choice, Either, Items, Record, Shape, Table, describe
from provisioner.templating import Fault, Templates, did_you_mean, evaluate, has_markup, lone_expression, render_text
from provisioner.variables import node_of
from provisioner.yaml_text import Broken, ListNode, MapNode, Mistakes, Node, Scalar

BAD: Any = object()
"""Stands for a value that has a mistake, which was noted."""

_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NULL = {"", "~", "null", "Null", "NULL"}


class Reader:
    """Reads the values of one playbook; what is wrong goes to ``mistakes``, and reading goes on."""

    def __init__(
        self, mistakes: Mistakes, variables: Mapping[str, Any], templates: Templates, phone_names: Mapping[str, Any]
    ) -> None:
        self._mistakes = mistakes
        self._variables = variables
        self._templates = templates
        self._phone_names = phone_names

    def read(self, shape: Shape, node: Node, name: str) -> Any:
        """The value, or BAD. ``name`` is how the person calls it: ``vim.plugins``."""
        if isinstance(node, Broken):
            return BAD
        if isinstance(node, Scalar) and has_markup(node.text):
            node = self._rendered(shape, node)
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

    def expand(self, node: Scalar) -> str | None:
        """The scalar's text with its expressions filled in; ``None`` if that is a mistake."""
        try:
            return render_text(node.text, self._variables)
        except Fault as fault:
            self._fault(fault, node)
            return None

    def _rendered(self, shape: Shape, node: Scalar) -> Node:
        alone = lone_expression(node.text)
        if alone is not None and not isinstance(shape, Atom | Choice):
            try:
                return node_of(evaluate(alone, self._variables), node.at)
            except Fault as fault:
                self._fault(fault, node)
                return Broken(node.at)
        text = self.expand(node)
        return Broken(node.at) if text is None else Scalar(text, node.at)

    def _fault(self, fault: Fault, node: Scalar) -> None:
        at, hint = node.at, fault.hint
        if node.block:  # the text is in the lines below the |
            at = Source(at.path, at.line + fault.line, 1)
        name = next((word for word in self._phone_names if f"variable {word} is" in fault.summary), None)
        if name:
            hint = f"{name} is known only once the phone has answered: use it in when:"
        self._mistakes.add(fault.summary, at, hint)

    def _wrong(self, shape: Shape, node: Node, name: str, hint: str = "") -> Any:
        self._mistakes.add(f"{name} takes {describe(shape)}, not {_spoken(node)}", node.at, hint)
        return BAD

    def _scalar(self, shape: Atom | Choice, node: Node, name: str) -> Any:
        if not isinstance(node, Scalar):
            return self._wrong(shape, node, name)
        if node.plain and not node.text:
            return self._wrong(shape, node, name, 'write "" for an empty text' if shape == Atom(str) else "")
        if isinstance(shape, Choice):
            words = {schema.spell(word): word for word in shape.words}
            if node.text in words:
                return words[node.text]
            hint = did_you_mean(node.text, words)
            return self._wrong(shape, node, name, hint)
        try:
            return _convert(shape.type, node.text)
        except ValueError as error:
            if shape.type is RemotePath:
                self._mistakes.add(f"{name}: {error}", node.at)
                return BAD
            return self._wrong(shape, node, name)

    def _items(self, shape: Items, item: Shape, node: Node, name: str) -> Any:
        if isinstance(node, Scalar):
            hint = f"write [{node.text}]" if node.text and "\n" not in node.text else "write [] for an empty list"
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
        is_home = isinstance(node, Scalar) and node.text == "~" and Atom(RemotePath) in shape.shapes
        if shape.nullable and not is_home and isinstance(node, Scalar) and node.plain and node.text in _NULL:
            return None
        fitting = [each for each in shape.shapes if _fits(each, node)]
        if not fitting:
            return self._wrong(shape, node, name)
        if len(fitting) == 1:
            return self.read(fitting[0], node, name)
        for each in sorted(fitting, key=lambda one: one == Atom(str)):  # a text takes everything, so it comes last
            if isinstance(node, Scalar) and _accepts(each, node.text):
                return self.read(each, node, name)
        return self._wrong(shape, node, name)

    def _record(self, cls: type, node: Node, name: str) -> Any:
        options, short = schema.options(cls), schema.shorthand(cls)
        if isinstance(node, Scalar) and node.plain and not node.text:
            node = MapNode({}, node.at)
        if not isinstance(node, MapNode):
            if short is None:
                return self._wrong(Record(cls), node, name, f"write {name}: {{{next(iter(options), '')}: ...}}")
            node = MapNode({short.name: (Scalar(short.name, node.at), node)}, node.at)
            names = {short.name: name}
        else:
            names = {}
        values, sound = {}, True
        for key, (at, each) in node.pairs.items():
            if key not in options:
                hint = did_you_mean(key, options, f"it takes {', '.join(options)}" if options else "it takes no keys")
                self._mistakes.add(f"{name} has no key {key}", at.at, hint)
                sound = False
                continue
            values[key] = self.read(options[key].shape, each, names.get(key, f"{name}.{key}"))
            sound = sound and values[key] is not BAD
        for option in options.values():
            if option.required and option.name not in node.pairs:
                self._mistakes.add(f"{name} needs the key {option.name}", node.at, option.help)
                sound = False
        return self._made(cls, values, node, name) if sound else BAD

    def _made(self, cls: type, values: dict[str, Any], node: MapNode, name: str) -> Any:
        try:
            made = cls(**values)
        except ValueError as error:
            self._mistakes.add(f"{name}: {error}", node.at)
            return BAD
        places = {key: each.at for key, (_, each) in node.pairs.items()}
        sound = True
        for problem in made.problems() if hasattr(made, "problems") else ():
            sentence, field = (problem, "") if isinstance(problem, str) else problem
            self._mistakes.add(f"{name}: {sentence}", places.get(field, node.at))
            sound = False
        for template in made.templates() if hasattr(made, "templates") else ():
            at = next((places[key] for key, value in values.items() if value == template and key in places), node.at)
            self._check(template, at)
        return made if sound else BAD

    def _check(self, template: str, at: Source) -> None:
        try:
            self._templates.render(template, self._variables, at)
        except PlaybookError as error:
            for mistake in error.mistakes:
                if mistake.source == at:
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
    if not text.isascii() or "_" in text or text != text.strip():
        raise ValueError(text)
    value = kind(text)
    if isinstance(value, float) and value - value != 0:  # nan, inf
        raise ValueError(text)
    return value


def _accepts(shape: Shape, text: str) -> bool:
    if isinstance(shape, Choice):
        return any(schema.spell(word) == text for word in shape.words)
    if not isinstance(shape, Atom):
        return False
    try:
        _convert(shape.type, text)
    except ValueError:
        return False
    return True


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
        first = node.text.split("\n")[0]
        return repr(first if len(first) <= 40 and first == node.text else first[:40] + "...")
    return "nothing"
