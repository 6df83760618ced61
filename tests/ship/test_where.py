"""For what a program is built, where, and what the phone must be sent for it: decided without a phone."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from provisioner.commands.ship import _ports
from provisioner.errors import ProvisionerError, UnsuitableHost, UsageError
from provisioner.shipping import sources
from provisioner.shipping.laptop import LaptopGo
from provisioner.shipping.program import BuildFailed, Package, Program, number_of
from provisioner.shipping.target import PhoneGo, Target, choose
from tests.ship.conftest import PROGRAM, Write

THERE = PhoneGo("go1.26.5", Target("android", "arm64", True))
LINUX = Target("linux", "amd64")


def program(go: str = "1.20", *parts: str) -> Program:
    packages = tuple(Package(name, "x", Path("/x"), (), True, name == "net") for name in ("net", *parts))
    return Program("web", "example.com/web", Path("/x"), packages, go)


@pytest.mark.parametrize(
    ("arch", "libc", "cgo", "target"),
    [
        ("aarch64", "bionic", False, "android/arm64"),
        ("x86_64", "bionic", False, "linux/amd64"),
        ("arm", "bionic", False, "linux/arm"),
        ("i686", "bionic", False, "linux/386"),
        ("x86_64", "bionic", True, "android/amd64"),
        ("aarch64", "glibc", False, "linux/arm64"),
    ],
)
def test_what_go_calls_the_phone(arch: str, libc: str, cgo: bool, target: str) -> None:
    found = Target.of(arch, libc, cgo)
    assert str(found) == target
    assert found.environment["CGO_ENABLED"] == str(int(cgo))
    assert ("GOARM" in found.environment) == (arch == "arm")


def test_a_cpu_without_a_name_is_refused() -> None:
    with pytest.raises(UnsuitableHost, match="riscv64"):
        Target.of("riscv64", "bionic")


def test_the_laptop_builds_what_it_can() -> None:
    choice = choose(None, "go1.26.5", THERE, program())
    assert choice.stage == "laptop" and "quicker" in choice.reason


def test_the_phone_builds_what_is_in_c_or_too_new_for_the_laptop() -> None:
    in_c = choose(None, "go1.26.5", THERE, program("1.20", "github.com/x/sqlite"))
    assert in_c.stage == "phone" and "sqlite" in in_c.reason
    new = choose(None, "go1.19.8", THERE, program("1.26"))
    assert new.stage == "phone" and "1.26" in new.reason
    assert choose(None, "go1.19.8", THERE, program("1.99")).stage == "laptop", "neither has it: the laptop says so"


def test_who_has_go_builds_and_without_any_it_is_said() -> None:
    assert choose(None, "", THERE, None).stage == "phone"
    assert choose(None, "go1.26.5", None, program("1.20", "github.com/x/sqlite")).stage == "laptop"
    assert choose("phone", "go1.26.5", THERE, program()).reason == "as you said"
    for asked, here, there in (("laptop", "", THERE), ("phone", "go1.26.5", None), (None, "", None)):
        with pytest.raises(ProvisionerError, match="no Go on"):
            choose(asked, here, there, None)  # type: ignore[arg-type]


def test_versions_are_compared_as_numbers() -> None:
    assert number_of("go1.9") < number_of("1.21") < number_of("go1.26.5")
    assert number_of("devel") == ()
    assert PhoneGo.read("") is None and PhoneGo.read("go: not found") is None


def test_a_port_or_two() -> None:
    assert _ports("") is None
    assert _ports("1111") == (1111, 1111)
    assert _ports("0:1111") == (0, 1111)
    for wrong in ("x", "70000", "1:", ":", "1:2:3", "-1", "8080:0"):
        with pytest.raises(UsageError):
            _ports(wrong)


# ---- with the Go of this computer


def described(asked: str) -> tuple[Program, LaptopGo]:
    go = LaptopGo.find()
    assert go is not None
    return go.describe(asked, LINUX), go


def names(packed: sources.Sources) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed.archive))) as tar:
        return tar.getnames()


def test_the_phone_is_sent_what_the_program_is_made_of_and_no_more(go: Path, write: Write) -> None:
    write(PROGRAM)
    found, laptop = described("./cmd/hello")
    assert (found.name, found.in_c, found.go) == ("hello", (), "1.19")
    packed = sources.of_program(found, "./cmd/hello", laptop)
    assert names(packed) == [
        "app/cmd/hello/main.go", "app/cmd/hello/who.txt", "app/go.mod", "greet/go.mod", "greet/greet.go",
    ]  # fmt: skip
    assert (packed.folder, packed.package) == ("app", "example.com/app/cmd/hello")
    again = sources.of_program(found, "./cmd/hello", laptop)
    assert again.archive == packed.archive


def test_vendored_packages_and_workspaces_travel_too(go: Path, write: Write) -> None:
    top = write(PROGRAM | {"go.work": "go 1.19\n\nuse (\n\t./app\n\t./greet\n)\n"})
    found, laptop = described("./cmd/hello")
    packed = sources.of_program(found, "./cmd/hello", laptop)
    assert {"go.work", "app/go.mod", "greet/go.mod", "greet/greet.go"} < set(names(packed))
    assert packed.folder == "."
    (top / "go.work").unlink()
    (top / "app/vendor/example.com/greet").mkdir(parents=True)
    (top / "app/vendor/example.com/greet/greet.go").write_text((top / "greet/greet.go").read_text())
    modules = "# example.com/greet v0.0.0 => ../greet\n## explicit; go 1.19\nexample.com/greet\n"
    (top / "app/vendor/modules.txt").write_text(modules + "# example.com/greet => ../greet\n")
    found, laptop = described("./cmd/hello")
    packed = sources.of_program(found, "./cmd/hello", laptop)
    assert {"app/vendor/modules.txt", "app/vendor/example.com/greet/greet.go"} < set(names(packed))
    assert "greet/greet.go" not in names(packed)


def test_a_file_alone_needs_no_module(go: Path, write: Write) -> None:
    write({"one.go": "package main\n\nfunc main() {}\n"})
    found, laptop = described("one.go")
    packed = sources.of_program(found, "one.go", laptop)
    assert (found.name, names(packed), packed.package) == ("one", ["one.go"], "./one.go")


def test_a_file_of_another_place_is_not_of_this_module(go: Path, write: Write, tmp_path: Path) -> None:
    write(PROGRAM)
    (tmp_path / "one.go").write_text("package main\n\nfunc main() {}\n")
    found, laptop = described("../../one.go")
    packed = sources.of_program(found, "../../one.go", laptop)
    assert (found.name, names(packed), packed.package) == ("one", ["one.go"], "./one.go")


def test_a_place_that_the_phone_does_not_have_is_named(go: Path, write: Write, tmp_path: Path) -> None:
    write(PROGRAM | {"app/go.mod": PROGRAM["app/go.mod"].replace("../greet", f"{tmp_path}/src/greet")})
    found, laptop = described("./cmd/hello")
    with pytest.raises(BuildFailed, match="a place that the phone does not have") as raised:
        sources.of_program(found, "./cmd/hello", laptop)
    assert "relative" in raised.value.hint


def test_without_a_go_here_the_module_travels_whole(write: Write) -> None:
    write(PROGRAM)
    packed = sources.of_folder("./cmd/hello")
    assert set(names(packed)) == {
        "cmd/hello/main.go", "cmd/hello/who.txt", "lib/lib.go", "go.mod", "notes.txt",
    }  # fmt: skip
    assert (packed.folder, packed.package, sources.name_of("./cmd/hello")) == (".", "./cmd/hello", "hello")
    Path("go.mod").write_text("module example.com/other/v2\n")
    assert (sources.name_of("."), sources.name_of("lib/lib.go")) == ("other", "lib")
    with pytest.raises(BuildFailed, match="There is no"):
        sources.of_folder("example.com/else")


@pytest.mark.parametrize(
    ("asked", "said", "hint"),
    [
        ("./lib", "package lib, and a program is package main", "go list -f"),
        ("./nowhere", "nowhere", ""),
        ("./...", "2 packages", "example.com/app/cmd/hello"),
        ("example.com/none", "example.com/none", ""),
    ],
)
def test_what_is_no_program_is_said_in_gos_words(go: Path, write: Write, asked: str, said: str, hint: str) -> None:
    write(PROGRAM)
    with pytest.raises(BuildFailed, match=said) as raised:
        described(asked)
    assert hint in raised.value.hint


def test_a_folder_without_a_module_is_told_what_makes_one(go: Path, write: Write) -> None:
    write({"one.go": "package main\n\nfunc main() {}\n"})
    with pytest.raises(BuildFailed, match=r"go\.mod file not found") as raised:
        described(".")
    assert "go mod init" in raised.value.hint
