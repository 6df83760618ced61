"""The folders of ours on the user's computer, by the platform's own convention, which platformdirs knows, and the
package's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CACHE = "HELLO_TERMUX_CACHE"
"""Environment variable that names another cache folder."""
CONFIG = "HELLO_TERMUX_CONFIG_DIR"
"""Environment variable that names another configuration folder."""
APP = "hello-termux"


def cache_folder() -> Path:
    """For what can be made again at any time."""
    if given := os.environ.get(CACHE):
        return Path(given)
    if plain := _plain("XDG_CACHE_HOME", ".cache"):
        return plain
    import platformdirs

    return Path(platformdirs.user_cache_dir(APP))


def config_folder() -> Path:
    """For what the user writes, and the host keys that are pinned."""
    if given := os.environ.get(CONFIG):
        return Path(given)
    if plain := _plain("XDG_CONFIG_HOME", ".config"):
        return plain
    import platformdirs

    return Path(platformdirs.user_config_dir(APP, appauthor=False))


def shown(path: Path) -> str:
    """The path as a person in the current folder would write it; of a packaged playbook the name."""
    if path.parent == packaged("playbooks"):
        return path.name
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


def packaged(folder: str) -> Path:
    """Where the package's own ``playbooks`` or ``templates`` are: inside a wheel, or at the top of a git checkout."""
    here = Path(__file__).parent
    inside = here / "_data" / folder
    return inside if inside.is_dir() else here.parent / folder


def ssh_folder() -> Path:
    """Where ``ssh-config`` keeps what OpenSSH reads of ours: ``config``, ``known_hosts``."""
    return config_folder() / "ssh"


def own_key() -> Path:
    """The private key that ``pair`` makes for phones, and for nothing else; ``.pub`` beside it is its public half."""
    return config_folder() / "id_ed25519"


def _plain(variable: str, beside: str) -> Path | None:
    """What platformdirs says on an ordinary Linux, without the 10 ms of its import; None where it must be asked."""
    top = os.environ.get(variable) or f"{os.environ.get('HOME', '')}/{beside}"
    ordinary = sys.platform == "linux" and "ANDROID_ROOT" not in os.environ and top.startswith("/")
    return Path(top) / APP if ordinary else None
