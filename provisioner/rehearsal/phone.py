"""Starting, reaching and stopping a stand-in phone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import platformdirs

from provisioner.rehearsal import faults, host, twins, userland
from provisioner.rehearsal.host import RehearsalError
from provisioner.rehearsal.packages import APP, PREFIX
from provisioner.rehearsal.userland import Options

DEFAULT = Options()
PATIENCE = 15.0  # seconds for a phone to start; it takes less than one


@dataclass(slots=True)
class StandInPhone:
    """A phone that runs. As a context manager it stops at the end."""

    folder: Path
    address: str
    port: int
    world: int  # process ids, as the host sees them
    phone: int
    environment: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _alive: int = field(default=-1, repr=False)

    @staticmethod
    def default_folder() -> Path:
        """Where the phone lives that ``-H rehearsal`` means."""
        return Path(platformdirs.user_state_path("hello-termux")) / "rehearsal"

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        port: int = 0,
        options: Options = DEFAULT,
        keep: bool = False,
        saved: Path | None = None,
    ) -> Self:
        """A fresh phone in ``folder``, reached by ssh on 127.0.0.1; one that ran there is stopped, its files go.

        Port 0 takes a free one. The phone ends with this process, unless ``keep``. ``saved``: what ``save`` has put
        there, of a phone with the same options; the new one is its twin.
        """
        cache = userland.shared(options)
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with userland.locked(folder / "lock"):
            if running := cls.running(folder):
                running.stop()
            if saved is None:
                userland.fresh(folder, cache, options)
            else:
                twins.restore(saved, folder)
            with _listener(port) as listener:
                state = {"cache": str(cache), "goroot": str(host.goroot()), "port": listener.getsockname()[1],
                         "environment": {**options.environment(), "HOME": str(userland.HOME)},
                         "small": {str(path): size for path, size in options.small.items()},
                         "files": {url: str(path.resolve()) for url, path in options.files.items()}}  # fmt: skip
                (folder / "world.json").write_text(json.dumps(state))
                return cls._start(folder, listener, keep)

    @classmethod
    def _start(cls, folder: Path, listener: socket.socket, keep: bool) -> Self:
        state = json.loads((folder / "world.json").read_text())
        awaited = [folder / "ready.json", folder / "phone/stand-in/up"]
        if (folder / f"phone{PREFIX}/bin/sshd").is_file():
            awaited.append(folder / f"phone{PREFIX}/var/run/sshd.pid")
        for old in awaited:
            old.unlink(missing_ok=True)
        reading, writing = os.pipe()
        module = [
            sys.executable,
            "-m",
            "provisioner.rehearsal.world",
            str(folder),
            str(listener.fileno()),
            str(reading),
        ]
        with (folder / "log/world").open("wb") as log:
            process = subprocess.Popen(
                ["unshare", "--user", "--map-root-user", "--net", *module],
                pass_fds=[listener.fileno(), reading, *([writing] if keep else [])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )  # fmt: skip
        os.close(reading)
        deadline = time.monotonic() + PATIENCE
        while not all(file.is_file() for file in awaited):
            if process.poll() is not None or time.monotonic() > deadline:
                os.close(writing)
                process.kill()
                process.wait()
                raise RehearsalError(_why_not(folder))
            time.sleep(0.01)
        ready = json.loads((folder / "ready.json").read_text())
        if keep:
            os.close(writing)
            writing = -1
        place = ("127.0.0.1", ready["port"])
        return cls(folder, *place, ready["world"], ready["phone"], state["environment"], process, writing)

    @classmethod
    def running(cls, folder: Path) -> Self | None:
        """The phone that runs in ``folder``, whoever started it."""
        folder = folder.resolve()
        try:
            ready = json.loads((folder / "ready.json").read_text())
            state = json.loads((folder / "world.json").read_text())
        except (OSError, ValueError):
            return None
        if not _is_ours(ready["world"], folder):
            return None
        return cls(folder, "127.0.0.1", ready["port"], ready["world"], ready["phone"], state["environment"])

    @property
    def identity(self) -> Path:
        """A private key that opens the phone."""
        return self.folder / "id_ed25519"

    @property
    def prefix(self) -> Path:
        """The phone's $PREFIX, as the host sees it."""
        return self.folder / f"phone{PREFIX}"

    @property
    def home(self) -> Path:
        """The phone's $HOME, as the host sees it."""
        return self.folder / f"phone{APP}/files/home"

    @property
    def host_key(self) -> str:
        """The public key that its sshd shows: ``ssh-ed25519 AAAA...``."""
        public = (self.prefix / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
        return " ".join(public.split()[:2])

    @property
    def ssh(self) -> list[str]:
        """The words of an OpenSSH client that reach it; a command may follow."""
        return host.ssh_words(self.address, self.port, self.identity)

    def inside(self, *argv: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a command inside as the user, not over ssh: to look, or to break something."""
        command = self.words_inside(*argv)
        return subprocess.run(command, input=input, capture_output=True, text=True, check=False, umask=0o077)

    def words_inside(self, *argv: str) -> list[str]:
        """The command of the host's that runs ``argv`` inside."""
        into = ["nsenter", "--preserve-credentials", "-t"]
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        return [*into, str(self.world), "-U", "-n", *into, str(self.phone), "-U", "-m", "-p", "-i", "-u",
                "/debian/bin/env", "-i", "-C", str(userland.HOME), *variables, *argv]  # fmt: skip

    def access_log(self) -> list[str]:
        """What the phone has asked the world for: ``https HOST GET PATH 200`` a request."""
        return (self.folder / "log/access").read_text().splitlines()

    def asked_of_android(self) -> list[str]:
        """What programs have asked the app for, by ``am``."""
        return (self.folder / "phone/stand-in/am.log").read_text().splitlines()

    def resolve(self, *names: str) -> None:
        """From now on these host names resolve on the phone, and no others; none: no network."""
        userland.resolve(self.folder / "phone/system", list(names))

    def misbehave(self, host: str, kind: faults.Kind, path: str = "") -> None:
        """From now on this host does so for paths that match, until ``behave``. Several may be told."""
        path = path or (r"\.deb$" if kind in faults.BODIES else "")
        if kind == "certificate":
            userland.strange_certificate(self.folder)
        if kind == "nameless":
            self.resolve(*(name for name in userland.resolved(self.folder / "phone/system") if name != host))
        faults.write(self.folder, [*faults.read(self.folder), faults.Fault(host, kind, path)])

    def behave(self) -> None:
        """Every host answers as it should again."""
        known = faults.read(self.folder)
        names = [fault.host for fault in known if fault.kind == "nameless"]
        if names:
            self.resolve(*userland.resolved(self.folder / "phone/system"), *names)
        faults.write(self.folder, [])

    def save(self, to: Path) -> None:
        """Puts a copy of the phone's files into the folder ``to``, for ``start`` to make a twin of."""
        twins.save(self.folder, to)

    def reboot(self) -> Self:
        """The phone after a restart of Android: no process is left, Termux has emptied its temporary folder, sshd runs
        again (as by Termux:Boot), at the same port. ``self`` is not to be used any more. It ends with this process."""
        self.stop()
        with _listener(self.port) as listener:
            twins.empty(self.prefix / "tmp")
            return self._start(self.folder, listener, keep=False)

    def stop(self) -> None:
        """Ends every process of the phone; its files stay until the next start."""
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if _is_ours(self.world, self.folder):
                os.kill(self.world, sign)
            if self._gone():
                break
        (self.folder / "ready.json").unlink(missing_ok=True)

    def _gone(self) -> bool:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if self._process:
                self._process.poll()
            if not _lives(self.world) and not _lives(self.phone):  # then its port is free, too
                return True
            time.sleep(0.01)
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _listener(port: int) -> socket.socket:
    """A socket of the host's that listens. Raises RehearsalError."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise RehearsalError(f"port {port} of 127.0.0.1 cannot be used: {error.strerror}") from error
    listener.listen(128)
    return listener


def _lives(pid: int) -> bool:
    """Whether the process has not ended, with all its threads; one that only waits to be noticed by its parent has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX" or len(os.listdir(f"/proc/{pid}/task")) > 1  # noqa: PTH208 - a path object is no help
    except OSError:
        return False


def _is_ours(pid: int, folder: Path) -> bool:
    """Whether the process is the world of this folder (a process id may have gone to another)."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"provisioner.rehearsal.world" in words and str(folder).encode() in words


def _why_not(folder: Path) -> str:
    """The sentence for a phone that did not start."""
    log = (folder / "log/world").read_text(errors="replace").strip()
    last = log.splitlines()[-1] if log else "it did not answer in time"
    if not any(word in log for word in ("not permitted", "Permission denied", "No space left")):
        logs = f"{folder / 'log/world'}, {folder / 'phone/stand-in/sshd.log'}"
        return f"the stand-in phone did not start: {last} (see {logs})"
    forbidden = "this computer forbids user namespaces, which the stand-in phone needs"
    remedies = {
        "kernel/apparmor_restrict_unprivileged_userns": ("1", "kernel.apparmor_restrict_unprivileged_userns=0"),
        "kernel/unprivileged_userns_clone": ("0", "kernel.unprivileged_userns_clone=1"),
        "user/max_user_namespaces": ("0", "user.max_user_namespaces=10000"),
    }
    for name, (bad, remedy) in remedies.items():
        setting = Path("/proc/sys") / name
        if setting.is_file() and setting.read_text().strip() == bad:
            return f"{forbidden} ({last}); allow them with: sudo sysctl -w {remedy}"
    return f"{forbidden}: {last} (a container must be --privileged; instead of chroot take systemd-nspawn)"


def ssh_to(phone: StandInPhone, *command: str) -> int:
    """Becomes the OpenSSH client."""
    if not shutil.which("ssh"):
        raise host.ProgramsMissing(["openssh-client"])
    return subprocess.call([*phone.ssh, *command])
