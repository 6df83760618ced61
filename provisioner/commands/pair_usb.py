"""``pair --usb``: through a cable, where no Wi-Fi helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioner.commands.base import Given
    from provisioner.pairing.cable import Cable, Errand
    from provisioner.pairing.listener import Happening, Watch
    from provisioner.pairing.meeting import Meeting
    from provisioner.pairing.report import Report


def by_cable(given: Given) -> int:
    """The phone comes here through the cable: as Termux itself if its build allows it, else by what is typed for it."""
    from provisioner.commands.pair import finish, wishes_of
    from provisioner.commands.pair_screen import stop_watching
    from provisioner.pairing.cable import Cable
    from provisioner.pairing.enter import Met
    from provisioner.pairing.key import have_own_key
    from provisioner.pairing.meeting import Meeting
    from provisioner.transport.adb import Adb
    from provisioner.transport.target import CABLE

    key = have_own_key()
    cable = Cable.find(Adb.of())
    inside = cable.lets_in()
    _agree(given, cable, inside)
    meeting = Meeting("127.0.0.1", key, wishes_of(given))
    try:
        with cable.way_back(meeting.port) as port:
            meeting.seen_at(f"127.0.0.1:{port}")
            report = _meet(given, cable, meeting, inside)
    finally:
        stop_watching(given)
        meeting.close()
    met = Met(report.lan or "127.0.0.1", report.port, report.host_key, report.model)
    return finish(given, met, key, report, way=CABLE)


def _meet(given: Given, cable: Cable, meeting: Meeting, inside: bool) -> Report:
    from provisioner.commands.pair_screen import watch

    errand = None
    if inside:
        errand = cable.run(meeting.fed)
    else:
        cable.type(meeting.line)
    return meeting.wait(_minding(errand, watch(given)))


def _minding(errand: Errand | None, watch: Watch) -> Watch:
    def on(happening: Happening) -> None:
        if errand is not None:
            errand.check()
        watch(happening)

    return on


def _agree(given: Given, cable: Cable, inside: bool) -> None:
    """Say which phone it is and what will be done to it; raise unless the person agrees."""
    from provisioner.commands.ask import confirm, is_interactive, say
    from provisioner.errors import Cancelled, UsageError

    how = "runs there as Termux (run-as)" if inside else "is typed into Termux: unlock the phone, leave Termux in front"
    say(f"The phone on the cable is {cable.device}.")
    say("While this lasts, one port of it leads to this computer (adb reverse); the script of pair --show")
    say(f"{how}.")
    if given.yes:
        return
    if not is_interactive(given):
        raise UsageError("there is no terminal to ask at", hint="--yes agrees")
    if not confirm("Go on?"):
        raise Cancelled("nothing was done")
