"""Android's own programs before Termux's."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import SESSION, Grade, Seen, Trouble, finding, session
from provisioner.remote_path import PREFIX


@finding(
    "path_order",
    Grade.WARNING,
    cause="Android's curl, ssh-keygen or ls are then meant, which know nothing of Termux's files",
    repair="in the start-up file that changes PATH, put $PREFIX/bin first",
    source="cases.md, PATH with /system/bin first; termux-app#354; termux-packages#137",
    asks=[SESSION],
)
def path_order(seen: Seen) -> Iterator[Trouble]:
    """Termux's programs come before Android's."""
    folders = session(seen).get("PATH", "").split(":")
    system = next((n for n, folder in enumerate(folders) if folder.startswith(("/system/", "/vendor/"))), None)
    ours = f"{PREFIX}/bin"
    if system is not None and (ours not in folders or folders.index(ours) > system):
        yield Trouble("Android's programs come before Termux's", said=f"PATH={':'.join(folders)}")
