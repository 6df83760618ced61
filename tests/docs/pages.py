"""The pages that people read, and what stands in them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
ENGLISH, CHINESE = TOP / "README.md", TOP / "README.zh-CN.md"
PAGES = (ENGLISH, CHINESE, *sorted((TOP / "docs").glob("*.md")))


class Code(NamedTuple):
    """A fenced block: its language and its text."""

    language: str
    text: str


def name(path: Path) -> str:
    return str(path.relative_to(TOP))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(page: Path, language: str | None = None) -> list[Code]:
    """Indented fences too, as in a list."""
    found = []
    for space, word, text in re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", read(page), re.MULTILINE | re.DOTALL):
        found.append(Code(word, re.sub(rf"^{space}", "", text, flags=re.MULTILINE)))
    return [code for code in found if language in (None, code.language)]


def without_code(page: Path) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", read(page), flags=re.MULTILINE | re.DOTALL)


def headings(page: Path) -> list[int]:
    """The level of each heading."""
    return [len(signs) for signs in re.findall(r"^(#+) ", without_code(page), re.MULTILINE)]


def links(page: Path) -> list[str]:
    """Where links and pictures lead that are no web addresses."""
    found = re.findall(r"\]\(([^)\s]+)\)", without_code(page))
    return [link for link in found if "://" not in link and not link.startswith("#")]


def commands(page: Path) -> list[list[str]]:
    """What stands behind ``hello-termux``, in blocks of shell and in running text."""
    lines = [line for code in blocks(page) if code.language in ("sh", "console") for line in code.text.splitlines()]
    lines += re.findall(r"`(hello-termux [^`]+)`", without_code(page))
    found = []
    for line in lines:
        for part in re.split(r"&&|;|\|", line.removeprefix("$ ")):
            words = shlex.split(part, comments=True)
            if words and words[0] == "hello-termux":
                found.append(words[1 : words.index(">")] if ">" in words else words[1:])
    return found
