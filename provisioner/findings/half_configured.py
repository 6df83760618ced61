"""Packages that dpkg left half-way."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.facts.said import SaidFact
from provisioner.findings.base import Grade, Seen, Trouble, count, finding
from provisioner.resources.command import Command

BROKEN = SaidFact(
    "sed -n '/^Package: /{s///;h;};/^Status: .* \\(half-\\|unpacked\\|triggers-\\)/{s/^.* //;x;G;s/\\n/ /p;}'"
    ' "$PREFIX/var/lib/dpkg/status"; ls "$PREFIX/var/lib/dpkg/updates" | sed "s/^/updates /;q"'
)
REPAIR = (
    "dpkg --force-confdef --force-confold --configure -a && apt-get -y -q -f install\n"
    "dpkg-query -W -f '${db:Status-Eflag} ${Package}\\n' | sed -n 's/^reinstreq //p' |"
    " xargs -r apt-get -y -q install --reinstall"
)
DONE = (
    '! grep -q -E "^Status: .* (half-|unpacked|triggers-)" "$PREFIX/var/lib/dpkg/status" &&'
    ' [ -z "$(ls "$PREFIX/var/lib/dpkg/updates")" ]'
)
CONFIGURE = Command("dpkg-configure", REPAIR, unless=DONE, timeout=1800)


@finding(
    "half_configured",
    Grade.ERROR,
    cause="dpkg was killed or asked a question that nobody answered; apt installs nothing more until it is finished",
    repair="dpkg --force-confdef --force-confold --configure -a && apt-get -y -f install",
    source="termux.md §3.5; termux-packages#4816, #6150, #7180",
    asks=[BROKEN],
    mends=True,
)
def half_configured(seen: Seen) -> Iterator[Trouble]:
    """dpkg has finished everything that it began."""
    if seen.host.package_manager != "apt":
        return
    lines = seen[BROKEN].splitlines()
    named = [line for line in lines if not line.startswith("updates ")]
    if named:
        yield Trouble(f"{count(len(named), 'package')} half installed: {', '.join(named[:5])}", fixes=(CONFIGURE,))
    elif lines:
        yield Trouble("dpkg was interrupted: its journal is not empty", fixes=(CONFIGURE,))
