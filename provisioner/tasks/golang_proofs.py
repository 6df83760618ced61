"""What shows that Go works on the phone: small programs, built and run there. Its shell: device/go_*proof.sh."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.shell import DEVICE, feed, sh, words
from provisioner.tasks.base import Proof

TASK = "golang"
USES = ("common_proof.sh", "go_proof.sh")
MORE = (*USES, "go_tools_proof.sh")
RUNS = "go runs"
PORT = 1111
GREETING = "Welcome to this website!"
MODULE = ("golang.org/x/sync", "v0.10.0")
"""A small module (20 kB) that every proxy has, at an address that is out of reach where a proxy is needed."""
CACHE = "what Go keeps of a build in its cache, so that the next one is quick"


def go_proofs(tools: tuple[str, ...]) -> Iterator[Proof]:
    """Those of Go itself, and of the tools that the playbook wants."""
    commands = [{"delve": "dlv"}.get(tool, tool) for tool in tools]
    yield Proof(
        RUNS,
        TASK,
        f"go_version {words(commands)}\n",
        shows="Go and its tools start; their versions",
        how="each is asked for its version",
        timeout=120,
        uses=USES,
    )
    yield from _programs()
    yield from _modules()
    if "gopls" in tools:
        yield Proof(
            "gopls completes",
            TASK,
            "gopls_completes\n",
            shows="gopls understands a program and completes fmt.Prin",
            how="it is asked by the Language Server Protocol, as an editor does it",
            timeout=140,
            uses=MORE,
            after=RUNS,
        )
    if "delve" in tools:
        yield Proof(
            "delve stops at a breakpoint",
            TASK,
            _files(main="stops.go") + ABSENT + "dlv_stops\n",
            shows="the debugger stops a program where it was told to, and reads a variable",
            how="dlv runs a small program to a line of it; skipped for a 32-bit phone and a delve older than Go",
            timeout=240,
            uses=MORE,
            after=RUNS,
            leaves=CACHE,
        )
    yield Proof(
        "~/go/bin on PATH",
        TASK,
        "own_path\n",
        shows="a session finds the programs that go install makes",
        how="the login shell is started as a session starts it, and asked for PATH",
        timeout=40,
        uses=MORE,
    )
    yield Proof(
        "programs of your own",
        TASK,
        "own_programs\n",
        shows="every program in ~/go/bin and ~/.local/bin is for this phone's CPU and C library",
        how="their first bytes are read; none is started",
        timeout=30,
        uses=MORE,
    )


ABSENT = """case $(dpkg --print-architecture) in
  arm | i686) echo "Termux makes no delve for this phone's CPU"; exit 77 ;;
esac
"""


def _programs() -> Iterator[Proof]:
    yield Proof(
        "hello world",
        TASK,
        _files(main="hello.go") + "go_hello\n",
        shows="a first program is built, starts and prints Chinese",
        how="go build, and its output compared; its size, and how it is linked",
        timeout=300,
        uses=USES,
        after=RUNS,
        doing="building, the first time takes up to a minute",
        leaves=CACHE,
    )
    yield Proof(
        "http server",
        TASK,
        _files(main="welcome.go") + sh("go_serve {}\n", PORT),
        shows="a web server in Go is built and answers this laptop",
        how="it serves on 127.0.0.1 of the phone; the laptop fetches / through the ssh connection",
        timeout=330,
        uses=USES,
        after=RUNS,
        fetch=(PORT, GREETING),
        doing="building, the first time takes up to a minute",
        leaves=CACHE,
    )
    yield Proof(
        "cgo on and off",
        TASK,
        _files(with_c="cgo.go", without_c="no_cgo.go") + "go_cgo\n",
        shows="Go calls C, so clang and its headers fit; and the same program can be built without",
        how="it is built with CGO_ENABLED=1 and 0 and run; how each is linked",
        timeout=400,
        uses=USES,
        after=RUNS,
        leaves=CACHE,
    )
    yield Proof(
        "names with cgo on and off",
        TASK,
        _files(main="names.go") + "go_names\n",
        shows="host names are found by Android's resolver and by Go's own, which reads resolv.conf",
        how="a small program asks for the host of GOPROXY, or of the mirror; skipped if curl finds neither",
        timeout=400,
        uses=USES,
        after=RUNS,
        leaves=CACHE,
    )


def _modules() -> Iterator[Proof]:
    yield Proof(
        "a module by the proxy",
        TASK,
        _files(main="fetch.go") + sh("go_fetch {} {}\n", *MODULE),
        shows="a dependency comes through GOPROXY, and its checksum is looked up in GOSUMDB",
        how=f"go mod tidy and go build with {' '.join(MODULE)}, into a store of their own; skipped if offline",
        timeout=300,
        uses=MORE,
        after="hello world",
        leaves=CACHE,
    )
    yield Proof(
        "go test, go vet, gofmt",
        TASK,
        _files(main="vet.go", main_test="vet_test.go")
        + feed("cat >untidy", _source("untidy.txt"))
        + feed("cat >wanted", _source("tidy.txt"))
        + "go_tools\n",
        shows="a test runs, vet finds a mistake, gofmt puts a file in order",
        how="on a small module with a mistake in it",
        timeout=360,
        uses=MORE,
        after="hello world",
        leaves=CACHE,
    )
    yield Proof(
        "a go.mod for a newer Go",
        TASK,
        _files(main="hello.go") + "go_newer\n",
        shows="Go says that it is too old, instead of looking for a toolchain that nobody publishes for Android",
        how="go list in a module that asks for Go 1.999",
        timeout=40,
        uses=MORE,
        after=RUNS,
    )


def _files(**programs: str) -> str:
    """Shell that lays the programs of device/proofs out, each as NAME.go."""
    return "".join(feed(sh("cat >{}", f"{name}.go"), _source(file)) for name, file in programs.items())


def _source(name: str) -> bytes:
    return (DEVICE / "proofs" / name).read_bytes()
