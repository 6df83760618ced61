"""``hello-termux pair``: first contact with a phone, without typing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.commands import options
from provisioner.commands.base import Given, Option, command

if TYPE_CHECKING:
    from provisioner.pairing.enter import Met
    from provisioner.pairing.key import OwnKey
    from provisioner.pairing.meeting import Wishes
    from provisioner.pairing.report import Report

ADDRESS = Option("--address", value="ADDRESS", help="this computer's address that the phone can reach")
MIRROR = Option("--mirror", value="NAME", help="the phone's first packages come from tuna, bfsu, ustc, ...")
SHOW = Option("--show", help="only print the script that the phone would run; makes nothing")
LANG = Option("--lang", value="en|zh", help="the language on the phone (the locale's)")
USB = Option("--usb", help="through a cable, by adb; asks before it does anything")
YES = Option("-y", "--yes", help="do not ask (--usb)")
PAGE = Option("--page", help="the code opens a page with the line, for cameras that copy no text")
MINUTES = Option("--minutes", value="N", number=True, help="how long the code lives (10)")


@command(
    USB,
    PAGE,
    SHOW,
    ADDRESS,
    MIRROR,
    LANG,
    MINUTES,
    options.HOST_KEY,
    YES,
    usage="[NAME]",
    words=1,
    example="hello-termux pair pixel",
)
def pair(given: Given) -> int:
    """Meet a phone for the first time: scan a code, paste one line.

    The phone gets openssh and one key of this computer's. No password is
    made or asked for, and each knows for certain who the other is. With
    --host ADDRESS this computer goes to the phone, and you compare what
    both show.
    """
    from provisioner.commands.edge import say
    from provisioner.pairing.key import key_to_show
    from provisioner.pairing.meeting import script_for

    _check_name(given.word)
    if given.show:
        return say(script_for("ADDRESS:PORT", key_to_show(), wishes_of(given)).text)
    if given.usb:
        from provisioner.commands.pair_usb import by_cable

        return by_cable(given)
    if given.host:
        from provisioner.commands.pair_by_hand import by_hand

        return by_hand(given)
    return _by_code(given)


def _by_code(given: Given) -> int:
    """The phone comes here, by a code that its camera sees."""
    from provisioner.commands.pair_screen import show_code, stop_watching, watch
    from provisioner.pairing.enter import Met
    from provisioner.pairing.key import have_own_key
    from provisioner.pairing.meeting import Meeting

    key = have_own_key()
    meeting = Meeting(_address(given), key, wishes_of(given))
    try:
        show_code(given, meeting)
        report = meeting.wait(watch(given))
    finally:
        stop_watching(given)
        meeting.close()
    return finish(given, Met(report.address, report.port, report.host_key, report.model), key, report)


def finish(given: Given, met: Met, key: OwnKey, report: Report | None = None, *, way: str = "") -> int:
    """The phone is written down, a login proves it, and what comes next is offered.

    ``report`` is what it said of itself under the MAC, if it did; ``way`` stands before its name in what follows.
    """
    from pathlib import Path

    from provisioner import inventory
    from provisioner.commands.ask import say
    from provisioner.commands.edge import view_of
    from provisioner.inventory import ssh_alias
    from provisioner.pairing.enter import enter

    entered = enter(inventory.load(Path.cwd()), met, key, given.word)
    ssh_alias.refresh()
    if entered.taken:
        say(f"{entered.taken} is another phone already; this one is {entered.name}.")
    given.host, given.identity, given.host_key = f"{way}{entered.name}", "", ""  # what it has shown is pinned now
    what = _asked(given)
    view = view_of(given)
    if given.json:
        view.record("paired", {"name": entered.name, "address": met.address, "port": met.port, "what": what,
                               "fingerprint": met.host_key.fingerprint})  # fmt: skip
        return 0
    view.message(f"paired: {entered.name} ({what})")
    if report:
        _say_passwords(report.takes_passwords)
    return _offer_plan(given)


def _asked(given: Given) -> str:
    """What the phone is in a few words, by a login with the new key."""
    from provisioner.commands.ask import asker
    from provisioner.commands.session import options_of
    from provisioner.diagnosis import open_clinic
    from provisioner.pairing.report import in_words

    with open_clinic(options_of(given), asker(given), facts_only=True) as clinic:
        facts = {name: str(value) for name, value in clinic.facts().items()}
    return in_words(
        facts["manufacturer"], facts["model"], facts["android_release"], facts["origin"], facts["termux_version"]
    )


def _say_passwords(taken: bool) -> None:
    from provisioner.commands.ask import say
    from provisioner.pairing.script import SETTINGS

    if taken:
        say("Its sshd still takes passwords: another file in sshd_config.d comes before ours.")
        say("    openssh: {password_login: false} in a playbook shows which, and proves the change.")
    else:
        say(f"Its sshd takes no passwords any more. To undo that, remove {SETTINGS.path}.")


def _offer_plan(given: Given) -> int:
    from provisioner.commands.ask import confirm, is_interactive, say

    if is_interactive(given) and confirm("Show now what `plan` would change on it?"):
        from provisioner.commands.plan import plan

        given.words = ()
        code = plan(given)
        say(f"Next: hello-termux apply -H {given.host}")
        return code
    say(f"Next: hello-termux plan -H {given.host}")
    return 0


def _address(given: Given) -> str:
    """This computer's address that a phone can reach: the likeliest, or asked for. Raises UsageError."""
    from provisioner.commands.ask import choose, is_interactive, say
    from provisioner.connecting import addresses
    from provisioner.errors import UsageError

    if given.address:
        return given.address
    every = addresses.interfaces()
    found = addresses.likely(every, addresses.default_address())
    if len(found) == 1:
        others = [str(each) for each in every if each not in found and not each.aside]
        if others:
            say(f"The phone is to reach {found[0]}; --address takes another: {', '.join(others)}.")
        return found[0].address
    if not found:
        raise UsageError(
            "this computer has no address that a phone could reach",
            hint="join the phone's Wi-Fi or hotspot; or use a cable: hello-termux pair --usb",
        )
    if is_interactive(given):
        return found[choose("Which of these is in the phone's network?", [str(each) for each in found])].address
    listed = ", ".join(map(str, found))
    raise UsageError(f"this computer has several addresses: {listed}", hint=f"choose: --address {found[0].address}")


def _check_name(name: str) -> None:
    from provisioner.errors import UsageError
    from provisioner.inventory.file import NAME_HINT, is_name

    if name and not is_name(name):
        raise UsageError(f"{name!r} is no name for a phone", hint=NAME_HINT)


def wishes_of(given: Given) -> Wishes:
    from provisioner.pairing.meeting import Wishes

    return Wishes(given.mirror, given.lang, given.minutes, given.page)
