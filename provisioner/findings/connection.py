"""Why the phone cannot be reached: what the transport's errors mean. Their sentences are the transport's own."""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.errors import ConnectError, HostKeyError
from provisioner.findings.base import Finding, Grade, Trouble


def _row(name: str, looks_at: str, cause: str, source: str) -> Finding:
    return Finding(name, looks_at, Grade.ERROR, cause, "as the error says", source)


CONNECTION: Mapping[str, Finding] = {
    row.name: row
    for row in (
        _row("unknown_name", "The phone's name is known.",
             "Termux announces no name in the network, and addresses change with every network",
             "termux.md §12"),
        _row("no_route", "There is a way to the phone's network.",
             "phone and laptop are in different networks, or one of them is in none",
             "termux.md §12, §13"),
        _row("filtered", "The phone's address answers.",
             "the address is another's by now, the Wi-Fi keeps its devices apart (guest network), the phone's radio "
             "sleeps, or it is a Play Store Termux on Android 17, which no laptop in the Wi-Fi can reach",
             "termux-app#5188, #5165; termux-packages#30617"),
        _row("port_closed", "sshd listens.",
             "sshd was never started, or Android has ended it: in the background it is among the first to go",
             "termux-app#2366; termux-boot#38"),
        _row("closed_early", "Something listens behind the port.",
             "an adb forward leads to a phone where nothing listens, or sshd has too many logins under way",
             "termux.md §12, §4.5"),
        _row("no_banner", "sshd says hello within seconds.",
             "the phone takes packets and does not wake up for them: Wi-Fi power save, Doze, battery limits",
             "termux-app#377, #1204; termux-packages#375"),
        _row("penalised", "sshd lets this laptop try.",
             "OpenSSH 9.8 and later shut out an address whose logins failed (PerSourcePenalties), for up to 10 minutes",
             "termux.md §4.4; termux-packages#29779"),
        _row("not_ssh", "The port is sshd's.",
             "another program, or another device, answers there",
             "termux.md §4.1"),
        _row("key_exchange", "A login begins.",
             "a new sshd-session under an old sshd, or two libraries that do not fit",
             "termux.md §4.5, §3.6; termux-packages#15646"),
        _row("no_login", "A login goes on once it has begun.",
             "the phone fell asleep or ran out of memory in the middle of it",
             "termux-app#377"),
        _row("key_refused", "The phone takes this laptop's key.",
             "the public half is not in ~/.ssh/authorized_keys, is broken over two lines, is another key's, or others "
             "may write to the home, ~/.ssh or that file, so that sshd ignores it",
             "termux.md §4.2, §13; termux-packages#615; termux-app#477, #1584"),
        _row("no_shell", "A login gets a shell.",
             "the login shell does not run, or the key or sshd allow no session",
             "termux.md §1.3, §5"),
        _row("host_key_unknown", "The phone's host key is pinned.",
             "this laptop has not met the phone at that address",
             "termux.md §4.1"),
        _row("host_key_changed", "The phone is the one that was met.",
             "Termux was reinstalled and made new keys, another phone has the address, or somebody is in between",
             "termux.md §4.1; cases.md, host key changed"),
        _row("address_moved", "The address is not another phone's by now.",
             "routers hand addresses on; phones change theirs with every network",
             "termux.md §12"),
        _row("unreachable", "The phone can be reached, with a key that is there.",
             "see what is said",
             "termux.md §12"),
    )
}  # fmt: skip


def judge(error: ConnectError | HostKeyError, owner: str = "") -> tuple[Finding, Trouble]:
    """The finding that the error is, in the transport's words. ``owner``: the phone whose host key was shown."""
    if owner:
        repair = f"-H {owner} means the phone that answers there; for the other, look up its address on its screen"
        return CONNECTION["address_moved"], Trouble(f"{error.summary}: that is {owner}'s", repair=repair)
    row = CONNECTION.get(error.kind, CONNECTION["unreachable"])
    return row, Trouble(error.summary, repair=" ".join(error.hint.split()))
