"""Imports invoke without two things that it loads, that cost half of its time, and that we never use.

- ``unittest.mock`` (with asyncio behind it, 24 ms of 80) is there for ``invoke.MockContext``, a helper for tests;
- ``invoke.vendor.yaml`` (17 ms) is there for invoke's own configuration files, which this program does not read.

Both stay usable: the first is imported when somebody makes a ``MockContext``, the second when somebody touches it.
Only our own program calls this. Under ``inv`` and ``fab`` invoke is loaded before us, and nothing is done here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any

YAML = "invoke.vendor.yaml"
MOCK = "unittest.mock"


class _LazyYaml:
    """Finds invoke's YAML as a module that loads at first touch."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != YAML:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


def _mock(*arguments: Any, **options: Any) -> Any:
    """What ``invoke.context`` holds as ``Mock``: the real one, when it is called."""
    from unittest.mock import Mock

    return Mock(*arguments, **options)


def import_invoke() -> None:
    """Make ``import invoke`` cheap by doing it now; leaves ``sys.modules`` without stand-ins."""
    if "invoke" in sys.modules:
        return
    stand_in = None
    if MOCK not in sys.modules:
        stand_in = sys.modules[MOCK] = ModuleType(MOCK)
        stand_in.Mock = _mock  # type: ignore[attr-defined]
    sys.meta_path.insert(0, _LazyYaml)
    try:
        import invoke  # noqa: F401
    finally:
        sys.meta_path.remove(_LazyYaml)
        if stand_in is not None:
            del sys.modules[MOCK]
