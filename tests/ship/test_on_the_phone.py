"""Programs that are built here or there, and run on the stand-in phone."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from provisioner.commands.ask import Nobody
from provisioner.errand import Errand, run
from provisioner.model import Event, EventKind
from provisioner.options import Options
from provisioner.rehearsal import StandInPhone
from provisioner.remote_path import RemotePath
from provisioner.shipping.shipment import Shipped, Wanted, open_shipment
from provisioner.transport.ssh import SSHTransport
from tests.ship.conftest import PROGRAM, Write, flat
from tests.ship.programs import SERVING, WAITING
from tests.support.delay_proxy import DelayProxy
from tests.support.program import Phone

LEFT = "find ~/.cache/hello-termux ~/.local/state/hello-termux/runs -mindepth 1 2>/dev/null"
MAIN_BIG = """\
package main

import (
	_ "embed"
	"fmt"
)

//go:embed noise
var noise string

func main() { fmt.Println(len(noise)) }
"""

IN_C = """\
package main

// int twice(int n) { return 2 * n; }
import "C"
import "fmt"

func main() { fmt.Println(C.twice(21)) }
"""


def shipped(phone: Phone, *words: str) -> dict[str, Any]:
    """What ``ship --json`` says of the program."""
    lines = [json.loads(line) for line in phone.run("ship", *words, "--json").splitlines()]
    found: dict[str, Any] = next(line for line in lines if line["type"] == "shipped")
    return found


def test_a_phone_without_go_gets_what_this_computer_builds(go: Path, write: Write, phone: Phone) -> None:
    write(PROGRAM)
    said = phone.run("ship", "./cmd/hello")
    assert "there is no Go on the phone" in said
    assert "~/go/bin/hello is on the phone" in said and "static" in said
    assert "no Go on the phone" in phone.run("ship", "./cmd/hello", "--stage", "phone", expect=1)


def test_the_same_program_is_not_sent_again(go: Path, write: Write, phone: Phone) -> None:
    top = write(PROGRAM)
    first = shipped(phone, "./cmd/hello", "--stage", "laptop")
    before = phone.ssh("stat -c '%i %y' ~/go/bin/hello")
    second = shipped(phone, "./cmd/hello", "--stage", "laptop")
    assert (second["unchanged"], second["sent"], second["sha256"]) == (True, 0, first["sha256"])
    assert phone.ssh("stat -c '%i %y' ~/go/bin/hello") == before
    (top / "app/cmd/hello/who.txt").write_text("another ")
    third = shipped(phone, "./cmd/hello", "--stage", "laptop")
    assert not third["unchanged"] and 0 < third["sent"] < third["size"]
    assert phone.ssh("ls ~/go/bin").split() == ["hello"], "an earlier one of ours is kept"
    assert phone.ssh(LEFT, check=False) == ""


def test_what_did_not_come_by_ship_is_kept(go: Path, write: Write, phone: Phone) -> None:
    write(PROGRAM)
    phone.ssh("mkdir -p ~/own; echo precious >~/own/tool")
    said = phone.run("ship", "./cmd/hello", "--to", "~/own/tool")
    assert "is kept as" in said
    assert phone.ssh("cat ~/own/tool.old-*").strip() == "precious"
    assert phone.ssh("~/own/tool", check=False).startswith("你好 phone")
    assert "is a folder on the phone" in phone.run("ship", "./cmd/hello", "--to", "~/own", expect=1)
    phone.run("ship", "./cmd/hello", "--to", "~/own/")
    assert phone.ssh("ls ~/own").split()[0] == "hello"


def test_a_mistake_is_told_with_its_line_and_the_program_stays(go: Path, write: Write, go_phone: Phone) -> None:
    top = write(PROGRAM)
    go_phone.run("ship", "./cmd/hello")
    before = go_phone.ssh("sha256sum ~/go/bin/hello")
    main = top / "app/cmd/hello/main.go"
    main.write_text(main.read_text().replace("os.Exit(", "os.Leave("))
    for stage in ("laptop", "phone"):
        said = go_phone.run("ship", "./cmd/hello", "--stage", stage, expect=1)
        assert "cmd/hello/main.go:16:5: undefined: os.Leave" in said
        assert f"could not be built {'for' if stage == 'laptop' else 'on the phone'}" in said
    assert go_phone.ssh("sha256sum ~/go/bin/hello") == before


def test_what_the_phone_builds_leaves_nothing_but_the_program(go: Path, write: Write, go_phone: Phone) -> None:
    write(PROGRAM)
    go_phone.ssh("rm -rf ~/go ~/.local/state/hello-termux/runs")
    said = shipped(go_phone, "./cmd/hello", "--stage", "phone")
    assert (said["stage"], said["go"], said["unchanged"]) == ("phone", "go1.26.5", False)
    assert said["sent"] < 2000
    assert go_phone.ssh("~/go/bin/hello", check=False) == "你好 phone 0 []\n"
    assert go_phone.ssh(LEFT, check=False) == ""
    assert go_phone.ssh("find ~ -name '*.go' -o -name go.mod | grep -v '^[^ ]*/[.]cache/go-build/' || true") == ""


def test_what_is_in_c_is_built_by_the_phone(go: Path, write: Write, go_phone: Phone) -> None:
    write({"go.mod": "module twice\n\ngo 1.19\n", "main.go": IN_C})
    said = go_phone.run("ship", "--run")
    assert "twice is in C in part, for which the phone has the compiler" in flat(said)
    assert "42\n" in said
    assert "build constraints exclude all Go files" in flat(go_phone.run("ship", "--stage", "laptop", expect=1))


def test_a_program_that_the_phone_cannot_run_is_explained(
    phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bytearray(Path("/bin/true").resolve().read_bytes())
    program[18:20] = (243).to_bytes(2, "little")  # another CPU
    (standin.home / "strange").write_bytes(program)
    (standin.home / "strange").chmod(0o755)
    shipped = Shipped(RemotePath("~", "strange"), "phone", "", "", "", 0, "", 0, False, 0)
    said: list[bytes] = []

    def here(transport: SSHTransport, errand: Errand) -> int:
        return run(transport, errand, said.append, said.append)

    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(phone.config))
    with open_shipment(Options(host=phone.place, identity=phone.identity), Nobody()) as shipment:
        status, why = shipment.run(shipped, [], here)
        assert status and "it is for riscv64" in why, said
        gone = Shipped(RemotePath("~", "gone"), "phone", "", "", "", 0, "", 0, False, 0)
        assert shipment.run(gone, [], here) == (127, "it is not there")


def test_a_computer_without_go_lets_the_phone_build(no_go: None, write: Write, go_phone: Phone) -> None:
    write({"app/go.mod": "module app\n\ngo 1.19\n", "app/main.go": WAITING.replace("time.Hour", "0")})
    said = go_phone.run("ship", "--run")
    assert "there is no Go on this computer" in said and "waiting\n" in said
    assert "no Go on this computer" in go_phone.run("ship", "--stage", "laptop", expect=1)


def test_a_compiler_that_android_kills_is_told_with_what_to_do(
    no_go: None, write: Write, go_phone: Phone, standin: StandInPhone
) -> None:
    write({"go.mod": "module killed\n\ngo 1.19\n", "main.go": WAITING})
    program = standin.home / "killed"
    program.write_text('#!/data/data/com.termux/files/usr/bin/sh\ncase $2 in -V*) exec "$@" ;; esac\nkill -9 $$\n')
    program.chmod(0o700)
    go_phone.ssh("go env -w GOFLAGS=-toolexec=$HOME/killed")
    try:
        said = flat(go_phone.run("ship", expect=1))
    finally:
        go_phone.ssh("go env -u GOFLAGS")
        program.unlink()
    assert "signal: killed" in said
    assert "killed could not be built on the phone. Android ended a compiler, most likely for want of memory" in said


def test_a_go_that_is_too_old_lets_the_phone_try(go: Path, write: Write, go_phone: Phone) -> None:
    write({"go.mod": "module new\n\ngo 1.99\n", "main.go": WAITING})
    said = flat(go_phone.run("ship", expect=1))
    assert "Building new on the phone" in said and "a newer Go than this computer has" in said
    assert "go1.99" in said.partition("could not be built on the phone")[0], "the phone's go does not say why"
    assert "go list . failed" in flat(go_phone.run("ship", "--stage", "laptop", expect=1))


def test_names_and_certificates_are_termuxs_in_what_is_built_here(
    go: Path, write: Write, phone: Phone, standin: StandInPhone
) -> None:
    write({"serve.go": SERVING})
    phone.run("ship", "serve.go", "--stage", "laptop")
    phone.ssh("echo nameserver 127.0.0.77 >$PREFIX/etc/resolv.conf")
    names = standin.folder / "phone/system/etc/nsswitch.conf"  # the stand-in's glibc has one, a phone has none
    kept = names.read_bytes()
    names.unlink()
    try:
        said = phone.ssh("env -u SSL_CERT_FILE ~/go/bin/serve mirrors.tuna.tsinghua.edu.cn:443")
    finally:
        names.write_bytes(kept)
    assert "on 127.0.0.77:53" in said, "it does not ask the server of Termux's resolv.conf"
    assert "tls <nil>" in said, "it does not trust Termux's certificates"


def test_a_wire_that_breaks_costs_what_was_under_way(
    go: Path, write: Write, standin: StandInPhone, tmp_path: Path
) -> None:
    write({"go.mod": "module big\n\ngo 1.19\n", "main.go": MAIN_BIG})
    Path("noise").write_bytes(random.Random(1).randbytes(3_000_000))
    config = tmp_path / "config"
    config.mkdir()
    with DelayProxy(standin.port) as wire:
        phone = Phone.of(standin, config, port=wire.port)
        wire.cut_after(2_000_000)
        said = shipped(phone, "--stage", "laptop")
        assert wire.connections > 2, "the wire did not break"
        assert phone.ssh("sha256sum <~/go/bin/big").split()[0] == said["sha256"]
        assert phone.ssh("~/go/bin/big") == "3000000\n"


def test_a_build_on_the_phone_outlives_the_connection(
    go: Path, write: Write, go_phone: Phone, standin: StandInPhone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(PROGRAM | {"greet/new.go": "package greet\n\nconst New = true\n"})  # that it is compiled, and not known
    config = tmp_path / "config"
    config.mkdir()
    monkeypatch.setenv("HELLO_TERMUX_CONFIG_DIR", str(config))
    heard: list[Event] = []
    with DelayProxy(standin.port) as wire:
        phone = Phone.of(standin, config, port=wire.port)

        def on_event(event: Event) -> None:
            heard.append(event)
            if event.text == "example.com/greet":  # go names what it compiles
                wire.cut()

        with open_shipment(Options(host=phone.place, identity=phone.identity), Nobody()) as shipment:
            shipped = shipment.send(Wanted("./cmd/hello", "phone", RemotePath("~", "kept/hello")), on_event)
    assert EventKind.RECONNECTED in {event.kind for event in heard}
    assert go_phone.ssh("sha256sum <~/kept/hello").split()[0] == shipped.sha256
