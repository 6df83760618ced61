"""Small git repositories that behave like oh-my-zsh and vim-go, marked as stand-ins in their README.

Each has some history, so that a shallow clone is one, and the same commit ids everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from provisioner.rehearsal.host import FILES

TAGS = {"ohmyzsh": (), "vim-go": ("v1.28", "v1.29")}
MONDAY = 1_744_617_600  # 2025-04-14, the week of vim-go 1.29


def build(place: Path) -> None:
    """Fills ``place`` with bare repositories, NAME.git each: three commits, the tags on the first ones."""
    for name, tags in TAGS.items():
        work = place / name
        shutil.copytree(FILES / "git" / name, work)
        (work / "gitignore").rename(work / ".gitignore")
        _git(work, 0, "init", "-q", "-b", "master")
        for day, title in enumerate(("The stand-in begins", "The stand-in grows", "What is not released yet")):
            (work / "CHANGELOG.md").write_text(f"# Changes\n\n{day + 1}. {title}\n")
            _git(work, day, "add", "--all", "--force")
            _git(work, day, "commit", "-q", "-m", title)
            for tag in tags[day : day + 1]:
                _git(work, day, "tag", "-a", tag, "-m", tag)
        _git(work, 3, "clone", "-q", "--bare", ".", f"../{name}.git")
        _git(place / f"{name}.git", 3, "config", "uploadpack.allowAnySHA1InWant", "true")
        shutil.rmtree(work)


def _git(folder: Path, day: int, *words: str) -> None:
    """Runs git as nobody in particular, at a time of its own, whatever the user's settings are."""
    who, when = "The stand-in phone", f"{MONDAY + day * 86400} +0000"
    own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TEMPLATE_DIR": ""}
    for part in ("AUTHOR", "COMMITTER"):
        own |= {f"GIT_{part}_NAME": who, f"GIT_{part}_EMAIL": "standin@localhost", f"GIT_{part}_DATE": when}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", folder, *words], env={**kept, **own}, check=True, capture_output=True)
