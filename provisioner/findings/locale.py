"""UTF-8 in sessions over ssh."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import RC_LINES, SESSION, Grade, Seen, Trouble, finding, rc_lines, session
from provisioner.model import Text
from provisioner.remote_path import RemotePath
from provisioner.resources.first_file import BlockInFirst
from provisioner.tasks.search_path import LOGIN_FILES, ZSHENV

LINES = Text("export LANG=en_US.UTF-8\n")
FIX = (
    BlockInFirst(LOGIN_FILES, LINES, "locale", "bash", missing=RemotePath("~", ".profile")),
    BlockInFirst((ZSHENV,), LINES, "locale", "zsh"),
)


@finding(
    "locale",
    Grade.WARNING,
    cause="sshd hands on the LANG that it was started with, and started by Termux:Boot, runit or adb it has none",
    repair="echo 'export LANG=en_US.UTF-8' >>~/.profile, and the same in ~/.zshenv for zsh",
    source="termux.md §1.3; termux-app#1144; openssh session.c.patch",
    asks=[SESSION, RC_LINES],
    mends=True,
)
def locale(seen: Seen) -> Iterator[Trouble]:
    """A session over ssh has UTF-8, so Chinese file names are readable."""
    found = session(seen)
    value = found.get("LC_ALL") or found.get("LC_CTYPE") or found.get("LANG", "")
    utf8 = value.upper().replace("-", "").endswith("UTF8")
    if not utf8 and not any("UTF" in line.upper() for line in rc_lines(seen, "LANG=")):
        yield Trouble("sessions over ssh have no UTF-8: Chinese names show as $'\\345...'", f"LANG={value}", fixes=FIX)
