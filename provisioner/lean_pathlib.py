"""pathlib without ``urllib.parse``: 3 ms of every start for one function of ``as_uri``, which nobody here calls."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

NAME = "urllib.parse"


def prepare() -> None:
    """Import pathlib, lean if it is the first time; whoever imports ``urllib.parse`` later gets the real one."""
    if NAME not in sys.modules:
        stand_in = sys.modules[NAME] = _StandIn(NAME)
        try:
            import pathlib  # noqa: F401
        finally:
            if sys.modules.get(NAME) is stand_in:
                del sys.modules[NAME]


class _StandIn(ModuleType):
    @staticmethod
    def quote_from_bytes(*given: Any, **named: Any) -> str:
        """What pathlib takes from it when it is loaded."""
        from urllib.parse import quote_from_bytes

        return quote_from_bytes(*given, **named)

    def __getattr__(self, name: str) -> Any:
        """Another Python's pathlib may take more: then it is loaded."""
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(NAME)
        return getattr(importlib.import_module(NAME), name)
