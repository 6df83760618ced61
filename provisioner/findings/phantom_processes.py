"""Android 12 and later end programs in the background."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.findings.base import Grade, Seen, Trouble, finding

ANDROID_12, ANDROID_14 = 31, 34
DOCS = "agnostic-apollo/Android-Docs, phantom-cached-and-empty-processes"


@finding(
    "phantom_processes",
    Grade.NOTE,
    cause="Android counts the processes of all apps and ends those beyond 32, builds and sshd too (signal 9)",
    repair='adb shell "settings put global settings_enable_monitor_phantom_procs false"',
    source=f"termux.md §4.8; termux-app#2366, #5087; {DOCS}",
)
def phantom_processes(seen: Seen) -> Iterator[Trouble]:
    """Android does not count the processes in the background (before Android 12)."""
    if seen.host.android_api < ANDROID_12:
        return
    repair = ""
    if seen.host.android_api >= ANDROID_14:
        repair = "on the phone: Settings > Developer options > Disable child process restrictions"
    elif seen.host.android_api == ANDROID_12:
        repair = (
            'adb shell "/system/bin/device_config set_sync_disabled_for_tests persistent; /system/bin/device_config put'
            ' activity_manager max_phantom_processes 2147483647"'
        )
    release = seen.host.android_release or f"API {seen.host.android_api}"
    yield Trouble(f"Android {release} ends processes beyond 32, unless you have told it not to", repair=repair)
