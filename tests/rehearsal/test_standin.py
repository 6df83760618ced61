"""What the stand-in promises beside being like a phone: it starts, is reached, ends, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioner.rehearsal import Options, ProgramsMissing, RehearsalError, StandInPhone, host

from .reached import reach

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the stand-in phone needs Linux")
START = "import sys; from pathlib import Path; from provisioner.rehearsal import StandInPhone as S;"


def processes(folder: Path) -> list[str]:
    """The command lines of what still belongs to the phone in ``folder``: its world, or a process in its files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            mounts = (process / "mountinfo").read_text()
        except OSError:
            continue
        if f"{folder}/" in mounts or ("rehearsal.world" in words and str(folder) in words):
            found.append(words)
    return found


def until(true: Callable[[], object], seconds: float = 5) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())


# ---- life ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("standin")  # so that the cache is filled
def test_it_starts_in_two_seconds_when_the_computer_is_not_busy(tmp_path: Path) -> None:
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        pytest.skip("it is busy")
    took: list[float] = []
    while len(took) < 5 and min(took, default=9.0) > 2:
        begin = time.monotonic()
        StandInPhone.start(tmp_path).stop()
        took.append(time.monotonic() - begin)
    assert min(took) < 2


def test_it_leaves_no_process(tmp_path: Path) -> None:
    phone = StandInPhone.start(tmp_path)
    assert reach(phone)("sleep 99 >/dev/null 2>&1 & echo started").text == "started"
    assert processes(tmp_path)
    phone.stop()
    assert processes(tmp_path) == []
    assert StandInPhone.running(tmp_path) is None
    phone.stop()  # once more does nothing


def test_two_run_side_by_side(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path / "a") as one, StandInPhone.start(tmp_path / "b") as other:
        assert one.port != other.port
        assert one.host_key != other.host_key
        assert reach(one)("echo one >~/name").code == reach(other)("echo other >~/name").code == 0
        assert (one.home / "name").read_text() == "one\n"
        assert reach(other)("apt-get update").code == 0
        assert one.access_log() == []


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(RehearsalError, match="cannot be used"):
        StandInPhone.start(tmp_path, port=taken.getsockname()[1])


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = f"{START} p = S.start(Path(sys.argv[1])); print(p.port, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdin=-1, stdout=-1) as starter:
        assert starter.stdout
        assert starter.stdout.readline()
        assert StandInPhone.running(tmp_path)
        starter.kill()
    assert until(lambda: not processes(tmp_path))


def test_it_is_kept_and_found_again(tmp_path: Path) -> None:
    code = f"{START} S.start(Path(sys.argv[1]), keep=True)"
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True)
    phone = StandInPhone.running(tmp_path)
    assert phone
    assert reach(phone)("echo hello").text == "hello"
    (phone.home / "old").touch()
    with StandInPhone.start(tmp_path, port=phone.port) as fresh:  # in the same folder, on the same port
        assert fresh.port == phone.port
        assert not (fresh.home / "old").exists()
    assert processes(tmp_path) == []


def test_it_ends_when_its_world_is_killed(tmp_path: Path) -> None:
    phone = StandInPhone.start(tmp_path)
    os.kill(phone.world, signal.SIGKILL)
    assert until(lambda: not processes(tmp_path))
    phone.stop()


def test_ctrl_c_is_for_the_command_that_started_it(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path) as phone:
        os.kill(phone.world, signal.SIGINT)
        assert reach(phone)("echo hello").text == "hello"


# ---- the way in ----------------------------------------------------------------------------------------------------


def test_bytes_pass_unchanged_both_ways(standin: StandInPhone) -> None:
    sent = os.urandom(8 << 20)
    done = subprocess.run([*standin.ssh, "cat"], input=sent, capture_output=True, timeout=60, check=True)
    assert done.stdout == sent


def test_the_end_of_one_direction_is_handed_on(standin: StandInPhone) -> None:
    with socket.create_connection((standin.address, standin.port), timeout=5) as wire:
        assert wire.recv(4) == b"SSH-"
        wire.shutdown(socket.SHUT_WR)
        while wire.recv(4096):
            pass  # sshd says goodbye, and the end arrives here


def test_a_service_inside_is_reached_through_ssh(standin: StandInPhone) -> None:
    command = [*standin.ssh[:-1], "-W", "127.0.0.1:8022", standin.ssh[-1]]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=20, check=False)
    assert done.stdout.startswith(b"SSH-2.0-OpenSSH")


