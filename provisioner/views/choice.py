"""Which view is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.views.base import View


def view_for(*, json: bool, color: bool, verbose: bool) -> View:
    """JSON for programs, a live picture for a person at a terminal, plain lines for everybody else."""
    from provisioner.views import screen

    out, err = screen.stdout(color=color), screen.stderr(color=color)
    if json:
        from provisioner.views.machine import JsonView

        return JsonView(out)
    if err.moves:
        from provisioner.views.human import HumanView

        return HumanView(out, err, verbose=verbose)
    from provisioner.views.plain import PlainView

    return PlainView(out, err, verbose=verbose)
