"""Small servers on loopback that are not what they should be."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Behaviour = Callable[[socket.socket], None]


def says(text: bytes) -> Behaviour:
    """Says something, and then nothing more."""

    def behave(sock: socket.socket) -> None:
        sock.sendall(text)
        while sock.recv(4096):
            pass

    return behave


def says_and_closes(text: bytes) -> Behaviour:
    return lambda sock: sock.sendall(text)


def silent(sock: socket.socket) -> None:
    """Takes the connection and never says a word, like a dozing phone."""
    while sock.recv(4096):
        pass


def resets(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def peer(behaviour: Behaviour) -> Iterator[int]:
    """The port of a server that treats everybody like this."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            behaviour(sock)

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
