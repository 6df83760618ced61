"""The modules of a package by the names of their files: one concept is one file, and no list of them is kept."""

from __future__ import annotations

from importlib import import_module


def import_one(package: str, name: str) -> bool:
    """Import the module of this name alone; tells whether there is such a file."""
    full = f"{package}.{name}"
    if not name.isidentifier():
        return False
    try:
        import_module(full)
    except ModuleNotFoundError as error:
        if error.name != full:
            raise
        return False
    return True


def import_all(package: str) -> None:
    """Import every module of the package. Cheap to call again."""
    from pkgutil import iter_modules

    for module in iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
