"""PyYAML's parser in C and its events, without the rest of the package.

``import yaml`` loads every loader and dumper there is and compiles their regular expressions: 12 ms, 10 of them for
things that we never use. Here the package is entered into ``sys.modules`` with the parts that we use; whoever asks it
for another one gets all of them. Where PyYAML is not as we know it, or has no parser in C, it is imported as usual.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType, SimpleNamespace
from typing import Any

PACKAGE, PARSER = "yaml", "yaml._yaml"
PARTS = ("error", "tokens", "events", "nodes", "scanner", "parser", "composer")
OTHERS = {
    "reader": "ReaderError",
    "constructor": "ConstructorError",
    "emitter": "EmitterError",
    "serializer": "SerializerError",
    "representer": "RepresenterError",
}
"""Modules of which the parser in C wants an exception to raise, and nothing else."""


def import_yaml() -> Any:
    """The package, of which the events, the errors and the parser are there already."""
    if PACKAGE not in sys.modules:
        try:
            return _parts()
        except (ImportError, AttributeError):
            for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
                del sys.modules[name]
    import yaml

    return yaml


def events(text: str, yaml: Any) -> Iterator[Any]:
    """The parser's events. Raises ``yaml.YAMLError``."""
    parser = vars(yaml).get("CParser")
    if parser is None:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return
    parsing = parser(text)
    while event := parsing.get_event():
        yield event


def _parts() -> ModuleType:
    spec = find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        raise ImportError(PACKAGE)
    package, loader = module_from_spec(spec), spec.loader
    sys.modules[PACKAGE] = package
    names = vars(package)
    for name in PARTS:
        found = vars(import_module(f"{PACKAGE}.{name}"))
        names.update({key: value for key, value in found.items() if not key.startswith("_")})
    for name, exception in OTHERS.items():
        names[name] = SimpleNamespace(**{exception: type(exception, (names["YAMLError"],), {})})
    names["CParser"] = import_module(PARSER).CParser

    def the_rest(name: str) -> Any:
        if names.pop("__getattr__", None):
            loader.exec_module(package)
        return getattr(package, name)

    names["__getattr__"] = the_rest
    return package
