"""The listener alone, on loopback: whoever comes with too much, too slowly or for something else."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from provisioner.errors import ConnectError, UsageError
from provisioner.pairing import http
from provisioner.pairing.claim import Claim
from provisioner.pairing.listener import Happening, Listener, Page
from provisioner.pairing.report import Report
from provisioner.pairing.token import mac

TOKEN, NONCE = "t" * 22, "n" * 32
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOx2ExRv3bbQ90jq6FRUjVBzz635B2DaRQkzgfN9Ux69"


class Open:
    """A listener that waits in a thread of its own."""

    def __init__(self, seconds: float = http.SECONDS) -> None:
        self.listener = Listener("127.0.0.1", seconds=seconds)
        self.happened: queue.Queue[Happening] = queue.Queue()
        self.ended: Report | ConnectError | None = None
        self.thread = threading.Thread(target=self._wait, daemon=True)
        self.thread.start()

    def _wait(self) -> None:
        claim = Claim(TOKEN, NONCE, time.monotonic())
        pages = {"/s": Page(b"echo hello\n")}
        try:
            self.ended = self.listener.wait(claim, pages, self.happened.put)
        except ConnectError as error:
            self.ended = error
        except OSError:  # the test has closed it
            pass

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.listener.port), 10)

    def ask(self, request: bytes) -> bytes:
        """The whole answer to a request."""
        with self.connect() as sock:
            with contextlib.suppress(OSError):
                sock.sendall(request)
            return everything(sock)

    def post(self, message: str, path: str = "/report") -> bytes:
        body = f"{mac(TOKEN, message.encode())}\n{message}".encode()
        return self.ask(f"POST {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def everything(sock: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := sock.recv(4096):
            data += piece
    return data


def message(kind: str = "report", nonce: str = NONCE, address: str = "127.0.0.1", **fields: str) -> str:
    said = {"nonce": nonce, "address": address, "host_key": KEY, "port": "8022", **fields}
    return f"hello-termux 1 {kind}\n" + "\n".join(f"{name}={value}" for name, value in said.items())


@pytest.fixture
def open_() -> Iterator[Open]:
    made = Open()
    yield made
    made.listener.close()


def pairs(open_: Open) -> None:
    """It still waits for the phone that was meant, and ends with it."""
    assert open_.post(message()).startswith(b"HTTP/1.1 200")
    open_.thread.join(10)
    assert isinstance(open_.ended, Report)
    with pytest.raises(OSError):
        open_.connect()


@pytest.mark.parametrize(
    "path", ["/", "/..", "/../../etc/passwd", "/s/", "/S", "/s?x", "/report/", "//s", "/.git/config", "http://x/s"]
)
def test_there_are_two_paths_and_no_others(open_: Open, path: str) -> None:
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"):
        assert b" 40" in open_.ask(f"{method} {path} HTTP/1.1\r\n\r\n".encode())[:14]
    assert open_.ask(b"GET /s HTTP/1.1\r\n\r\n").endswith(b"\r\n\r\necho hello\n")
    pairs(open_)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"x" * 100_000, b"431"),
        (b"GET /s HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n", b"431"),
        (b"POST /report HTTP/1.1\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000, b"413"),
        (b"POST /report HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", b"413"),
        (b"POST /report HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST /report HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400"),
        (b"SSH-2.0-x\r\n\r\n", b"400"),
    ],
)
def test_what_is_too_large_or_no_request_is_refused_and_counts_for_nothing(
    open_: Open, request_: bytes, status: bytes
) -> None:
    for _ in range(6):
        assert open_.ask(request_).startswith(b"HTTP/1.1 " + status)
    pairs(open_)


def test_a_slow_client_is_cut_off_and_the_next_is_served() -> None:
    open_ = Open(seconds=0.5)
    with open_.connect() as slow:
        slow.sendall(b"GET /s HT")
        assert everything(slow).startswith(b"HTTP/1.1 408")
    with open_.connect() as silent:
        assert everything(silent).startswith(b"HTTP/1.1 408")
    pairs(open_)


def test_a_second_client_waits_for_the_first(open_: Open) -> None:
    with open_.connect() as first, open_.connect() as second:
        second.sendall(b"GET /s HTTP/1.1\r\n\r\n")
        second.settimeout(0.3)
        with pytest.raises(TimeoutError):
            second.recv(1)
        first.sendall(b"GET /nothing HTTP/1.1\r\n\r\n")
        assert b" 404 " in everything(first)
        second.settimeout(10)
        assert everything(second).endswith(b"echo hello\n")
    pairs(open_)


def test_clients_that_come_and_go_hold_nothing_up(open_: Open) -> None:
    for _ in range(20):
        open_.connect().close()
    pairs(open_)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "8.8.8.8", "2001:4860:4860::8888", "172.32.0.1", "192.169.0.1"])
def test_it_is_never_on_an_address_that_the_world_can_reach(address: str) -> None:
    with pytest.raises(UsageError, match="nothing listens on"):
        Listener(address)


def test_what_is_no_address_of_this_computer_is_said() -> None:
    with pytest.raises(UsageError, match=r"nothing can listen on 192\.168\.255\.254"):
        Listener("192.168.255.254")
    with pytest.raises(UsageError, match="no IP address"):
        Listener("localhost")