def test_a_second_sshd_can_be_tried_beside_the_first(standin: StandInPhone) -> None:
    phone = reach(standin)
    assert phone("sshd -t && sshd -p 8023 -o PidFile=$TMPDIR/second.pid").code == 0
    inner = "ssh -p 8023 -o StrictHostKeyChecking=no -o BatchMode=yes localhost true; echo $?"
    assert "Permission denied (publickey" in phone(inner).text
    assert phone("kill $(cat $TMPDIR/second.pid)").code == 0


def test_sshd_can_be_started_anew(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path) as phone:
        pid = phone.prefix / "var/run/sshd.pid"
        old = pid.read_text()
        phone.inside("sh", "-c", "kill $(cat $PREFIX/var/run/sshd.pid)")
        assert until(lambda: not pid.exists())
        assert reach(phone)("true").code == 255
        assert phone.inside("sshd").returncode == 0
        assert until(pid.exists)
        assert pid.read_text() != old
        assert reach(phone)("echo $PREFIX").text == "/data/data/com.termux/files/usr"


@pytest.mark.parametrize("name", ["u0_a123", "termux", "root", "someone"])
def test_any_of_its_login_names_opens_it(tmp_path: Path, name: str) -> None:
    with StandInPhone.start(tmp_path, options=Options(users=("someone",))) as phone:
        words = [*phone.ssh[:-1], f"{name}@127.0.0.1", "id -un"]
        assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == "u0_a123\n"


# ---- kinds of phones -----------------------------------------------------------------------------------------------


def test_without_network_no_name_resolves(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path, options=Options(hosts=())) as phone:
        ask = reach(phone)
        assert ask("apt-get update -o APT::Update::Error-Mode=any").code == 100
        assert "Error: None of the mirrors are accessible" in ask("pkg update").text
        phone.resolve("mirrors.tuna.tsinghua.edu.cn")
        assert ask("pkg update").code == 0
        assert (
            "https mirrors.tuna.tsinghua.edu.cn HEAD /termux/apt/termux-main/dists/stable/Release 200"
            in phone.access_log()
        )


def test_the_permission_for_storage_may_be_granted(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path, options=Options(storage="grant")) as phone:
        ask = reach(phone)
        assert ask("ls /storage/emulated/0").code == 2
        assert ask("termux-setup-storage").code == 0
        assert until(lambda: ask("ls ~/storage/shared/").text.split()[:2] == ["DCIM", "Documents"])
        assert ask("readlink ~/storage/shared ~/storage/downloads").text.split()[0] == "/storage/emulated/0"
        assert "storage" in phone.asked_of_android()[0]


def test_a_phone_of_the_play_store(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path, options=Options(variant="play")) as phone:
        found = reach(phone)(
            "echo $TERMUX_VERSION ${TERMUX_APK_RELEASE-none}; cat $PREFIX/etc/apt/sources.list.d/*.sources"
        )
        assert found.text.startswith("googleplay.2026.06.21 none\n")
        assert "URIs: https://termux.net" in found.text


def test_a_phone_with_pacman(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path, options=Options(variant="pacman")) as phone:
        found = reach(phone)(
            "command -v apt-get dpkg pacman; ls -d $PREFIX/var/lib/dpkg 2>/dev/null; echo $TERMUX_MAIN_PACKAGE_FORMAT"
        )
        assert found.text.split()[0].endswith("/bin/pacman")
        assert found.text.endswith("pacman")


def test_nothing_is_newer_than_a_phone_that_is_not_aged(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path, options=Options(aged=())) as phone:
        assert "0 upgraded" in reach(phone)("apt-get update -qq; apt-get -y upgrade </dev/null").text


def test_files_are_served_at_any_address(tmp_path: Path) -> None:
    (tmp_path / "vim.tar.xz").write_bytes(b"not really")
    url = "https://mirrors.example.cn/debian/pool/main/v/vim/vim.tar.xz"
    with StandInPhone.start(tmp_path / "p", options=Options(files={url: tmp_path / "vim.tar.xz"})) as phone:
        assert reach(phone)(f"curl -sSf {url}").text == "not really"
        assert "404" in reach(phone)(f"curl -sSf {url}.asc").text


