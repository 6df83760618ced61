"""Answers that are dear to find and cheap to keep: each is kept under everything it was made from.

A memo lies in ``~/.local/state/hello-termux/memo``; its first line is the key. A probe only reads memos; the probe that
ends an apply also writes them (``$memo`` is set), so that a plan writes not one byte.
"""

from __future__ import annotations

STATE = "$HOME/.local/state/hello-termux"

DPKG_KEY = (
    '$(stat -c \'%.Y %s %i\' "$PREFIX/var/lib/dpkg/status" "$PREFIX/var/lib/apt/lists"'
    ' "$PREFIX/etc/apt/sources.list" "$PREFIX/etc/apt/sources.list.d" 2>/dev/null)'
)
"""Changes with every package that is installed, removed or configured, and with every change of index or sources."""


def memoized(name: str, key: str, ask: str) -> str:
    """Shell that prints what ``ask`` prints, from the memo ``name`` if it was made under the same ``key``.

    ``key`` is a double-quotable shell expansion without newlines after being joined by word splitting.
    """
    return (
        f'a() {{\n{ask}}}\nk=$(echo {key}); f="{STATE}/memo/{name}"; o=\n[ -f "$f" ] && {{ read -r o; }} <"$f"\n'
        f'if [ -n "$k" ] && [ "$o" = "$k" ]; then tail -n +2 "$f"\n'
        f'elif [ -n "${{memo-}}" ]; then mkdir -p "${{f%/*}}"; {{ echo "$k"; a; }} >"$f.new"\n'
        f'mv -f "$f.new" "$f"; tail -n +2 "$f"\nelse a; fi\n'
    )
