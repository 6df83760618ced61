"""Playbooks: YAML text in, validated dataclasses out, each with its place in the text.

An entry is a mapping with exactly one word of ``schema.KINDS``, and ``when:`` beside it if it depends on something.
A special entry, ``vars: {name: value}``, sets variables for the whole playbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from provisioner import schema, siblings
from provisioner.digests import sha256
from provisioner.kept import KeptTexts
from provisioner.lean_dataclass import dataclass, field
from provisioner.model import JSON, Source
from provisioner.places import cache_folder, packaged, shown
from provisioner.playbook.conditions import PHONE, When
from provisioner.playbook.file import read_text, resolve
from provisioner.playbook.reader import Reader, as_entry
from provisioner.playbook.secret_values import FORM, fetch
from provisioner.playbook.variables import BAD, NAME_HINT, Doubtful, as_json, is_name, typed
from provisioner.playbook.yaml_text import Broken, ListNode, MapNode, Mistakes, Node, Scalar, TooMany, parse
from provisioner.schema import Record
from provisioner.sealing import SHORTEST, sealed_errors
from provisioner.suggest import did_you_mean
from provisioner.templates import Templates
from provisioner.templating import Fault, has_markup

VARS, SECRETS, WHEN = "vars", "secrets", "when"
KIND_PACKAGES = ("provisioner.tasks", "provisioner.resources")
"""Where the words of a playbook are looked for, each in the file of its name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of work: ``value`` is the dataclass registered as ``kind``."""

    kind: str
    value: Any
    source: Source
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook without mistakes, read from ``text``; ``vars`` are final."""

    path: Path
    entries: tuple[Entry, ...]
    vars: Mapping[str, JSON]
    text: str = field(repr=False)
    templates: Templates = field(compare=False, repr=False)
    """Those beside the playbook, then the packaged ones."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The values that are to be shown nowhere and saved nowhere on the laptop."""
    only_set: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """The variables that nothing but ``--set`` has given a value to."""
    texts: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """Its texts with expressions in them, as they are written."""

    @property
    def digest(self) -> str:
        """Of text and variables, without templates."""
        import json

        told = json.dumps([self.text, self.vars], sort_keys=True, ensure_ascii=True, default=str)
        return sha256(told.encode())

    @classmethod
    def none(cls, command: str) -> Playbook:
        """What a session has that does the work of ``command`` and knows of no playbook."""
        return cls(Path(command), (), {}, "", Templates(()))


def load(
    path_or_name: str | Path | None = None,
    *,
    host_vars: Mapping[str, JSON] | None = None,
    set_vars: Mapping[str, JSON] | None = None,
) -> Playbook:
    """Read and check a playbook: a path, the name of a packaged one, or what ``resolve`` makes of nothing.

    Raises PlaybookError with every mistake of the playbook and of the templates that it names.
    """
    path = resolve(path_or_name)
    text = read_text(path)
    return read(text, path, {**(host_vars or {})}, {**(set_vars or {})})


def read(text: str, path: Path, host_vars: Mapping[str, JSON], set_vars: Mapping[str, JSON]) -> Playbook:
    """Check a playbook's text; ``path`` says where its templates are. Raises PlaybookError."""
    mistakes = Mistakes(shown(path), text)
    kept = KeptTexts(cache_folder() / "rendered")
    templates = Templates([path.parent / "templates", path.parent, packaged("templates")], kept)
    pages = _Pages(mistakes, templates, {**host_vars, **set_vars}, path.parent)
    entries: tuple[Entry, ...] = ()
    with suppress(TooMany):
        root = parse(text, mistakes)
        know_kinds_of(root)
        entries = pages.entries(root)
    with sealed_errors(pages.secrets):
        mistakes.raise_if_any()
    only_set = tuple(name for name in set_vars if name not in host_vars and name not in pages.own)
    secrets, texts = tuple(pages.secrets), tuple(pages.texts)
    return Playbook(path, entries, pages.vars, text, templates, secrets, only_set, texts)


def know_all_kinds() -> None:
    """Fill ``schema.KINDS`` with every resource and task there is. Cheap to call again."""
    for package in KIND_PACKAGES:
        siblings.import_all(package)
    for kind in sorted(schema.KINDS):  # in the same order, whatever was known before
        schema.KINDS[kind] = schema.KINDS.pop(kind)


