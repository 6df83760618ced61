"""The world around a stand-in phone: a process in a network of its own that plays the internet and keeps the phone.

Started by ``phone.py`` as ``unshare --user --map-root-user --net python -m provisioner.rehearsal.world FOLDER LISTENER
ALIVE``. The listener is a socket of the host's network, made before; what connects to it is handed on, byte for byte,
to port 8022 of the network in here. When the other end of the pipe ALIVE closes, the world ends, and the phone with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from provisioner.rehearsal import mirror
from provisioner.rehearsal.packages import APP, PREFIX, UID

LENT = {"/usr/bin": "/debian/bin", "/usr/sbin": "/debian/sbin", "/usr/lib": "/usr/lib", "/usr/lib64": "/lib64",
        "/usr/share": "/usr/share", "/usr/include": "/usr/include"}  # fmt: skip


def phone_command(folder: Path, status: int) -> list[str]:
    """The words that start the phone: bubblewrap, a root with only what Android has, and its first process."""
    state = json.loads((folder / "world.json").read_text())
    phone = folder / "phone"
    words = ["--unshare-user", "--uid", str(UID), "--gid", str(UID), "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    words += ["--hostname", "localhost", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    words += ["--json-status-fd", str(status)]
    for host, here in LENT.items():
        words += ["--ro-bind-try", host, here]
    words += ["--symlink", "usr/lib", "/lib", "--ro-bind-try", "/usr/bin/sqv", "/usr/bin/sqv"]  # apt 3 calls it there
    words += [*_locale(), "--ro-bind", str(Path(state["cache"], "zsh")), "/usr/share/zsh"]
    for name in ("lib", "share", "include"):  # programs that look for their parts beside themselves, as gcc
        words += ["--symlink", f"/usr/{name}", f"/debian/{name}"]
    words += ["--ro-bind", state["goroot"], "/debian/goroot"]
    for part in sorted(path for path in Path(state["cache"], "go").glob("*")):
        words += ["--ro-bind", str(part), f"/debian/goroot/{part.name}"]
    words += ["--proc", "/proc", "--dev", "/dev", "--bind", str(phone / "data"), "/data"]
    words += ["--ro-bind", str(phone / "system"), "/system", "--bind", str(phone / "storage"), "/storage/emulated"]
    words += ["--bind", str(phone / "stand-in"), "/stand-in"]
    for place, size in state["small"].items():
        words += ["--perms", "0700", "--size", str(size), "--tmpfs", place]
    for target, link in (("/system/bin", "/bin"), ("/system/etc", "/etc"), ("/storage/emulated/0", "/sdcard")):
        words += ["--symlink", target, link]
    words += ["--chmod", "0311", "/", "--chdir", f"{APP}/files/home"]
    for variable, value in state["environment"].items():
        words += ["--setenv", variable, value]
    sshd = f"{PREFIX}/bin/sshd"
    first = (
        f"umask 077; [ ! -x {sshd} ] || {sshd} -E /stand-in/sshd.log; : >/stand-in/up; exec {PREFIX}/bin/sleep infinity"
    )
    return ["bwrap", *words, "/system/bin/sh", "-c", first]


def _locale() -> Iterator[str]:
    """en_US.UTF-8 is there, as Termux has UTF-8 only: it is the C.UTF-8 of the host under another name."""
    c_utf8 = next((path for path in Path("/usr/lib/locale").glob("C.[uU][tT][fF]*8")), None)
    if c_utf8:
        yield from ("--tmpfs", "/usr/lib/locale", "--ro-bind", str(c_utf8), "/usr/lib/locale/C.utf8")
        yield from ("--symlink", "C.utf8", "/usr/lib/locale/en_US.utf8")


def raise_loopback() -> None:
    """127.0.0.1 of this network begins to work."""
    up, running, flags_of, set_flags = 0x1, 0x40, 0x8913, 0x8914
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.unpack("16sh", fcntl.ioctl(control, flags_of, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(control, set_flags, struct.pack("16sh", b"lo", flags | up | running))


# ---- the way in ----------------------------------------------------------------------------------------------------


def relay(listener: socket.socket) -> None:
    """Hands every connection on to the phone's sshd, for ever."""
    while True:
        outside, _ = listener.accept()
        try:
            inside = socket.create_connection(("127.0.0.1", 8022), timeout=5)
            inside.settimeout(None)
            for end in (outside, inside):  # before any pump: that of a connection which is reset closes both
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError:  # no sshd: a real phone refuses, all that can be done here is to reset
            _reset(outside)
            continue
        for one, other in ((outside, inside), (inside, outside)):
            threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Copies until the source ends, then ends the target in the same way: half-closed, or reset."""
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        _reset(source)
        _reset(target)


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


# ---- life ----------------------------------------------------------------------------------------------------------


def main(folder: Path, listener: int, alive: int) -> None:
    """Plays the world until it is told to stop."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command that started us
    raise_loopback()
    state = json.loads((folder / "world.json").read_text())
    mirror.serve(folder, Path(state["cache"]), {url: Path(path) for url, path in state["files"].items()})
    readable, writable = os.pipe()
    phone = subprocess.Popen(phone_command(folder, writable), pass_fds=[writable], stdin=subprocess.DEVNULL)
    os.close(writable)
    child = 0
    try:
        with os.fdopen(readable) as status:
            child = json.loads(status.readline() or "{}").get("child-pid", 0)
        if not child:
            raise SystemExit("bwrap did not start the phone")
        threading.Thread(target=relay, args=(socket.socket(fileno=listener),), daemon=True).start()
        ready = folder / "ready.new"
        ready.write_text(json.dumps({"world": os.getpid(), "phone": child, "port": state["port"]}))
        ready.rename(folder / "ready.json")
        threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
        phone.wait()
    finally:
        if child and phone.poll() is None:
            os.kill(
                child, signal.SIGKILL
            )  # the first process of the phone: all others go with it, and bwrap sees it off
        else:
            phone.kill()
        phone.wait()


def _end_with(alive: int) -> None:
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
