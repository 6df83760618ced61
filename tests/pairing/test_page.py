"""The page for the phone's browser, in a real Chromium: what it shows, what it copies, what it never sends."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.adb_server import relay
from tests.support.browser import CONTROL, Browser, browser


class Wire:
    """A port before another one, that keeps what is sent to it."""

    def __init__(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.sent = b""
        threading.Thread(target=self._accept, args=(port,), daemon=True).start()

    def _accept(self, port: int) -> None:
        try:
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client, port), daemon=True).start()
        except OSError:
            pass

    def _serve(self, client: socket.socket, port: int) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as server:
            client.settimeout(5)
            data = client.recv(1 << 16)
            self.sent += data
            server.sendall(data)
            relay(client, server)

    def close(self) -> None:
        self._listener.close()


class Pairing:
    """The real program with ``--page``, and what it printed."""

    def __init__(self, config: Path) -> None:
        env = {**os.environ, "HELLO_TERMUX_CONFIG_DIR": str(config)}
        words = ["pair", "--page", "--address", "127.0.0.1", "--minutes", "2"]
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "provisioner", *words], env=env, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr
        self.said = ""
        while "#" not in self.said:
            self.said += self.process.stderr.readline()
        self.line = next(line for line in self.said.splitlines() if line.startswith(" curl"))
        self.url = re.findall(r"http://\S+", self.said)[0]

    @property
    def secret(self) -> str:
        return self.line.partition("T=")[2].split()[0]


@pytest.fixture(scope="module")
def pairing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairing]:
    made = Pairing(tmp_path_factory.mktemp("config"))
    yield made
    made.process.kill()
    made.process.wait()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser("en-US") as opened:
        yield opened


def value(page: Browser) -> str:
    return str(page.run("return document.getElementById('line').value"))


@pytest.mark.parametrize("clipboard", ["as on 127.0.0.1", "kept from unencrypted pages, as in a Wi-Fi"])
def test_it_shows_the_line_of_the_laptops_screen_and_copies_it(
    pairing: Pairing, chromium: Browser, clipboard: str
) -> None:
    chromium.open("about:blank")
    chromium.open(pairing.url)
    assert value(chromium) == pairing.line
    if "kept" in clipboard:
        chromium.run("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    chromium.click("#copy")
    deadline = time.monotonic() + 10
    while chromium.run("return document.getElementById('copied').textContent") != "copied":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    chromium.run("document.body.insertAdjacentHTML('beforeend', '<textarea id=termux></textarea>')")
    chromium.type("#termux", f"{CONTROL}v")
    assert chromium.run("return document.getElementById('termux').value") == pairing.line


def test_the_secret_is_never_sent_and_not_left_in_the_address(pairing: Pairing, chromium: Browser) -> None:
    wire = Wire(int(pairing.line.split()[3].partition("/")[0].rpartition(":")[2]))
    chromium.open(re.sub(r":\d+/", f":{wire.port}/", pairing.url))
    assert pairing.secret in value(chromium)
    assert chromium.url == f"http://127.0.0.1:{wire.port}/p"
    chromium.click("div.en a[href='/s']")
    assert "Opens this phone" in str(chromium.run("return document.body.textContent"))
    wire.close()
    assert b"GET /p HTTP/1.1" in wire.sent and b"GET /s HTTP/1.1" in wire.sent
    assert pairing.secret.encode() not in wire.sent


def test_it_needs_nothing_from_anywhere_else(pairing: Pairing, chromium: Browser) -> None:
    chromium.open(pairing.url)
    names = chromium.run("return performance.getEntriesByType('resource').map(each => each.name)")
    assert [name for name in names if "favicon" not in name] == []


@pytest.mark.parametrize("fragment", ["", "#", "#x", "#<img src=x onerror=alert(1)>", "#" + "a" * 22 + ".zz"])
def test_without_a_whole_secret_there_is_no_line(pairing: Pairing, chromium: Browser, fragment: str) -> None:
    chromium.open("about:blank")
    chromium.open(pairing.url.partition("#")[0] + fragment)
    assert value(chromium) == "Scan the code on the laptop again."
    assert chromium.run("return document.getElementById('copy').disabled") is True


def test_it_speaks_chinese_to_those_who_read_it_and_changes_at_a_tap(pairing: Pairing) -> None:
    with browser("zh-CN") as chromium:
        chromium.open(pairing.url)
        assert "配对这部手机" in chromium.run("return document.body.innerText")
        assert "Pair this phone" not in chromium.run("return document.body.innerText")
        chromium.click("#language")
        assert "Pair this phone" in chromium.run("return document.body.innerText")
        assert "Not from Google Play" in chromium.run("return document.body.innerText")


def test_it_fits_a_phone(pairing: Pairing, chromium: Browser) -> None:
    chromium.open(pairing.url)
    assert chromium.run("return document.documentElement.scrollWidth <= window.innerWidth")


def test_without_page_there_is_no_page(tmp_path: Path) -> None:
    from provisioner.pairing.key import OwnKey
    from provisioner.pairing.meeting import Meeting, Wishes

    key = OwnKey(tmp_path, "ssh-ed25519", "AAAA", "x")
    meeting = Meeting("127.0.0.1", key, Wishes(language="en"))
    try:
        assert meeting.code == meeting.line
    finally:
        meeting.close()
