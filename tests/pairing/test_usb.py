"""``pair --usb`` with a stand-in for the adb server; the phone behind it is the stand-in phone, its Wi-Fi is off.

What a real phone does with run-as, input text and am is played by small scripts: no phone was at hand.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, StandInPhone
from tests.pairing.conftest import keys
from tests.support.laptop import Laptop, ended

SERIAL = "29131FDH2003QX"
GITHUB = 'shift\ncd /data/data/com.termux\nexec "$@"'
FDROID = 'echo "run-as: package not debuggable: com.termux" >&2\nexit 1'
PROGRAMS = {
    "id": "exec /debian/bin/id",
    "pm": 'echo "pm $*" >>/stand-in/adb\necho package:/data/app/com.termux/base.apk',
    "am": 'echo "am $*" >>/stand-in/adb',
    # Spaces are typed as %s; Enter runs what was typed, in the shell that Termux has on its screen.
    "input": """echo "input $1" >>/stand-in/adb
case $1 in
text) printf %s "$2" | /debian/bin/sed 's/%s/ /g' >/stand-in/typed ;;
keyevent) . /stand-in/session
  /debian/bin/setsid "$PREFIX/bin/bash" -c "$(/debian/bin/cat /stand-in/typed)" >/stand-in/screen 2>&1 </dev/null & ;;
esac""",
}

SERVER = """
import json, sys, threading
from tests.support.adb_server import Phone, running
serial, shell, state = json.loads(sys.argv[1])
phone = Phone(serial, state, ports={8022: 8022}, shell=tuple(shell))
with running(*([phone] if state else [])) as server:
    print(server.port, flush=True)
    for _ in sys.stdin:
        print(json.dumps([phone.asked, sorted(phone.ways_back), sorted(server.forwards)]), flush=True)
