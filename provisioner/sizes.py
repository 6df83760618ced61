"""Sizes as people read them."""

from __future__ import annotations


def megabytes(size: int) -> str:
    """Bytes as ``8.4 MB``; below 100 kB as ``13 kB``, and never as nothing."""
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(size / 1000, 1):.0f} kB"
