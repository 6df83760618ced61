"""A TCP proxy on loopback that makes the way long: every byte arrives ``delay`` seconds after it was sent.

It can also go silent (``hush``: bytes vanish, the connection stays), cut the wire (``cut``: resets both sides), or lose
one end of it (``halve``: the phone's side is reset and the laptop is not told); it can refuse new connections
(``refuse``) and hand on one byte at a time (``trickle``).
Usable by hand: ``python -m support.delay_proxy PORT MILLISECONDS`` in tests/ prints the port that it listens on.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import struct
import sys
import threading
import time
from types import TracebackType


class DelayProxy:
    """Forwards to ``port`` with ``delay`` seconds each way; ``rtt=0.06`` is 30 ms each way."""

    def __init__(self, port: int, rtt: float = 0.0, address: str = "127.0.0.1") -> None:
        self._address = address
        self._target = port
        self.delay = rtt / 2
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.open = 0
        """Connections that neither the client nor ``cut`` has ended."""
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self.turns = 0
        """How often a client spoke and was answered; its goodbye is no turn."""
        self.sent = 0
        """Bytes of the clients."""
        self._spoke: set[int] = set()
        self.trickle = False
        self._silent = False
        self._refusing = False
        self._lost: set[int] = set()
        self._cut_at: int | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> DelayProxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def hush(self) -> None:
        """From now on nothing passes, and nobody is told: the black hole that a phone out of range is."""
        self._silent = True
        self._lost.update(id(pair[0]) for pair in self._pairs)

    def halve(self) -> None:
        """Half-open: the phone has forgotten the connections, the laptop still believes in them."""
        self._lost.update(id(pair[0]) for pair in self._pairs)
        for _, server in self._pairs:
            _reset(server)

    def refuse(self) -> None:
        """From now on new connections are reset at once."""
        self._refusing = True

    def heal(self) -> None:
        """New connections pass again; those that fell silent stay so, as after a change of address."""
        self._silent = self._refusing = False

    def lead_to(self, port: int) -> None:
        """New connections reach another host."""
        self._target = port

    def cut_after(self, count: int) -> None:
        """Reset all connections once ``count`` more bytes of the client have passed."""
        self._cut_at = count

    def close(self) -> None:
        """Nobody answers here any more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone leaves one more accept waiting
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Reset all connections."""
        for pair in self._pairs:
            for sock in pair:
                _reset(sock)
        self._pairs.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                _reset(client)
                continue
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # TCP's own handshake takes a round trip, of which loopback has none: the client's first bytes have to wait for
        # it, and those of the server, which hears of the client later still, half of one more.
        try:
            server = socket.create_connection((self._address, self._target))
        except OSError:
            client.close()
            return
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.append((client, server))
        self.open += 1
        now = time.monotonic()
        key = id(client)
        for source, sink, wait in ((client, server, 2), (server, client, 3)):
            ready = now + self.delay * wait
            line: queue.Queue[tuple[float, bytes]] = queue.Queue()
            threading.Thread(target=self._hear, args=(source, line, ready, key), daemon=True).start()
            threading.Thread(target=self._speak, args=(sink, line, key), daemon=True).start()

    def _hear(self, source: socket.socket, line: queue.Queue[tuple[float, bytes]], ready: float, key: int) -> None:
        self._listen(source, line, ready, key)
        if id(source) == key:
            self.open -= 1

    def _listen(self, source: socket.socket, line: queue.Queue[tuple[float, bytes]], ready: float, key: int) -> None:
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            if data and id(source) == key:
                self.sent += len(data)
                self._spoke.add(key)
            if data and id(source) == key and self._cut_at is not None:  # the end of an earlier connection is no byte
                data, self._cut_at = data[: self._cut_at], self._cut_at - len(data)
                if self._cut_at <= 0:
                    self._cut_at = None
                    line.put((time.monotonic(), data))
                    time.sleep(0.05)
                    self.cut()
                    return
            if not self._silent and key not in self._lost:
                line.put((max(time.monotonic(), ready) + self.delay, data))
            if not data:
                return

    def _speak(self, sink: socket.socket, line: queue.Queue[tuple[float, bytes]], key: int) -> None:
        while True:
            due, data = line.get()
            time.sleep(max(0.0, due - time.monotonic()))
            if self._silent or key in self._lost:
                continue
            if data and id(sink) == key and key in self._spoke:
                self._spoke.discard(key)
                self.turns += 1
            try:
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                for piece in [data[n : n + 1] for n in range(len(data))] if self.trickle else [data]:
                    sink.sendall(piece)
            except OSError:
                return


def _reset(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RD)
    with contextlib.suppress(OSError):
        sock.close()


if __name__ == "__main__":
    proxy = DelayProxy(int(sys.argv[1]), float(sys.argv[2]) / 1000)
    print(proxy.port, flush=True)
    threading.Event().wait()