"""

Plug = Callable[..., "Cabled"]


class Cabled:
    """A phone on the cable of a computer that has no network but loopback."""

    def __init__(self, phone: StandInPhone, folder: Path, state: str) -> None:
        self.phone = phone
        self.laptop = Laptop(phone, folder, phone.world)
        words = phone.words_inside("/debian/bin/env", "-i", "PATH=/system/bin", "/system/bin/sh")
        words = words[words.index("nsenter", 1) :]  # the server is in the phone's network already
        given = json.dumps([SERIAL, words, state])
        self.server = subprocess.Popen(
            self.laptop.words(sys.executable, "-c", SERVER, given),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.server.stdout
        self.port = self.server.stdout.readline().strip()

    def start(self, *words: str) -> subprocess.Popen[str]:
        return self.laptop.start("pair", "--usb", *words, ANDROID_ADB_SERVER_PORT=self.port)

    def pair(self, *words: str, expect: int = 0) -> str:
        return ended(self.start(*words), expect)

    @property
    def left(self) -> tuple[list[str], list[int], list[int]]:
        """What adb was asked for, and which ways it still has open: back, and forth."""
        assert self.server.stdin and self.server.stdout
        self.server.stdin.write("\n")
        self.server.stdin.flush()
        asked, back, forth = json.loads(self.server.stdout.readline())
        return asked, back, forth

    def close(self) -> None:
        self.laptop.close()
        self.server.kill()
        self.server.wait()


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    """Plugs in a phone as the app installs it, of that build."""
    if sys.platform != "linux":
        pytest.skip("the stand-in phone needs Linux")
    with ExitStack() as stack:

        def plugged(run_as: str, *, state: str = "device", **options: object) -> Cabled:
            given = Options(**{"openssh": False, "storage": "grant", **options})  # type: ignore[arg-type]
            phone = stack.enter_context(StandInPhone.start(tmp_path / "phone", options=given))
            for name, text in {**PROGRAMS, "run-as": run_as}.items():
                path = phone.folder / "phone/system/bin" / name
                path.unlink(missing_ok=True)
                path.write_text(f"#!/system/bin/sh\n{text}\n")
                path.chmod(0o755)
            session = "".join(f"export {name}='{value}'\n" for name, value in phone.environment.items())
            (phone.folder / "phone/stand-in/session").write_text(session)
            (phone.folder / "phone/stand-in/adb").touch()
            made = Cabled(phone, tmp_path / "laptop", state)
            stack.callback(made.close)
            return made

        yield plugged


@pytest.mark.parametrize(("run_as", "typed"), [(GITHUB, False), (FDROID, True)], ids=["GitHub", "F-Droid"])
def test_a_fresh_phone_on_the_cable_is_paired(plug: Plug, run_as: str, typed: bool) -> None:
    cabled = plug(run_as)
    said = cabled.pair("pixel", "--yes")
    assert f"The phone on the cable is {SERIAL} (Pixel 7)" in said
    assert "paired: pixel (" in said and "Next: hello-termux plan -H usb:pixel" in said
    assert keys(cabled.phone).count("hello-termux@") == 1
    assert cabled.phone.host_key in cabled.laptop.hosts
    asked, back, forth = cabled.left
    assert (back, forth) == ([], [])
    assert any(request.startswith("shell,v2,raw:input text") for request in asked) is typed
    assert not [request for request in asked if "tcpip" in request or "root" in request or "install" in request]


def test_a_phone_on_the_cable_is_planned_and_another_one_is_refused(plug: Plug) -> None:
    cabled = plug(GITHUB)
    cabled.pair("pixel", "--yes")
    way = {"ANDROID_ADB_SERVER_PORT": cabled.port}
    assert "Plan:" in cabled.laptop.run("plan", "-H", "usb:pixel", "minimal", expect=2, **way)
    assert "Plan:" in cabled.laptop.run("plan", "-H", "usb:", "minimal", expect=2, **way)
    assert cabled.left[1:] == ([], [])
    path = cabled.laptop.config / "hosts.toml"
    path.write_text(path.read_text().replace("AAAAC3NzaC1lZDI1NTE5AAAAI", "AAAAC3NzaC1lZDI1NTE5AAAAJ"))
    before = path.read_text()
    assert "has changed" in cabled.laptop.run("plan", "-H", "usb:pixel", "minimal", expect=5, **way)
    assert path.read_text() == before
    assert "no phone is named pixl" in cabled.laptop.run("plan", "-H", "usb:pixl", "minimal", expect=1, **way)


def test_nothing_is_done_to_a_phone_before_the_person_agrees(plug: Plug) -> None:
    cabled = plug(GITHUB)
    said = cabled.pair("pixel", expect=1)
    assert SERIAL in said and "there is no terminal to ask at" in said
    asked, back, forth = cabled.left
    assert (back, forth) == ([], [])
    assert {request.partition(":")[0] for request in asked} == {"shell,v2,raw"}
    assert not (cabled.phone.home / ".ssh").exists()


def test_what_goes_wrong_on_the_phone_is_told_here(plug: Plug) -> None:
    cabled = plug(GITHUB, variant="pacman")
    said = cabled.pair("--yes", expect=4)
    assert "the phone could not be made ready" in said and "This Termux has no apt" in said
    assert cabled.left[1:] == ([], [])


def test_a_phone_without_termux_is_told_where_to_get_it(plug: Plug) -> None:
    cabled = plug(GITHUB)
    (cabled.phone.folder / "phone/system/bin/pm").write_text("#!/system/bin/sh\nexit 1\n")
    said = cabled.pair("--yes", expect=1)
    assert "Termux is not installed" in said and "f-droid.org" in said


@pytest.mark.parametrize(
    ("state", "words"), [("unauthorized", "has not allowed this computer"), ("", "adb sees no phone")]
)
def test_a_phone_that_adb_cannot_use_is_explained(plug: Plug, state: str, words: str) -> None:
    assert words in plug(GITHUB, state=state).pair("--yes", expect=4)


def test_without_an_adb_server_it_is_said_how_to_get_one(tmp_path: Path, plug: Plug) -> None:
    cabled = plug(GITHUB)
    cabled.server.kill()
    cabled.server.wait()
    assert "adb start-server" in cabled.pair("--yes", expect=4)
