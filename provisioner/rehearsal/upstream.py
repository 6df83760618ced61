"""Small git repositories that behave like oh-my-zsh and vim-go."""

from __future__ import annotations

from pathlib import Path


def build(place: Path) -> None:
    """Fills ``place`` with bare repositories."""
    place.mkdir()
