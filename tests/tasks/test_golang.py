"""``golang``: what it declares, and its proofs run with Go as this machine has it, or with one made up."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from provisioner.errors import PlaybookError
from provisioner.facts import Facts
from provisioner.facts.host import Host, HostFact
from provisioner.facts.paths import ContentFact
from provisioner.rehearsal.host import goroot
from provisioner.resources.base import Declared
from provisioner.resources.go_env import GoEnv
from provisioner.tasks.base import Proof
from provisioner.tasks.golang import RESOLV_CONF, Built, Golang, PublicResolvers
from tests.support.debian_files import DELVE
from tests.support.temp_phone import TempPhone
from tests.tasks.proofs import context_for, left, program, run, script_of, task_of
from tests.unit.test_elf import made


def declared(task: Golang) -> dict[str, Declared]:
    return {str(item.id): item for item in task.resources(context_for())}


def values(task: Golang) -> dict[str, str]:
    settings = (item.resource for item in declared(task).values())
    return {each.name: each.value for each in settings if isinstance(each, GoEnv)}


def test_nothing_need_be_said() -> None:
    for yaml in ("- golang: {}", "- golang:", "- golang: china"):
        assert task_of(yaml) == Golang()
    assert task_of("- golang: default") == Golang(profile="default")


@pytest.mark.parametrize("yaml", ["- golang: {profile: mars}", "- golang: {proxy: 'a b'}", "- golang: {tools: [vim]}"])
def test_mistakes_are_found(yaml: str) -> None:
    with pytest.raises(PlaybookError):
        task_of(yaml)


def test_checksums_stay_on_in_every_profile() -> None:
    assert values(Golang()) == {
        "GOPROXY": "https://goproxy.cn,direct",
        "GOSUMDB": "sum.golang.google.cn",
        "GOTOOLCHAIN": "local",
    }
    assert values(Golang(profile="default"))["GOSUMDB"] == "sum.golang.org"


def goenv(phone: TempPhone, text: str, task: Golang) -> dict[str, str]:
    phone.put({"~/.config/go/env": text})
    wanted = [item for item in declared(task).values() if item.id.kind == "go_env"]
    phone.plan(wanted)
    states = {item.id.name: item.resource.desired(phone.facts) or {} for item in wanted}
    return {name: str(state["value"]) for name, state in states.items()}


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("https://proxy.golang.org,direct", "https://goproxy.cn,direct"),
        ("https://mirrors.aliyun.com/goproxy/,direct", "https://goproxy.cn,direct"),
        ("https://goproxy.corp.example", "https://goproxy.corp.example"),
    ],
)
def test_a_proxy_of_ones_own_stays(tmp_path: Path, now: str, wanted: str) -> None:
    assert goenv(TempPhone(tmp_path), f"GOPROXY={now}\n", Golang())["GOPROXY"] == wanted


def test_the_playbooks_proxy_goes_before_ones_own(tmp_path: Path) -> None:
    task = Golang(proxy="https://goproxy.corp.example")
    assert goenv(TempPhone(tmp_path), "GOPROXY=https://other.example\n", task)["GOPROXY"] == task.proxy


def test_switched_off_checksums_are_switched_on_and_a_database_of_ones_own_stays(tmp_path: Path) -> None:
    phone = TempPhone(tmp_path)
    assert goenv(phone, "GOSUMDB=off\n", Golang())["GOSUMDB"] == "sum.golang.google.cn"
    assert goenv(phone, "GOSUMDB=sum.corp.example+1+AAAA\n", Golang())["GOSUMDB"] == "sum.corp.example+1+AAAA"


@pytest.mark.parametrize(("arch", "there"), [("aarch64", True), ("x86_64", True), ("arm", False), ("i686", False)])
def test_delve_is_for_64_bit(arch: str, there: bool) -> None:
    assert declared(Golang())["package:delve"].conditions == (Built("delve"),)
    assert (Built("delve").judge(Facts({HostFact(): Host(arch=arch)})) is None) is there


def test_name_servers_of_ones_own_stay() -> None:
    def judged(text: bytes | None) -> bool:
        return PublicResolvers().judge(Facts({ContentFact(RESOLV_CONF): text})) is None

    assert judged(None) and judged(b"nameserver 8.8.8.8\nnameserver 8.8.4.4\n") and judged(b"# nothing\nnameserver\n")
    assert not judged(b"nameserver 8.8.8.8\nnameserver 10.0.0.53\n")
    assert f"file:{RESOLV_CONF}" not in declared(Golang(profile="default"))


def test_programs_are_found_by_every_shell_and_once(tmp_path: Path) -> None:
    phone = TempPhone(tmp_path)
    phone.put({"~/.bash_profile": "own=1\n"})
    blocks = [item for item in declared(Golang()).values() if item.id.kind == "block"]
    phone.apply(blocks, phone.plan(blocks))
    assert not phone.path("~/.profile").exists(), "bash would not read it"
    for name in ("~/.bash_profile", "~/.zshenv"):
        script = f'. "{phone.path(name)}"; . "{phone.path(name)}"; echo "$PATH"'
        env = {"HOME": "/h", "PATH": "/usr/bin"}
        told = subprocess.run(["sh", "-c", script], env=env, capture_output=True, text=True, check=True).stdout
        assert told == "/h/.local/bin:/usr/bin:/h/go/bin\n"


# ---- proofs


@pytest.fixture
def phone(tmp_path: Path) -> TempPhone:
    return TempPhone(tmp_path / "phone")


def proofs(port: int = 1111) -> dict[str, Proof]:
    found = {proof.name: proof for proof in Golang().proofs(context_for())}
    server = found["http server"]
    return {**found, "http server": replace(server, script=server.script.replace("go_serve 1111", f"go_serve {port}"))}


def test_versions_are_told(phone: TempPhone, tmp_path: Path) -> None:
    bin = tmp_path / "bin"
    program(bin, "go", "echo go version go1.26.5 android/arm64")
    program(bin, "gopls", "echo golang.org/x/tools/gopls v0.23.0; echo '    golang.org/x/tools/gopls@v0.23.0 h1:x='")
    program(bin, "dlv", "printf 'Delve Debugger\\nVersion: 1.26.0\\nBuild: x\\n'")
    program(bin, "dpkg", "echo aarch64")
    assert run(proofs()["go runs"], phone, bin) == (0, "go1.26.5 android/arm64, gopls v0.23.0, dlv 1.26.0")
    program(bin, "dpkg", "echo arm")
    assert run(proofs()["go runs"], phone, bin) == (0, "go1.26.5 android/arm64, gopls v0.23.0")
    assert not left(phone)


def test_a_forbidden_system_call_is_explained(phone: TempPhone, tmp_path: Path) -> None:
    program(tmp_path / "bin", "go", "kill -SYS $$")
    rc, text = run(proofs()["go runs"], phone, tmp_path / "bin")
    assert rc == 1
    assert "Bad system call" in text and "golang" in text


def test_a_compiler_that_was_killed_is_explained(phone: TempPhone, tmp_path: Path) -> None:
    program(tmp_path / "bin", "go", "echo 'compile: signal: killed'; exit 1")
    rc, text = run(proofs()["http server"], phone, tmp_path / "bin")
    assert rc == 1 and "memory" in text
    assert not left(phone)


@pytest.mark.parametrize(
    ("said", "status", "says"),
    [
        ("compile: signal: killed", 1, "killed, most likely for want of memory"),
        ("", 137, "killed, most likely for want of memory"),
        ("go: download go1.99 for android/arm64: toolchain not available", 1, "package golang only: pkg upgrade"),
        ("go: go.mod requires go >= 1.99 (running go 1.26.5)", 1, "(running go 1.26.5). Newer Go comes by"),
        ("write /x: no space left on device", 1, "no space left on the phone"),
        ("SIGSYS: bad system call", 2, "Bad system call"),
        ("one\ntwo\nthree\nfour", 1, "two three four (exit status 1)"),
    ],
)  # fmt: skip
def test_why_a_build_failed_is_one_sentence(
    phone: TempPhone, tmp_path: Path, said: str, status: int, says: str
) -> None:
    program(tmp_path / "bin", "go", f"printf '%s\\n' '{said}'; exit {status}")
    rc, text = run(proofs()["hello world"], phone, tmp_path / "bin")
    assert rc == 1 and says in text and len(text.splitlines()) == 1
    assert not left(phone)


@pytest.mark.parametrize(
    ("machine", "loader", "says"),
    [
        (183, "", "hello does not start: it is for aarch64, and this phone is x86_64: build it on the phone"),
        (62, "/lib/nowhere/ld-linux-nosuch.so.2", "linked for glibc, whose loader /lib/nowhere/ld-linux"),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="needs x86_64")
def test_a_program_that_does_not_start_is_no_riddle(
    phone: TempPhone, tmp_path: Path, machine: int, loader: str, says: str
) -> None:
    built = tmp_path / "built"
    built.write_bytes(made(machine=machine, loader=loader))
    program(tmp_path / "bin", "go", f'while [ "$1" != -o ]; do shift; done; cp {built} "$2"; chmod 755 "$2"')
    rc, text = run(proofs()["hello world"], phone, tmp_path / "bin")
    assert rc == 1 and says in text


def test_programs_of_ones_own_are_looked_at_and_none_is_started(phone: TempPhone, tmp_path: Path) -> None:
    proof, bin = proofs()["programs of your own"], phone.home / "go/bin"
    assert run(proof, phone, tmp_path)[0] == 77
    for name in ("tool", "other"):
        bin.mkdir(parents=True, exist_ok=True)
        shutil.copy((phone.prefix / "bin/sh").resolve(), bin / name)
    program(bin, "script", "exit 1")
    assert run(proof, phone, tmp_path) == (0, "2 in ~/go/bin and ~/.local/bin, all for this phone")
    (bin / "foreign").write_bytes(made(machine=40, bits=32, loader="/system/bin/linker"))
    (bin / "foreign").chmod(0o755)
    rc, text = run(proof, phone, tmp_path)
    assert rc == 1 and text.startswith("~/go/bin/foreign: it is for arm, and this phone is")


def test_a_login_finds_what_go_install_makes(phone: TempPhone, tmp_path: Path) -> None:
    (phone.prefix / "bin/bash").symlink_to("/bin/bash")
    assert run(proofs()["~/go/bin on PATH"], phone, tmp_path)[0] == 1
    blocks = [item for item in declared(Golang()).values() if item.id.kind == "block"]
    phone.apply(blocks, phone.plan(blocks))
    assert run(proofs()["~/go/bin on PATH"], phone, tmp_path) == (0, "a login of bash has ~/go/bin")
    phone.path("~/.profile").write_text(phone.path("~/.profile").read_text() + "PATH=/usr/bin\n")
    assert run(proofs()["~/go/bin on PATH"], phone, tmp_path) == (
        1,
        "a login of bash has /usr/bin: does a later line of yours set it anew?",
    )


def real_go() -> Path | None:
    """The folder of a Go that can be run: of this machine, or the one that comes with the stand-in phone."""
    found = shutil.which("go")
    root = goroot()
    return Path(found).parent if found else root / "bin" if root else None


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


needs_go = pytest.mark.skipif(real_go() is None, reason="needs go")


def start(proof: Proof, phone: TempPhone, go: Path) -> subprocess.Popen[str]:
    shell = [str(phone.prefix / "bin/sh"), "-c", script_of(proof, phone, str(go))]
    return subprocess.Popen(shell, stdout=subprocess.PIPE, text=True, start_new_session=True)


def fetch(port: int, process: subprocess.Popen[str]) -> str:
    while process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(f"no answer: {process.stdout.read() if process.stdout else ''}")


def tools(folder: Path) -> Path:
    """A folder with the Go that can be run, and the tools of this machine."""
    folder.mkdir()
    search = os.pathsep.join([str(real_go()), os.environ["PATH"]])
    for name in ("go", "gofmt", "gopls", "dlv"):
        if found := shutil.which(name, path=search):
            (folder / name).symlink_to(found)
    program(folder, "dpkg", "echo x86_64")
    return folder


@needs_go
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hello world", r"built in [\d.]+ s, \d\.\d MB, static; says: Hello, 世界"),
        ("cgo on and off", r"with: built in .*, dynamic \(glibc\); without: .*, static"),
        ("go test, go vet, gofmt", r"go test .*, go vet .*: it finds a wrong %d, gofmt"),
        ("a go.mod for a newer Go", r"told at once: requires go >= 1\.999 .*|this Go takes no notice.*"),
        ("gopls completes", r"fmt.Prin becomes Print, Printf, Println in .*|gopls: not there"),
        ("delve stops at a breakpoint", r"stops in .*, line 7, where answer is 42; .*|.*[Vv]ersion.*|dlv: not.*"),
    ],
)  # fmt: skip
def test_what_go_can_do_is_shown_with_a_real_go(phone: TempPhone, tmp_path: Path, name: str, says: str) -> None:
    phone.put({"~/.config/go/env": "GOTOOLCHAIN=local\n", "~/.cache": {"folder": True}})
    cache = Path.home() / ".cache/go-build"
    cache.mkdir(parents=True, exist_ok=True)
    (phone.home / ".cache/go-build").symlink_to(cache)  # what was compiled once need not be compiled again
    rc, text = run(proofs()[name], phone, tools(tmp_path / "bin"))
    assert re.fullmatch(says, text), text
    assert rc == (77 if "takes no notice" in text or "ersion" in text else 1 if "not there" in text else 0)
    assert not left(phone)


def test_delve_as_new_as_go_stops_at_a_breakpoint(phone: TempPhone, tmp_path: Path) -> None:
    """The Go of the stand-in phone, and the Delve that Termux has beside it."""
    go, packed = Path(sys.executable).with_name("go"), DELVE.kept()
    if packed is None or platform.machine() != "x86_64" or not go.exists():
        pytest.skip("needs the Go of the stand-in phone, and Delve: python -m tests.support.debian_files fetches it")
    subprocess.run(["dpkg-deb", "-x", packed, tmp_path / "delve"], check=True)
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "go").symlink_to(go)
    (bin / "dlv").symlink_to(tmp_path / "delve/usr/bin/dlv")
    rc, text = run(proofs()["delve stops at a breakpoint"], phone, bin)
    assert (rc, text.partition(";")[0]) == (0, "stops in main.go, line 7, where answer is 42")
    assert not left(phone)


def test_a_delve_older_than_go_is_passed_over_with_its_own_words(phone: TempPhone, tmp_path: Path) -> None:
    """As Debian's says it, of Termux's Go."""
    program(tmp_path / "bin", "go", "exit 0")
    said = "Version of Delve is too old for Go version 1.26.5 (maximum supported version 1.20"
    program(tmp_path / "bin", "dlv", f"echo '{said}, suppress this error with --check-go-version=false)' >&2; exit 1")
    rc, text = run(proofs()["delve stops at a breakpoint"], phone, tmp_path / "bin")
    assert rc == 77
    assert text == f"{said}): upgrade golang and delve"


def test_where_go_cannot_do_without_c_that_is_no_fault(phone: TempPhone, tmp_path: Path) -> None:
    (tmp_path / "with").write_text("#!/bin/sh\necho C says 42\n")
    no = "echo 'android/arm requires external (cgo) linking, but cgo is not enabled'; exit 1"
    build = f'while [ "$1" != -o ]; do shift; done; cp {tmp_path / "with"} "$2"; chmod 755 "$2"'
    program(tmp_path / "bin", "go", f'if [ "$CGO_ENABLED" = 0 ]; then {no}; fi; {build}')
    rc, text = run(proofs()["cgo on and off"], phone, tmp_path / "bin")
    assert rc == 0 and text.endswith("; without C Go makes no program for this CPU")


def test_a_go_that_looks_for_a_newer_one_is_told(phone: TempPhone, tmp_path: Path) -> None:
    program(tmp_path / "bin", "go", "echo 'go: downloading go1.999 (linux/arm64)'; exit 1")
    rc, text = run(proofs()["a go.mod for a newer Go"], phone, tmp_path / "bin")
    assert rc == 1 and "GOTOOLCHAIN=local keeps it from that" in text


@needs_go
def test_a_mistake_in_what_is_shown_is_found(phone: TempPhone, tmp_path: Path) -> None:
    bin = tools(tmp_path / "bin")
    (bin / "gofmt").unlink(missing_ok=True)
    program(bin, "gofmt", "cat untidy")
    assert run(proofs()["go test, go vet, gofmt"], phone, bin) == (1, "gofmt writes something else")


@needs_go
def test_the_web_server_is_built_answers_and_is_gone(phone: TempPhone, free_port: int) -> None:
    go = real_go()
    assert go
    process = start(proofs(free_port)["http server"], phone, go)
    assert fetch(free_port, process) == "Welcome to this website!"
    told, _ = process.communicate(timeout=20)
    assert process.returncode == 0, told
    assert told.startswith("@out\nserving\nbuilt in ") and told.endswith("\n@rc\n0\n")
    assert not left(phone)

    with socket.socket() as other:  # the build is quick now
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", free_port))
        other.listen()
        process = start(proofs(free_port)["http server"], phone, go)
        assert process.communicate(timeout=60)[0] == f"@out\nport {free_port} is taken by another program\n@rc\n77\n"
    assert not left(phone)

    process = start(proofs(free_port)["http server"], phone, go)
    while not left(phone):
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
    assert not left(phone), "an ended proof leaves its folder"
