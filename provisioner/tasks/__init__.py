"""What a Go phone needs. Every module beside this one registers its kinds."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load_all() -> None:
    """Import every task, so that ``schema.KINDS`` knows them. Cheap to call again."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