def know_kinds_of(root: Node | None) -> None:
    """Fill ``schema.KINDS`` with those that the playbook names, each from the file of its name (15 ms less than all).

    If anything is odd all are needed, to say what it may have meant.
    """
    nodes = root.items if isinstance(root, ListNode) else [root]
    words = [[key for key in node.pairs if key != WHEN] for node in nodes if isinstance(node, MapNode)]
    known = all(len(each) == 1 for each in words) and len(words) == len(nodes)
    for word in dict.fromkeys(word for each in words for word in each if word not in (VARS, SECRETS)):
        if known and word not in schema.KINDS:
            known = any(siblings.import_one(package, word) for package in KIND_PACKAGES) and word in schema.KINDS
    if not known:
        know_all_kinds()


class _Pages:
    """Reads the entries of one playbook; variables first, wherever they stand."""

    def __init__(self, mistakes: Mistakes, templates: Templates, over: Mapping[str, JSON], folder: Path) -> None:
        self._mistakes = mistakes
        self._over = over
        self.vars: dict[str, JSON] = dict(over)
        self._secret_names: set[str] = set()
        self.own: set[str] = set()
        """Names that the playbook itself gives a value to, whether or not another goes before it."""
        self.secrets: list[str] = []
        self._templates = templates
        self._folder = folder
        self._reader = Reader(mistakes, self.vars, templates, PHONE)
        self.texts = self._reader.texts

    def entries(self, root: Node | None) -> tuple[Entry, ...]:
        if not isinstance(root, ListNode):
            self._no_list(root)
            return ()
        if not root.items:
            self._mistakes.add("the playbook is empty", root.at, "write an entry: - mirror: tuna")
        self._all_secrets(root)
        settings = [node for node in root.items if isinstance(node, MapNode) and VARS in node.pairs]
        for node in settings:
            value = node.pairs[VARS][1]
            self._reader.upcoming.update(value.pairs if isinstance(value, MapNode) else ())
        for node in settings:
            self._variables(node)
        found = [self._entry(node) for node in root.items]
        return tuple(entry for entry in found if entry is not None)

    def _no_list(self, root: Node | None) -> None:
        if isinstance(root, MapNode) and {"format", "changes"} <= root.pairs.keys():
            self._mistakes.add("this is a saved plan", root.at, "hello-termux apply carries it out")
        elif isinstance(root, MapNode):
            first = next(iter(root.pairs), "mirror")
            hint = f"begin each entry with a dash and a space: - {first.lstrip('-')}:"
            self._mistakes.add("a playbook is a list, not a mapping", root.at, hint)
        elif isinstance(root, Scalar) and root.text:
            self._mistakes.add("a playbook is a list, not a text", root.at, "write an entry: - mirror: tuna")
        elif not self._mistakes:
            at = root.at if root else Source(self._mistakes.path, 1, 1)
            self._mistakes.add("the playbook is empty", at, "write an entry: - mirror: tuna")

    def _variables(self, node: MapNode) -> None:
        for key, (at, _) in node.pairs.items():
            if key != VARS:
                self._mistakes.add(f"{key} cannot stand beside vars", at.at, "begin an entry of its own with a dash")
        value = node.pairs[VARS][1]
        if isinstance(value, Broken):
            return
        if not isinstance(value, MapNode):
            self._mistakes.add("vars takes a mapping", value.at, "write vars: {name: value}")
            return
        self.own.update(value.pairs)
        for name, (at, each) in value.pairs.items():
            if not is_name(name):
                self._mistakes.add(f"{name or 'nothing'} is not a name", at.at, NAME_HINT)
            elif name in PHONE:
                self._mistakes.add(f"{name} is told by the phone itself", at.at, "choose another name")
            elif name in self._secret_names:
                self._mistakes.add(f"{name} is a secret already", at.at, "choose another name")
            elif name not in self._over:
                self.vars[name] = self._free(each)

    def _all_secrets(self, root: ListNode) -> None:
        for node in (node for node in root.items if isinstance(node, MapNode) and SECRETS in node.pairs):
            self._templates.keep_nothing()
            value = node.pairs[SECRETS][1]
            for key, (at, _) in node.pairs.items():
                if key != SECRETS:
                    self._mistakes.add(f"{key} cannot stand beside secrets", at.at, "begin an entry of its own")
            if not isinstance(value, MapNode):
                self._mistakes.add("secrets takes a mapping", value.at, FORM)
                continue
            self.own.update(value.pairs)
            self._secret_names.update(value.pairs)
            for name, (at, each) in value.pairs.items():
                self._secret(name, at, each)

    def _secret(self, name: str, at: Scalar, node: Node) -> None:
        if not is_name(name):
            self._mistakes.add(f"{name or 'nothing'} is not a name", at.at, NAME_HINT)
        elif name in PHONE:
            self._mistakes.add(f"{name} is told by the phone itself", at.at, "choose another name")
        else:
            over = self._over.get(name)
            value = fetch(name, node, self._folder, self._mistakes) if over is None else over
            self.vars[name] = BAD if value is None else value
            if value is not None and len(str(value).strip()) < SHORTEST:
                hint = "a shorter one could not be hidden"
                self._mistakes.add(f"the secret {name} has fewer than {SHORTEST} characters", at.at, hint)
            elif value is not None:
                self.secrets.append(str(value))

    def _free(self, node: Node) -> Any:
        """A value without a schema: JSON, or BAD where it has a mistake."""
        if isinstance(node, ListNode):
            return [self._free(each) for each in node.items]
        if isinstance(node, MapNode):
            return {key: self._free(each) for key, (_, each) in node.pairs.items()}
        if isinstance(node, Broken):
            return BAD
        if has_markup(node.text):
            return as_json(self._reader.expand(node))
        try:
            return typed(node.text) if node.plain else node.text
        except Doubtful as error:
            self._mistakes.add(str(error), node.at)
            return BAD

    def _entry(self, node: Node) -> Entry | None:
        if isinstance(node, Broken):
            return None
        if not isinstance(node, MapNode) or not node.pairs:
            hint = as_entry(node.text) if isinstance(node, Scalar) else "write - mirror: tuna"
            self._mistakes.add("an entry is a mapping with one task or resource", node.at, hint)
            return None
        if VARS in node.pairs or SECRETS in node.pairs:
            return None
        kind = self._kind(node)
        when = self._when(*node.pairs[WHEN]) if WHEN in node.pairs else None
        if kind is None:
            return None
        at, value = node.pairs[kind]
        read = self._reader.read(Record(schema.KINDS[kind]), value, kind)
        return None if read is BAD else Entry(kind, read, at.at, when)

    def _kind(self, node: MapNode) -> str | None:
        words = [key for key in node.pairs if key != WHEN]
        kinds = [key for key in words if key in schema.KINDS]
        if not words:
            self._mistakes.add("this entry has no task or resource", node.at, f"it may be {', '.join(schema.KINDS)}")
            return None
        for extra in kinds[1:]:
            summary = f"{extra} stands in one entry with {kinds[0]}"
            self._mistakes.add(summary, node.pairs[extra][0].at, f"begin an entry of its own: - {extra}: ...")
        stray = False
        for word in words:
            if word not in schema.KINDS:
                stray = self._unknown(word, node.pairs[word][0].at, kinds) or stray
        return kinds[0] if kinds and not stray else None

    def _unknown(self, word: str, at: Source, kinds: list[str]) -> bool:
        """Note a word that cannot begin an entry; tells whether it is an option that was indented too little."""
        for kind in kinds:
            if word in schema.options(schema.KINDS[kind]):
                self._mistakes.add(f"{word} belongs to {kind}", at, f"indent it more than {kind}:")
                return True
        known = [*schema.KINDS, WHEN, VARS, SECRETS]
        hint = did_you_mean(word, known, f"it may be {', '.join(known)}")
        self._mistakes.add(f"there is no task or resource {word}", at, hint)
        return False

    def _when(self, key: Scalar, node: Node) -> When | None:
        if not isinstance(node, Scalar) or not node.text:
            if not isinstance(node, Broken):
                self._mistakes.add("when takes an expression", node.at, 'write when: arch == "aarch64"')
            return None
        try:
            return When.parse(node.text.strip(), self.vars, node.at)
        except Fault as fault:
            self._mistakes.add(f"when: {fault.summary}", node.at, fault.hint)
            return None
