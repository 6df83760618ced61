"""Each finding on a phone of files: the real probe, the real sh, and a trouble laid out before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from provisioner.diagnosis import Diagnosis, judged, questions
from provisioner.facts import Facts
from provisioner.facts.host import Host, HostFact
from provisioner.findings import load_all
from provisioner.findings.base import SESSION, Grade, Seen, Trouble
from provisioner.runner import Conversation
from provisioner.transport.local import LocalTransport
from tests.support.temp_phone import TempPhone
from tests.unit.test_elf import made

HOST = Host("aarch64", 30, "11", "Fairphone", "FP5", "0.118.3", "fdroid", "apt", memory_mb=8000, free_mb=9000)
TUNA = "deb https://mirrors.tuna.tsinghua.edu.cn/termux/apt/termux-main stable main\n"
PINNED = {
    "$PREFIX/etc/apt/sources.list": TUNA,
    "$PREFIX/etc/termux/mirrors/chinese_mainland/mirrors.tuna.tsinghua.edu.cn": "",
    "$PREFIX/etc/termux/chosen_mirrors": {"link": "mirrors/chinese_mainland/mirrors.tuna.tsinghua.edu.cn"},
}
STATUS = (
    "Package: dash\nStatus: install ok {}\nVersion: 0.5\n\nPackage: curl\nStatus: install ok installed\nVersion: 8\n"
)
RUNS = "#!/bin/sh\necho '{}'\n"
GO = {"$PREFIX/bin/go": {"text": RUNS.format("go"), "mode": "755"}}
DEAD = 'CANNOT LINK EXECUTABLE "{}": library "libssl.so.1.1" not found'
DEAD_PROGRAM = "#!/bin/sh\necho '{}' >&2\nexit 1\n"
WHOLE = {
    "~/.oh-my-zsh/.git/HEAD": "ref: refs/heads/master\n",
    "~/.oh-my-zsh/.git/refs/heads/master": "0123456789abcdef0123456789abcdef01234567\n",
}


def program(name: str, text: str) -> dict[str, Any]:
    return {name: {"text": text, "mode": "755"}}


def dead(name: str) -> dict[str, Any]:
    return program(f"$PREFIX/bin/{name}", DEAD_PROGRAM.format(DEAD.format(name)))


HEALTHY: dict[str, Any] = {
    **PINNED,
    **GO,
    **WHOLE,
    **program("$PREFIX/bin/curl", RUNS.format("curl 8")),
    **program("$PREFIX/bin/apt-get", RUNS.format("apt 2")),
    "$PREFIX/var/lib/apt/lists/tuna_Packages": "Package: dash\n",
    "$PREFIX/var/lib/dpkg/status": STATUS.format("installed"),
    "$PREFIX/var/lib/dpkg/updates": {"folder": True},
    "$PREFIX/var/service/sshd/run": "#!/bin/sh\n",
    "$PREFIX/etc/resolv.conf": "nameserver 223.5.5.5\n",
    "~": {"folder": True, "mode": "700"},
    "~/.ssh": {"folder": True, "mode": "700"},
    "~/.ssh/authorized_keys": {"text": "ssh-ed25519 AAAA\n", "mode": "600"},
    "~/.config/go/env": "GOPROXY=https://goproxy.cn,direct\nGOTOOLCHAIN=local\n",
    "~/.profile": "export LANG=en_US.UTF-8\nPATH=$PATH:$HOME/go/bin\n",
    "~/storage/shared": {"link": "~/real"},
    "~/real": {"folder": True},
}


def seen(phone: TempPhone, host: Host = HOST, session: str = "PATH=/usr/bin", now: float | None = None) -> Seen:
    """What doctor would know of the phone; what a laptop has no business to say of one is made up."""
    with LocalTransport(phone.prefix, phone.home) as transport:
        facts = Conversation(phone.device, transport.shell()).ask(questions())
    clock = int(time.time())
    made_up = {HostFact(): replace(host, clock=clock), SESSION: session}
    return Seen(facts | Facts(made_up), clock if now is None else now)


def troubles(seen: Seen, name: str) -> list[Trouble]:
    return list(load_all()[name].judge(seen))


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    return TempPhone(tmp_path)


def test_a_phone_in_good_health_has_nothing_to_mend(phone: TempPhone) -> None:
    phone.put(HEALTHY)
    results = judged(seen(phone))
    assert [(each.finding.name, each.trouble) for each in results if each.trouble] == []
    assert len(results) == len(load_all())


def test_looking_writes_not_one_byte(phone: TempPhone) -> None:
    phone.put(HEALTHY)
    before = phone.tree()
    judged(seen(phone))
    assert phone.tree() == before


CASES: dict[str, tuple[str, Mapping[str, Any], str]] = {
    "apt is told of two mirrors": (
        "mirror_pinned",
        {"$PREFIX/etc/apt/sources.list.d/main.sources": "URIs: https://a.example/termux-main\n"},
        "two main repositories: mirrors.tuna.tsinghua.edu.cn and a.example",
    ),
    "no mirror at all": ("mirror_pinned", {"$PREFIX/etc/apt/sources.list": "# nothing\n"}, "no main repository"),
    "dpkg left a package half-way": (
        "half_configured", {"$PREFIX/var/lib/dpkg/status": STATUS.format("half-configured")}, "dash half-configured",
    ),
    "dpkg was killed in its journal": ("half_configured", {"$PREFIX/var/lib/dpkg/updates/0001": "x"}, "journal"),
    "curl cannot link": ("curl_starts", dead("curl"), DEAD.format("curl")),
    "apt cannot link": ("apt_starts", dead("apt-get"), DEAD.format("apt-get")),
    "apt's https cannot link": (
        "apt_starts", program("$PREFIX/lib/apt/methods/https", DEAD_PROGRAM.format(DEAD.format("https"))),
        DEAD.format("https"),
    ),
    "the login shell was removed": ("login_shell", {"~/.termux/shell": {"link": "$PREFIX/bin/zsh"}}, "leads nowhere"),
    "chsh doubled the path": (
        "login_shell",
        {"~/.termux/shell": {"link": "$PREFIX/bin//data/data/com.termux/files/usr/bin/zsh"}},
        "path twice",
    ),
    "the login shell does not run": (
        "login_shell", {**dead("zsh"), "~/.termux/shell": {"link": "$PREFIX/bin/zsh"}}, DEAD.format("zsh"),
    ),
    "oh-my-zsh is half a clone": (
        "oh_my_zsh", {"~/.oh-my-zsh/.git/HEAD": "ref: refs/heads/gone\n"}, "not a whole clone",
    ),
    "others may write to oh-my-zsh": (
        "oh_my_zsh_writable", {"~/.oh-my-zsh/lib": {"folder": True, "mode": "777"}}, ".oh-my-zsh/lib",
    ),
    "others may write to ~/.ssh": ("ssh_modes", {"~/.ssh": {"folder": True, "mode": "770"}}, "~/.ssh (770)"),
    "others may write to the keys": (
        "ssh_modes", {"~/.ssh/authorized_keys": {"text": "x", "mode": "666"}}, "authorized_keys (666)",
    ),
    "nothing starts sshd": ("sshd_autostart", {"$PREFIX/var/service/sshd/down": ""}, "nothing starts sshd"),
    "a folder among the boot scripts": ("boot_folder", {"~/.termux/boot/old/x": ""}, "~/.termux/boot/old/ is a folder"),
    "links of the storage are missing": ("storage", {"~/storage/shared": None}, "without Termux's links"),
    "the storage is gone": ("storage", {"~/storage/shared": {"link": "~/gone"}}, "leads nowhere"),
    "a Go project on the shared storage": ("go_on_sdcard", {"~/real/web/go.mod": "module x\n"}, "~/storage/shared/web"),
    "GOCACHE on the shared storage": ("go_on_sdcard", {"~/.config/go/env": "GOCACHE=/sdcard/c\n"}, "GOCACHE=/sdcard/c"),
    "GOPATH on the shared storage": (
        "go_on_sdcard", {"~/.zshrc": "export GOPATH=/sdcard/go\n"}, "~/.zshrc:1: export GOPATH",
    ),
    "GOROOT is exported": ("go_variables", {"~/.bashrc": "#\nexport GOROOT=/x\n"}, "~/.bashrc:2: export GOROOT=/x"),
    "GOFLAGS is exported": ("go_variables", {"~/.zshrc": "export GOFLAGS=-p=1\n"}, "~/.zshrc:1: export GOFLAGS"),
    "Go without a proxy in China": ("go_proxy", {"~/.config/go/env": ""}, "GOPROXY is not set"),
    "Go fetches another Go": ("go_toolchain", {"~/.config/go/env": "GOTOOLCHAIN=auto\n"}, "GOTOOLCHAIN=auto"),
    "an older gopls is first": (
        "old_gopls",
        {
            **program("~/go/bin/gopls", RUNS.format("golang.org/x/tools/gopls v0.9.1")),
            **program("$PREFIX/bin/gopls", RUNS.format("golang.org/x/tools/gopls v0.23.0")),
        },
        "~/go/bin/gopls is 0.9.1, the packaged one 0.23.0",
    ),
    "own programs are not found": ("go_bin_path", {"~/go/bin/x": "", "~/.profile": ""}, "1 program in ~/go/bin"),
    "sessions have no UTF-8": ("locale", {"~/.profile": ""}, "no UTF-8"),
    "termux.properties twice": (
        "properties_twice", {"~/.termux/termux.properties": "", "~/.config/termux/termux.properties": ""}, "never read",
    ),
    "Go has nobody to ask for names": ("resolv_conf", {"$PREFIX/etc/resolv.conf": None}, "no $PREFIX/etc/resolv.conf"),
    "the last run broke off": (
        "our_runs", {"~/.local/state/hello-termux/runs/20260101T000000Z-ab/events": "x\n"}, "broke off",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(phone: TempPhone, case: str) -> None:
    name, files, says = CASES[case]
    changed = {path: entry for path, entry in {**HEALTHY, **files}.items() if entry is not None}
    phone.put(changed)
    if files.get("~/storage/shared", "") is None:
        phone.put({"~/storage": {"folder": True}})
    found = troubles(seen(phone), name)
    assert len(found) == 1, found
    assert says in f"{found[0].symptom} {found[0].said}"


HOSTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "the Play Store's build": ("build", {"origin": "play"}, "from the Play Store"),
    "the Play Store's build on Android 17": (
        "build", {"origin": "play", "android_api": 37}, "Wi-Fi logins will time out",
    ),
    "the app of 2020": ("build", {"termux_version": "0.101"}, "Termux 0.101 is retired"),
    "little room": ("space", {"free_mb": 300}, "only 300 MB are free"),
    "little memory": ("memory", {"memory_mb": 1900}, "1900 MB of memory"),
    "Android 12 counts processes": (
        "phantom_processes", {"android_api": 31, "android_release": "12"}, "Android 12 ends",
    ),
    "pacman": ("suitable", {"package_manager": "pacman"}, "pacman, which hello-termux does not support"),
    "sshd as root": ("suitable", {"uid": 0}, "sshd runs as root"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTS)
def test_it_is_told_by_what_the_phone_says_of_itself(phone: TempPhone, case: str) -> None:
    name, host, says = HOSTS[case]
    phone.put(HEALTHY)
    (found,) = troubles(seen(phone, replace(HOST, **host)), name)
    assert says in found.symptom


def test_versions_that_live_are_not_retired(phone: TempPhone) -> None:
    for version in ("0.118.3", "0.119.0-beta.3", "0.107", ""):
        assert troubles(seen(phone, replace(HOST, termux_version=version)), "build") == []


@pytest.mark.parametrize(("days", "says"), [(-3, "3 days behind"), (1, "24 hours ahead")])
def test_a_clock_that_is_off_is_found(phone: TempPhone, days: int, says: str) -> None:
    (found,) = troubles(seen(phone, now=time.time() - days * 86400), "clock")
    assert says in found.symptom


@pytest.mark.parametrize(
    ("session", "name", "says"),
    [
        ("PATH=/system/bin:/data/data/com.termux/files/usr/bin", "path_order", "PATH=/system/bin:"),
        ("GOROOT=/x", "go_variables", "GOROOT=/x"),
        ("GOCACHE=/storage/emulated/0/c", "go_on_sdcard", "GOCACHE=/storage"),
    ],
)
def test_the_environment_of_a_session_is_looked_at(phone: TempPhone, session: str, name: str, says: str) -> None:
    phone.put({path: entry for path, entry in HEALTHY.items() if not path.startswith("~/storage")})
    (found,) = troubles(seen(phone, session=session), name)
    assert says in found.said


def test_the_phones_own_words_cannot_break_the_reading(phone: TempPhone) -> None:
    phone.put({**HEALTHY, **program("$PREFIX/bin/curl", "#!/bin/sh\nprintf 'a\\000b\\033[31m\\377' >&2\nexit 1\n")})
    (found,) = troubles(seen(phone), "curl_starts")
    assert found.said == "ab\x1b[31m\ufffdexit status 1"


def test_on_what_is_no_phone_for_us_only_that_is_said(phone: TempPhone) -> None:
    results = judged(seen(phone, replace(HOST, package_manager="pacman")))
    assert {each.finding.name for each in results} == {"suitable", "clock", "space", "build", "phantom_processes"}
    assert results[0].finding.name == "suitable"


MENDED = [
    "the login shell was removed",
    "others may write to oh-my-zsh",
    "others may write to ~/.ssh",
    "others may write to the keys",
    "own programs are not found",
    "sessions have no UTF-8",
]


@pytest.mark.parametrize("case", MENDED)
def test_what_it_says_it_mends_it_mends(phone: TempPhone, case: str) -> None:
    name, files, _ = CASES[case]
    phone.put({path: entry for path, entry in HEALTHY.items() if path not in files})
    phone.put(files)
    fixes = Diagnosis("phone", judged(seen(phone))).fixes()
    ours = [each for each in fixes if each.task == name]
    assert ours and load_all()[name].mends
    changes = phone.plan(ours)
    _, left = phone.apply(ours, changes)
    assert [change for change in left if change.pending] == []
    assert troubles(seen(phone), name) == []


def test_grades_and_texts_are_whole() -> None:
    for name, finding in load_all().items():
        assert finding.grade is not Grade.OK and finding.name == name
        for text in (finding.looks_at, finding.cause, finding.repair, finding.source):
            assert text and "\n" not in text, name


def test_programs_for_another_phone_are_told_from_those_that_run(phone: TempPhone) -> None:
    """The phone of this test is one of glibc, as its sh is: what is foreign to it is linked for Android."""
    phone.put(HEALTHY | program("~/bin/script", RUNS.format("fine")))
    for name, data in {
        "go/bin/another cpu": made(machine=62, loader=""),
        "go/bin/static": made(loader=""),
        "bin/windows": b"MZ" + bytes(5000),
        ".local/bin/android": made() + bytes(5000),
    }.items():
        (phone.home / name).parent.mkdir(parents=True, exist_ok=True)
        (phone.home / name).write_bytes(data)
        (phone.home / name).chmod(0o755)
    said = [trouble.symptom for trouble in troubles(seen(phone), "own_programs")]
    assert said == [
        "~/go/bin/another cpu cannot run here: it is for x86_64, and this phone is aarch64: build it on the phone, or "
        "with GOARCH=arm64",
        "~/bin/windows cannot run here: it is a program for Windows",
        "~/.local/bin/android cannot run here: it was linked for bionic, whose loader /system/bin/linker64 is not on "
        'this phone (hence "no such file"): build it on the phone, or with CGO_ENABLED=0',
    ]
    for number in range(6):
        (phone.home / f"bin/x{number}").write_bytes(made(machine=62))
        (phone.home / f"bin/x{number}").chmod(0o755)
    assert troubles(seen(phone), "own_programs")[-1].symptom == "5 more programs of your own cannot run here"
