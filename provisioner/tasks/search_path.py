"""The user's own programs in PATH, for whichever shell reads it: bash at login, zsh always (termux.md §1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.model import Text
from provisioner.remote_path import RemotePath
from provisioner.resources.base import Declared
from provisioner.resources.first_file import BlockInFirst

LOGIN_FILES = tuple(RemotePath("~", name) for name in (".bash_profile", ".bash_login", ".profile"))
"""bash reads the first of them that is there, and no other; sh reads only the last."""
ZSHENV = RemotePath("~", ".zshenv")
"""zsh reads it also for ``ssh phone gopls``, where it reads nothing else."""
LINES = Text(
    'case ":$PATH:" in *":$HOME/.local/bin:"*) ;; *) PATH="$HOME/.local/bin:$PATH" ;; esac\n'
    'case ":$PATH:" in *":$HOME/go/bin:"*) ;; *) PATH="$PATH:$HOME/go/bin" ;; esac\n'
    "export PATH\n"
)
"""``~/.local/bin`` goes before Termux's programs, a Vim built there is meant; ``~/go/bin`` behind them, since old
tools gather in it."""


def own_programs_on_path() -> Iterator[Declared]:
    """The same blocks for every task that needs them: declared twice, they are one."""
    yield Declared(BlockInFirst(LOGIN_FILES, LINES, "path", "bash", missing=LOGIN_FILES[-1]))
    yield Declared(BlockInFirst((ZSHENV,), LINES, "path", "zsh"))
