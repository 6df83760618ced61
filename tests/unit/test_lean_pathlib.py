"""pathlib without ``urllib.parse`` does all that it did, and nobody else meets the stand-in."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from provisioner import lean_pathlib
lean_pathlib.prepare()
print("urllib.parse" in sys.modules)
from pathlib import PurePosixPath
print(PurePosixPath("/a b").as_uri())
import urllib.parse
print(urllib.parse.urlsplit("https://host/x").hostname, urllib.parse.quote("a b"))
lean_pathlib.prepare()
print(PurePosixPath("/a b").as_uri(), type(urllib.parse).__name__)
"""
GREEDY = """
import sys
from types import ModuleType
from provisioner import lean_pathlib
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "pathlib":
            from urllib.parse import quote_from_bytes, quote
            print(quote("a b"))
sys.meta_path.insert(0, Finder())
lean_pathlib.prepare()
import urllib.parse
print(type(urllib.parse).__name__)
"""


def said(script: str) -> list[str]:
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    return ended.stdout.splitlines()


def test_it_is_pathlib_all_the_same() -> None:
    assert said(SCRIPT) == ["False", "file:///a%20b", "host a%20b", "file:///a%20b module"]


def test_a_pathlib_that_takes_more_gets_it() -> None:
    assert said(GREEDY) == ["a%20b", "module"]
