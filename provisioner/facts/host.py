"""What the phone itself is: build, architecture, Android, room and clock (termux.md §1.4, §1.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from provisioner.facts import Fact
from provisioner.facts.memo import BOOT_KEY, memoized
from provisioner.lean_dataclass import asdict, dataclass
from provisioner.model import JSON

ORIGINS = {"F_DROID": "fdroid", "GITHUB": "github", "GOOGLE_PLAY_STORE": "play"}


@dataclass(frozen=True, slots=True)
class Host:
    """A phone as its probe saw it. Sizes in MB (1 000 000 bytes), ``clock`` in seconds since 1970, -1 for unknown."""

    arch: str = ""
    """As dpkg has it: aarch64, arm, i686, x86_64."""
    android_api: int = -1
    android_release: str = ""
    manufacturer: str = ""
    model: str = ""
    termux_version: str = ""
    origin: str = "unknown"
    """fdroid, github, play or unknown."""
    package_manager: str = ""
    """apt, pacman or empty."""
    login_shell: str = "bash"
    memory_mb: int = -1
    free_mb: int = -1
    clock: int = -1
    uid: int = -1

    def to_json(self) -> dict[str, JSON]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class HostFact(Fact[Host]):
    """The one question about the phone as a whole."""

    section: ClassVar[str] = "host"
    rests_on_memo: ClassVar[bool] = True

    @classmethod
    def script(cls, facts: Sequence[Self]) -> str:
        # What dpkg was built for and Android's properties of the name ro. stay until either is replaced. getprop by its
        # own path: Termux's wrapper of that name is one more shell. LD_PRELOAD is bionic's of Termux, which Android's
        # own programs need not load.
        ask = r"""echo "arch=$(dpkg --print-architecture)"
LD_PRELOAD='' /system/bin/getprop | grep -E '^\[ro\.(build\.version\.(sdk|release)|product\.(model|manufacturer))\]'
"""
        return r"""printf '%s\n' "app=${TERMUX_VERSION-}" "apk=${TERMUX_APK_RELEASE-${TERMUX_APP__APK_RELEASE-}}"
[ -x "$PREFIX/bin/apt-get" ] && [ -f "$PREFIX/var/lib/dpkg/status" ] && echo pm=apt
[ -x "$PREFIX/bin/pacman" ] && echo pm=pacman
read -r _ m _ </proc/meminfo && echo "mem=$m"
printf '%s\n' "$x"
stat -f -c df=%a.%S "$PREFIX"
b=
{ read -r b </proc/sys/kernel/random/boot_id; } 2>/dev/null
""" + memoized("host", BOOT_KEY, ask)

    @classmethod
    def parse(cls, facts: Sequence[Self], answer: bytes) -> Mapping[Self, Host]:
        return dict.fromkeys(facts, read_host(answer.decode("utf-8", "replace")))


def read_host(text: str) -> Host:
    """Read the answer; what is missing or odd is unknown, never an error."""
    seen: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("[ro."):
            key, _, value = line.partition("]: [")
            seen[key[1:]] = value.rstrip("]")
        elif line.startswith(("app=", "apk=")):  # these may hold anything, spaces too
            key, _, value = line.partition("=")
            seen[key] = value
        else:
            for word in line.split():
                key, _, value = word.partition("=")
                seen.setdefault(key, value)
    blocks, _, size = seen.get("df", "").partition(".")
    origin = ORIGINS.get(seen.get("apk", ""), "unknown")
    return Host(
        arch=seen.get("arch", ""),
        android_api=number(seen.get("ro.build.version.sdk")),
        android_release=seen.get("ro.build.version.release", ""),
        manufacturer=seen.get("ro.product.manufacturer", ""),
        model=seen.get("ro.product.model", ""),
        termux_version=seen.get("app", ""),
        origin="play" if seen.get("app", "").startswith("googleplay.") else origin,
        package_manager=seen.get("pm", ""),
        login_shell=seen.get("sh", "").rpartition("/")[2] or "bash",
        memory_mb=number(seen.get("mem")) * 1024 // 1_000_000,
        free_mb=number(blocks) * number(size) // 1_000_000 if size else -1,
        clock=number(seen.get("now", "").partition(".")[0]),
        uid=number(seen.get("id")),
    )


def number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else -1
