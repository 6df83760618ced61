"""Answers that are dear to find and cheap to keep: each is kept under everything it was made from.

A memo lies in ``~/.local/state/hello-termux/memo``; its first line is the key. A probe only reads memos; the probe that
ends an apply also writes them (``$memo`` is set), so that a plan writes not one byte.
"""

from __future__ import annotations

STATE = "$HOME/.local/state/hello-termux"

# K changes with every package that is installed, removed or configured, and with every change of index or sources.
PRELUDE = r"""K=$(stat -c '%.Y %s %i' "$PREFIX/var/lib/dpkg/status" "$PREFIX/var/lib/apt/lists" \
"$PREFIX/etc/apt/sources.list" "$PREFIX/etc/apt/sources.list.d" 2>/dev/null)
m() { f=$HOME/.local/state/hello-termux/memo/$1 o=
shift
[ -f "$f" ] && read -r o <"$f"
if [ "$*" ] && [ "$o" = "$*" ]; then tail -n +2 "$f"
elif [ "${memo-}" ]; then mkdir -p "${f%/*}"; { echo "$*"; a; } >"$f.new"
mv -f "$f.new" "$f"; tail -n +2 "$f"
else a; fi; }
"""
"""The prelude (``Fact.prelude``) of facts that use ``memoized``."""
DPKG_KEY = "$K"
"""What answers about packages are made from; asked once for all of them."""


def memoized(name: str, key: str, ask: str) -> str:
    """Shell that prints what ``ask`` prints, from the memo ``name`` if it was made under the same ``key``: words of
    shell, of which no value holds a line break or a backslash."""
    return f"a() {{\n{ask}}}\nm {name} {key}\n"
