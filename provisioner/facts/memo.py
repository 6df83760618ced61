"""Answers that are dear to find and cheap to keep: each is kept under everything it was made from.

A memo lies in ``~/.local/state/hello-termux/memo``; its last line is the key, so one that was cut short has none. A
probe only reads memos, so that a plan writes not one byte; those of an apply also write them (``$memo`` is set): the
last one, and the first on a phone that an apply of ours has been to.
"""

from __future__ import annotations

from collections.abc import Iterable

from provisioner.digests import sha256
from provisioner.remote_path import RemotePath
from provisioner.shell import quote, words

STATE = "$HOME/.local/state/hello-termux"
DPKG_KEY = '"$K"'
"""What answers about packages are made from: it changes with every package that is installed, removed or configured,
also by a dpkg that was broken off (``updates``), and with every change of index or sources."""
WATCHED_KEY = '"${K:+$K$W}"'
"""All that, and the files that facts name (``Fact.watched``)."""
BOOT_KEY = '"${b:+$b $K}"'
"""DPKG_KEY and the start of Android; domain.te of its sepolicy lets all read that number (``proc_random``)."""
_DPKG = ("var/lib/dpkg/status", "var/lib/dpkg/updates", "var/lib/apt/lists", "etc/apt/sources.list",
         "etc/apt/sources.list.d")  # fmt: skip
_TELL = (
    r"-maxdepth 1 -path .termux/shell -printf '\nsh=%l' -o -path '.termux*' -o -prune -path . -printf '\n'"
    r" -o -path /proc/self -printf '\nid=%U now=%T@' -o -printf '%C@ %s %i '"
)
_MEMOS = r"""
n='
' K=${x%%"$n"*} x=${x#*"$n"}
W=${x%%"$n"*} x=${x#*"$n"}
m() { f=$HOME/.local/state/hello-termux/memo/$1 k="$2 $3" r= l=
[ "$3" ] && [ -f "$f" ] && while IFS= read -r o; do
r=$r$l
l=$o$n
done <"$f"
if [ "$l" != "$k$n" ]; then r=$(a)$n
if [ "$3" ] && [ "${memo-}" ]; then mkdir -p "${f%/*}" && printf '%s%s\n' "$r" "$k" >"$f.new" && mv -f "$f.new" "$f"
fi 2>/dev/null
fi
printf %s "$r"; }
"""


def prelude(watched: Iterable[RemotePath]) -> str:
    """Shell that ``memoized`` and the host's questions rest on: one find for all that they want to know of files, since
    a program takes longer to start than to look at a hundred.

    K and W are time of change, size and inode of dpkg's and apt's files and of those ``watched``; x: the user, the
    clock and the link of the login shell. -H follows what is named here, and not what lies in ``.termux``. A folder
    /proc/PID belongs to the effective user and is as old as the first look at it (``task_dump_owner`` and
    ``proc_pid_make_inode`` in fs/proc/base.c): find's own tells what id and date would.
    """
    dpkg = words([RemotePath("$PREFIX", path) for path in _DPKG])
    files = "".join(f" {quote(path)}" for path in dict.fromkeys(watched))
    return f'x=$(cd "$HOME"; find -H {dpkg} .{files} /proc/self .termux {_TELL} 2>/dev/null)' + _MEMOS


def memoized(name: str, key: str, ask: str) -> str:
    """Shell that prints what ``ask`` prints, from the memo ``name`` if ``ask`` and ``key`` were the same when it was
    made; from none where ``key`` is empty. Memos are short, since the shell reads them byte by byte."""
    digest = sha256(ask.encode("utf-8", "surrogateescape"))[:8]
    return f"a() {{\n{ask}}}\nm {name} {digest} {key}\n"
