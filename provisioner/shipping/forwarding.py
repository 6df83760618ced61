"""A port of this computer that leads to one on the phone, through the connection."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

from provisioner.errors import ConnectError, UsageError
from provisioner.transport.base import Transport, Tunnel

PATIENCE = 5.0
"""Seconds for which a visitor waits until something listens on the phone: a program takes a moment to start."""


class Forward:
    """Listens on 127.0.0.1 while it is open; each visitor gets a tunnel of his own."""

    def __init__(self, transport: Transport, port: int, local: int) -> None:
        """``local`` 0 takes a free port. Raises UsageError if it cannot be had."""
        self._transport = transport
        self._remote = port
        try:
            self._listener = socket.create_server(("127.0.0.1", local))
        except OSError as error:
            raise UsageError(
                f"port {local} of this computer cannot be used: {error.strerror}",
                hint="--forward 8080:PORT takes another",
            ) from None
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                visitor, _ = self._listener.accept()
                threading.Thread(target=self._visit, args=(visitor,), daemon=True).start()

    def _visit(self, visitor: socket.socket) -> None:
        with visitor:
            try:
                tunnel = self._tunnel()
            except ConnectError:
                return
            back = threading.Thread(target=_copy, args=(tunnel, visitor), daemon=True)
            back.start()
            _copy(visitor, tunnel)
            back.join()
            tunnel.close()

    def _tunnel(self) -> Tunnel:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._transport.tunnel(self._remote)
            except ConnectError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def close(self) -> None:
        """Take no more visitors."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _copy(source: Tunnel, target: Tunnel) -> None:
    """Until the source ends; then the target is told so."""
    with contextlib.suppress(OSError, EOFError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError, EOFError):
        target.shutdown(socket.SHUT_WR)
