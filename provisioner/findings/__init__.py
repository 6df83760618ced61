"""What may be wrong with a phone, a file for each. Every module beside this one registers its finding."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from provisioner.findings.base import FINDINGS, Finding


def load_all() -> Mapping[str, Finding]:
    """Every finding by name, in alphabetical order. Cheap to call again."""
    from pkgutil import iter_modules

    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return dict(sorted(FINDINGS.items()))
