"""Is this a phone that we can work on, and is there anything in the way of the plan? Pure."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.errors import NeedsPerson, UnsuitableHost
from provisioner.facts.host import Host
from provisioner.model import Plan

CLOCK_TOLERANCE = 300
"""Seconds that the phone's clock may differ: beyond that apt refuses the mirror's signatures (cases.md, clock)."""
ROOM = 200
"""MB that must be free beside what is downloaded: apt unpacks, dpkg keeps copies."""
SPREAD = 4
"""Unpacked packages take about this many times their download."""
MEND_IT = "Nothing was changed. Mend it, then run the same command again."
FETCHING = ("apt_source", "apt_upgrade", "package")


def require_termux(host: Host) -> None:
    """Raise UnsuitableHost unless this is Termux with apt, as the app's own user."""
    if host.package_manager == "pacman":
        raise UnsuitableHost(
            "This Termux manages packages with pacman, which hello-termux does not support; nothing was changed.",
            hint="Its packages come from another project: see termux-pacman, or reinstall Termux with apt.",
        )
    if host.package_manager != "apt":
        raise UnsuitableHost(
            "There is no apt in this prefix: it is no Termux, or a broken one; nothing was changed.",
            hint="If it is the phone, open Termux once: the first start installs its base system.",
        )
    if host.uid == 0:
        raise UnsuitableHost(
            "sshd runs as root on the phone: what we write would be root's, and apt refuses; nothing was changed.",
            hint="End that sshd, and start sshd from Termux itself, without su.",
        )


def obstacles(host: Host, plan: Plan, now: float) -> Iterator[UnsuitableHost]:
    """What would make the plan fail half-way, each as an error whose summary says what to do."""
    fetches = [change for change in plan.pending if change.id.kind in FETCHING]
    if fetches and host.clock >= 0 and abs(off := host.clock - now) > CLOCK_TOLERANCE:
        side = "ahead" if off > 0 else "behind"
        yield NeedsPerson(
            f"The phone's clock is {span(abs(off))} {side}, so apt will not trust the mirror: set it in Android's"
            " settings (automatic date and time).",
            hint=MEND_IT,
        )
    needed = ROOM + (plan.download or 0) * SPREAD // 1_000_000
    if fetches and 0 <= host.free_mb < needed:
        need = f"Only {host.free_mb} MB are free on the phone, and the packages need about {needed} MB"
        yield UnsuitableHost(f"{need}: make room first.", hint=MEND_IT)


def span(seconds: float) -> str:
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
