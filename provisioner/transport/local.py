"""A "phone" in a folder of this machine: ``sh -s`` with a PREFIX and HOME of one's choice, to test device scripts."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from provisioner.errors import ConnectError, ConnectionLost
from provisioner.transport.base import Cost, Tunnel

_CHUNK = 1 << 20


class LocalTransport:
    """Runs ``sh -s`` as a child (``base.Transport``). A turn is a send after a receive, as on a wire.

    Its environment holds PREFIX, HOME, PATH, TMPDIR and LANG, and ``env``; nothing of the caller's own. ``path`` is
    searched behind ``PREFIX/bin``.
    """

    def __init__(
        self,
        prefix: Path,
        home: Path,
        *,
        sh: str = "/bin/sh",
        path: str = "/usr/local/bin:/usr/bin:/bin",
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._sh = sh
        self._home = home
        self._env = {
            "PREFIX": str(prefix),
            "HOME": str(home),
            "PATH": f"{prefix}/bin:{path}",
            "TMPDIR": str(prefix / "tmp"),
            "LANG": "en_US.UTF-8",
            **(env or {}),
        }
        self._cost = Cost(connections=1)
        self._shells: list[LocalShell] = []

    @property
    def cost(self) -> Cost:
        return self._cost

    @property
    def device(self) -> str:
        return "local"

    @property
    def server(self) -> str:
        return "local"

    @property
    def login_key(self) -> str:
        return ""

    def shell(self) -> LocalShell:
        """Start one shell. Raises ConnectError if there is no sh."""
        self._cost.execs += 1
        try:
            shell = LocalShell([self._sh, "-s"], self._env, self._home, self._cost)
        except OSError as error:
            raise ConnectError(f"{self._sh} cannot be started: {error.strerror}") from None
        self._shells.append(shell)
        return shell

    def tunnel(self, port: int, host: str = "127.0.0.1") -> Tunnel:
        """A TCP connection. Raises ConnectError when nothing listens there."""
        try:
            return socket.create_connection((host, port), timeout=15)
        except OSError as error:
            raise ConnectError(f"nothing listens on {host}:{port}: {error.strerror}") from None

    def prove_login(self, port: int | None = None, timeout: float = 15) -> None:
        """There is nothing to log in to; with a ``port``, something must listen there. Raises ConnectError."""
        if port is not None:
            self.tunnel(port).close()

    def close(self) -> None:
        """End the shells, as a phone's sshd does: they get SIGHUP; what they started in sessions of its own lives."""
        for shell in self._shells:
            shell.close()

    def __enter__(self) -> LocalTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class LocalShell:
    """A child ``sh -s`` (``base.Shell``). What it writes while we send is kept, so that neither side blocks."""

    def __init__(self, command: list[str], env: Mapping[str, str], home: Path, cost: Cost) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=home,
            start_new_session=True,
            bufsize=0,
        )
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101 - Popen's promise
        self._in = self._process.stdin.fileno()
        self._out = self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._cost = cost
        self._heard = True
        self._kept = b""
        self._ended = self._closed = False

    def send(self, data: bytes) -> None:
        """Put ``data`` on standard input. Raises ConnectionLost once closed; a shell that has ended takes nothing."""
        if self._closed:
            raise ConnectionLost("the local shell was closed")
        if self._heard:
            self._heard = False
            self._cost.turns += 1
        rest = memoryview(data)
        while rest:
            readable, writable, _ = select.select([] if self._ended else [self._out], [self._in], [])
            if readable:
                self._kept += self._read()
            if writable:
                try:
                    count = os.write(self._in, rest[:_CHUNK])
                except BlockingIOError:
                    continue
                except BrokenPipeError:
                    return
                self._cost.sent += count
                rest = rest[count:]

    def receive(self, timeout: float) -> bytes:
        """The next output; ``b""`` once the shell has ended. Raises TimeoutError."""
        if self._kept:
            kept, self._kept = self._kept, b""
            return kept
        if self._ended:
            return b""
        if self._closed:
            raise ConnectionLost("the local shell was closed")
        if not select.select([self._out], [], [], timeout)[0]:
            raise TimeoutError(f"no output for {timeout:g} s")
        return self._read()

    def _read(self) -> bytes:
        data = os.read(self._out, _CHUNK)
        self._ended = not data
        self._heard = self._heard or bool(data)
        self._cost.received += len(data)
        return data

    def close(self) -> None:
        """End the shell; never raises. Waits a moment for it to go, so that no test leaves a process behind."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGHUP)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        deadline = time.monotonic() + 1
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
