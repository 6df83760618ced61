"""A real browser without a window: Chromium, driven by its chromedriver over WebDriver, which is JSON over HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # as the standard names a reference to an element
CONTROL = "\ue009"


class Browser:
    """One window."""

    def __init__(self, session: str) -> None:
        self._session = session

    def open(self, url: str) -> None:
        _call("POST", f"{self._session}/url", {"url": url})

    @property
    def url(self) -> str:
        return str(_call("GET", f"{self._session}/url"))

    def run(self, script: str) -> Any:
        """What the script, in the page, returns."""
        return _call("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def click(self, css: str) -> None:
        """As a finger does: the element must be there to be seen."""
        _call("POST", f"{self._find(css)}/click", {})

    def type(self, css: str, keys: str) -> None:
        _call("POST", f"{self._find(css)}/value", {"text": keys})

    def _find(self, css: str) -> str:
        found = _call("POST", f"{self._session}/element", {"using": "css selector", "value": css})
        return f"{self._session}/element/{found[_ELEMENT]}"


@contextmanager
def browser(language: str) -> Iterator[Browser]:
    """A window of a phone's size, of somebody who reads that language. Skips where there is no Chromium."""
    driver = shutil.which("chromedriver")
    if not driver:
        pytest.skip("chromedriver is not installed (apt install chromium-driver)")
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    session = ""
    try:
        assert process.stdout
        line = next(line for line in process.stdout if "successfully" in line)
        words = ["--headless=new", "--window-size=412,900", f"--accept-lang={language}", "--no-first-run"]
        if os.geteuid() == 0:
            words.append("--no-sandbox")
        base = f"http://127.0.0.1:{re.findall('[0-9]+', line)[-1]}/session"
        options = {"browserName": "chrome", "goog:chromeOptions": {"args": words}}
        made = _call("POST", base, {"capabilities": {"alwaysMatch": options}})
        session = f"{base}/{made['sessionId']}"
        yield Browser(session)
    finally:
        if session:
            _call("DELETE", session)
        process.terminate()
        process.wait(20)


def _call(method: str, url: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as answer:
        return json.load(answer)["value"]
