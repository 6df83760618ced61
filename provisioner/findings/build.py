"""Which Termux it is: F-Droid's and GitHub's are the same, the Play Store's is another program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from provisioner.findings.base import Grade, Seen, Trouble, finding

ANDROID_17 = 37


@finding(
    "build",
    Grade.NOTE,
    cause="it is a fork with an archive and packages of its own, and add-ons of other builds do not fit it",
    repair="for mirrors and add-ons: Termux from F-Droid or GitHub (uninstalling this one deletes its data)",
    source="termux-play-store/termux-issues#1389; termux-app#2985, #4316, #5188",
)
def build(seen: Seen) -> Iterator[Trouble]:
    """Termux comes from F-Droid or GitHub, and its package archive still exists."""
    version = seen.host.termux_version
    if re.match(r"0\.(\d?\d|10[0-6])(\D|$)", version):
        yield Trouble(
            f"Termux {version} is retired: the archive that its packages came from is gone",
            grade=Grade.ERROR,
            cause="the Play Store's 0.101 of 2020 was its last for years; its repositories are switched off",
        )
    elif seen.host.origin == "play" and seen.host.android_api >= ANDROID_17:
        yield Trouble(
            f"Termux {version} comes from the Play Store, and this is Android 17: Wi-Fi logins will time out",
            grade=Grade.WARNING,
            cause="Android 17 closes the local network to apps made for it that do not ask; this one cannot ask",
            repair="a cable: -H usb:NAME; or a VPN; or Termux from F-Droid or GitHub",
        )
    elif seen.host.origin == "play":
        yield Trouble(f"Termux {version} comes from the Play Store")
