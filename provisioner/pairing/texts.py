"""What a person reads on the phone and beside the code, in two languages."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("en", "zh")


def in_language(script: str, language: str) -> str:
    """The phone's script with its sentences in that language; English is what they are written in."""
    if language == "en":
        return script
    for pair in (Path(__file__).parent / f"phone.{language}.txt").read_text("utf-8").strip().split("\n\n"):
        english, other = pair.split("\n")
        script = script.replace(english, other)
    return script


STEPS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "On the phone:",
        "",
        "1 Open Termux.",
        "2 Scan this code with the",
        "  camera or Google Lens.",
        "3 Copy the text it shows.",
        "4 In Termux: press long,",
        "  Paste, Enter.",
        "",
        "No camera? Type the line",
        "above; the space before it",
        "counts for nothing.",
        "",
        'If it says only "no", what',
        "came was not what this",
        "computer sent: nothing ran.",
    ),
    "zh": (
        "在手机上：",
        "",
        "1 打开 Termux。",
        "2 用相机、微信或浏览器",
        "  扫这个码。",
        "3 复制显示的文字。",
        "4 在 Termux 里长按，",
        "  粘贴，回车。",
        "",
        "没有相机？照着上面那行",
        "输入，行首空格可省。",
        "",
        "如果只显示 no，说明收到的",
        "不是本机发出的内容，",
        "什么都没有运行。",
    ),
}
"""Beside the code that holds the line: at most 33 columns wide (a Chinese character takes two), 21 lines."""


PAGE_STEPS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "On the phone:",
        "",
        "1 Scan this code with the",
        "  camera: it opens a page.",
        "2 Copy the line there, and",
        "  paste it into Termux.",
        "3 Compare it with the one",
        "  above, then press Enter.",
    ),
    "zh": (
        "在手机上：",
        "",
        "1 用相机扫这个码，",
        "  会打开一个网页。",
        "2 复制那里的一行，",
        "  粘贴到 Termux。",
        "3 和上面的一行对照，",
        "  一样再按回车。",
    ),
}
"""Beside the code that leads to the page."""


def language(wanted: str = "") -> str:
    """``wanted``, else what the locale says: ``zh`` or ``en``."""
    if wanted:
        return wanted
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"