def test_what_the_mirror_lacks_is_404_and_the_index_is_signed(standin: StandInPhone) -> None:
    ask = reach(standin)
    mirror = "https://mirrors.tuna.tsinghua.edu.cn"
    assert ask(f"curl -s -o $TMPDIR/x -w '%{{http_code}}' {mirror}/termux/dists/stable/Release").text == "404"
    assert (
        ask(
            f"curl -s --path-as-is -o $TMPDIR/x -w '%{{http_code}}' {mirror}/apt/termux-main/../../../../etc/passwd"
        ).text
        == "404"
    )
    assert (
        ask("curl -sS --connect-to other.example:443:localhost:443 https://other.example/x").code == 60
    )  # its certificate
    unsigned = "apt-get update -o Dir::Etc::trustedparts=$TMPDIR"
    assert "is not signed" in ask(unsigned).text


def test_a_commit_is_fetched_by_its_name(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path) as phone:
        ask = reach(phone)
        assert ask("apt-get update -qq; apt-get install -qq git </dev/null").code == 0
        url = "https://github.com/ohmyzsh/ohmyzsh.git"
        oldest = "$(git rev-list --max-parents=0 HEAD)"
        assert (
            ask(
                f"git clone -q {url} all; git init -q one; cd all; git -C ../one fetch -q --depth 1 {url} {oldest}"
            ).code
            == 0
        )
        assert ask("git -C one rev-list --count FETCH_HEAD").text == "1"
        assert ask("git -C all rev-list --count HEAD").text == "3"


def test_c_programs_and_cgo_are_built(tmp_path: Path) -> None:
    with StandInPhone.start(tmp_path) as phone:
        ask = reach(phone)
        assert ask("apt-get update -qq; apt-get install -qq golang make </dev/null").code == 0
        program = 'package main\n\n// int three(void) { return 3; }\nimport "C"\n\nfunc main() { println(C.three()) }\n'
        assert ask("mkdir w; cd w; cat >m.go; go mod init x 2>/dev/null; go run .", input=program).text == "3"


def test_its_shell_scripts_are_clean() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed")
    files = [path for path in host.FILES.rglob("*") if path.is_file() and path.read_bytes()[:3] == b"#!/"]
    subprocess.run(["shellcheck", *files], check=True)


# ---- what it needs -------------------------------------------------------------------------------------------------


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = host.find
    monkeypatch.setattr(host, "find", lambda program: None if program in ("bwrap", "zsh", "vim.nox") else real(program))
    known = {name: version for name, version in host.versions().items() if name != "zsh"}
    monkeypatch.setattr(host, "versions", lambda: known)
    with pytest.raises(ProgramsMissing, match=r"apt-get install -y --no-install-recommends bubblewrap vim-nox zsh$"):
        host.packages()


def test_a_computer_that_forbids_namespaces_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidding = tmp_path / "bin/unshare"
    forbidding.parent.mkdir()
    forbidding.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    forbidding.chmod(0o755)
    monkeypatch.setenv("PATH", f"{forbidding.parent}:{os.environ['PATH']}")
    with pytest.raises(RehearsalError, match="forbids user namespaces"):
        StandInPhone.start(tmp_path / "phone")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_can_have_it_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    shutil.chown(place, "nobody")
    asked = f"{START} import subprocess; from provisioner.rehearsal import Options;"
    asked += "cramped = Path('/data/data/com.termux/files/home/.local');"
    asked += "p = S.start(Path(sys.argv[1]), options=Options(small={cramped: 1 << 20}));"
    asked += "print(p.inside('id', '-un').stdout.strip());"
    asked += "print(p.inside('stat', '-f', '-c', '%T %b', str(cramped)).stdout.strip());"
    asked += (
        "sys.exit(subprocess.call([*p.ssh, 'apt-get update -qq && apt-get install -qq which </dev/null && which sh']))"
    )
    path = os.pathsep.join([str(Path.cwd()), *sys.path[1:]])
    run = ["runuser", "-u", "nobody", "--", "env", f"HOME={place}", f"PYTHONPATH={path}"]
    try:
        for python in (sys.executable, "/usr/bin/python3"):  # the first may lie where root alone can go
            if subprocess.run([*run, python, "-c", START], capture_output=True, cwd="/", check=False).returncode == 0:
                break
        else:
            pytest.skip("no Python here that another user can run")
        done = subprocess.run(
            [*run, python, "-c", asked, place / "phone"], capture_output=True, text=True, cwd="/", check=False
        )
        assert done.returncode == 0, done
        assert done.stdout.splitlines()[:2] == ["u0_a123", "tmpfs 256"], "nor a part of it that is soon full"
        assert done.stdout.splitlines()[-1].endswith("/bin/sh")
        assert until(lambda: not processes(place))
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", place], check=True)
        shutil.rmtree(place)
