"""What a Go phone needs. Every module beside this one registers its kinds."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec


def load_all() -> None:
    """Import every task, so that ``schema.KINDS`` knows them. Cheap to call again."""
    from pkgutil import iter_modules

    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")


def load(kind: str) -> bool:
    """Import the task of this name alone; tells whether there is such a file."""
    name = f"{__name__}.{kind}"
    if not kind.isidentifier() or find_spec(name) is None:
        return False
    import_module(name)
    return True
