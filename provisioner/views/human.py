"""The view of a person at a terminal."""

from __future__ import annotations

from provisioner.views.plain import PlainView


class HumanView(PlainView):
    """As plain, with progress drawn in place."""
