"""apt trusts no signature from the future, and TLS no certificate."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import Grade, Seen, Trouble, finding
from provisioner.suitability import CLOCK_TOLERANCE, span


@finding(
    "clock",
    Grade.ERROR,
    cause="apt refuses a mirror that is signed in the future (Release file is not valid yet), and so do TLS and Go",
    repair="on the phone: Settings > System > Date and time > set automatically; it cannot be set from Termux",
    source="termux-packages#17483, #8077, #23162",
)
def clock(seen: Seen) -> Iterator[Trouble]:
    """The phone's clock is within 5 minutes of the laptop's."""
    off = seen.host.clock - seen.now
    if seen.host.clock >= 0 and abs(off) > CLOCK_TOLERANCE:
        yield Trouble(f"the phone's clock is {span(abs(off))} {'ahead' if off > 0 else 'behind'}")
