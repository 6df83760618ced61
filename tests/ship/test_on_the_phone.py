"""Programs that are built here or there, and run on the stand-in phone."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
from tests.ship.conftest import PROGRAM, Write
from tests.support.delay_proxy import DelayProxy
from tests.support.program import Phone
from tests.support.terminal import Terminal

LEFT = "find ~/.cache/hello-termux ~/.local/state/hello-termux/runs -mindepth 1 2>/dev/null"
WAITING = """\
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	fmt.Println("waiting")
	os.Stdout.Sync()
	time.Sleep(time.Hour)
}
"""
ASKING = """\
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	pressed := make(chan os.Signal, 1)
	signal.Notify(pressed, os.Interrupt)
	go func() {
		<-pressed
		fmt.Println("interrupted")
		os.Exit(3)
	}()
	fmt.Println("who are you?")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("hello", lines.Text())
	}
	fmt.Println("bye", os.Args[1:])
	os.Exit(7)
}
"""
SERVING = """\
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		_, err := net.LookupHost("nowhere.example")
		fmt.Println(err)
		_, err = tls.Dial("tcp", os.Args[1], nil)
		fmt.Println("tls", err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:1111")
	if err != nil {
		panic(err)
	}
	fmt.Println("serving")
	for {
		visitor, _ := listener.Accept()
		buffer := make([]byte, 4096)
		visitor.Read(buffer)
		fmt.Fprint(visitor, "HTTP/1.0 200 OK\\r\\n\\r\\nWelcome to this website!")
		visitor.Close()
	}
}
"""

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


def flat(shown: str) -> str:
    return " ".join(shown.split())


def shipped(phone: Phone, *words: str) -> dict[str, Any]:
    """What ``ship --json`` says of the program."""
    lines = [json.loads(line) for line in phone.run("ship", *words, "--json").splitlines()]
    found: dict[str, Any] = next(line for line in lines if line["type"] == "shipped")
    return found


@contextmanager
def running(phone: Phone, *words: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """``ship`` as somebody runs it who may press Ctrl-C."""
    where = ["-H", phone.place, "-i", str(phone.identity)]
    command = [sys.executable, "-m", "provisioner", *where, "ship", *words]
    env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(phone.config)}
    ends = {"stdin": stdin, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **ends, text=True, env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_phone_without_go_gets_what_this_computer_builds(go: Path, write: Write, phone: Phone) -> None:
    write(PROGRAM)
    said = phone.run("ship", "./cmd/hello")
    assert "there is no Go on the phone" in said
    assert "~/go/bin/hello is on the phone" in said and "static" in said
    assert "no Go on the phone" in phone.run("ship", "./cmd/hello", "--stage", "phone", expect=1)


def test_what_runs_there_gets_arguments_and_gives_output_and_exit_code(go: Path, write: Write, phone: Phone) -> None:
    write(PROGRAM)
    with running(phone, "./cmd/hello", "--run", "a", "b c", "--", "--run") as process:
        assert process.communicate(timeout=300)[0] == "你好 phone 3 [a b c --run]\n"
    assert process.returncode == 3


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


def test_a_go_that_is_too_old_lets_the_phone_try(go: Path, write: Write, go_phone: Phone) -> None:
    write({"go.mod": "module new\n\ngo 1.99\n", "main.go": WAITING})
    said = flat(go_phone.run("ship", expect=1))
    assert "Building new on the phone" in said and "a newer Go than this computer has" in said
    assert "go1.99" in said.partition("could not be built on the phone")[0], "the phone's go does not say why"
    assert "go list . failed" in flat(go_phone.run("ship", "--stage", "laptop", expect=1))


def test_ctrl_c_ends_it_there_too(go: Path, write: Write, phone: Phone) -> None:
    write({"wait.go": WAITING})
    with running(phone, "wait.go", "--run", "--stage", "laptop") as process:
        assert process.stdout and process.stdout.readline() == "waiting\n"
        assert phone.ssh("pgrep -x wait")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert phone.ssh("pgrep -x wait", check=False) == ""


def test_a_program_that_asks_hears_the_answers(go: Path, write: Write, phone: Phone) -> None:
    write({"ask.go": ASKING})
    with running(phone, "ask.go", "--run", "--", "-v", "two words", stdin=subprocess.PIPE) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == "who are you?\n"
        for name in ("韩梅梅", "Li Lei"):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"hello {name}\n"
        process.stdin.close()
        assert process.stdout.read() == "bye [-v two words]\n"
    assert process.returncode == 7


def test_a_program_that_draws_gets_a_terminal(go: Path, write: Write, phone: Phone) -> None:
    folder = write({"ask.go": ASKING})
    words = ["ship", "ask.go", "-t", "-H", phone.place, "-i", str(phone.identity), "--", "-v"]
    with closing(Terminal(words, folder, phone.environment)) as at:
        at.expect("who are you?")
        at.type("Li Lei\r")
        at.expect("Li Lei\r\nhello Li Lei")
        at.type("\x04")
        at.expect("bye [-v]")
        assert at.ended() == 7


def test_a_terminal_is_for_a_person(phone: Phone) -> None:
    assert "that needs a terminal here" in phone.run("ship", "-t", expect=1)
    assert "contradict each other" in phone.run("ship", "-t", "--json", expect=1)


def test_a_program_that_handles_ctrl_c_ends_in_its_own_way(go: Path, write: Write, phone: Phone) -> None:
    write({"ask.go": ASKING})
    with running(phone, "ask.go", "--run", stdin=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == "who are you?\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "interrupted\n"
    assert process.returncode == 3


def test_a_laptop_that_is_gone_leaves_nothing_running(
    go: Path, write: Write, phone: Phone, standin: StandInPhone
) -> None:
    write({"wait.go": WAITING})
    with running(phone, "wait.go", "--run", "--stage", "laptop") as process:
        assert process.stdout and process.stdout.readline() == "waiting\n"
        process.kill()
        process.wait(30)
    assert ends(standin)


def test_a_port_of_this_computer_leads_to_the_programs(go: Path, write: Write, phone: Phone) -> None:
    write({"serve.go": SERVING})
    with running(phone, "serve.go", "--forward", "0:1111", "--stage", "laptop") as process:
        assert process.stdout and process.stdout.readline() == "serving\n"
        assert process.stderr
        line = next(line for line in process.stderr if "leads to its port 1111" in line)
        port = int(line.split("http://127.0.0.1:")[1].split()[0])
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as visit:
                visit.sendall(b"GET / HTTP/1.0\r\n\r\n")
                assert visit.makefile().read().endswith("Welcome to this website!")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


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


def test_a_program_ends_with_the_connection(go: Path, write: Write, standin: StandInPhone, tmp_path: Path) -> None:
    write({"wait.go": WAITING})
    config = tmp_path / "config"
    config.mkdir()
    with DelayProxy(standin.port) as wire:
        phone = Phone.of(standin, config, port=wire.port)
        with running(phone, "wait.go", "--run", "--stage", "laptop") as process:
            assert process.stdout and process.stdout.readline() == "waiting\n"
            wire.cut()
            assert process.wait(30) == 4
            assert process.stderr and "ends on the phone" in flat(process.stderr.read())
    assert ends(standin)


def ends(standin: StandInPhone) -> bool:
    """Whether the program that waits is gone soon."""
    prefix = standin.environment["PREFIX"]
    deadline = time.monotonic() + 20
    while standin.inside(f"{prefix}/bin/pgrep", "-x", "wait").stdout and time.monotonic() < deadline:
        time.sleep(0.1)
    return time.monotonic() < deadline
