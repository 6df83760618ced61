"""What may be wrong with a phone, a file for each. Every module beside this one registers its finding."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.findings.base import FINDINGS, Finding
from provisioner.siblings import import_all


def load_all() -> Mapping[str, Finding]:
    """Every finding by name, in alphabetical order. Cheap to call again."""
    import_all(__name__)
    return dict(sorted(FINDINGS.items()))
