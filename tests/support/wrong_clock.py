"""A stand-in phone whose clock is wrong."""

from __future__ import annotations

from pathlib import Path


def set_back(prefix: Path, seconds: int) -> None:
    """Let find, by which a phone tells the time (``provisioner/facts/memo.py``), be so many seconds slow."""
    find = prefix / "bin/find"
    real = find.readlink()
    find.unlink()
    find.write_text(
        "#!/data/data/com.termux/files/usr/bin/sh\n"
        f'case "$*" in *now=*) {real} "$@" | sed "s/now=[0-9]*/now=$(($(date +%s) - {seconds}))/" ;;\n'
        f'*) exec {real} "$@" ;;\nesac\n'
    )
    find.chmod(0o755)
