"""A code for a phone's camera, drawn with half blocks, and the words beside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import zip_longest

from provisioner.views.screen import Screen

MARGIN = 2
"""Modules of quiet around it: the standard asks for 4, cameras are content with 2, and so it fits 80 by 24."""

_BLOCKS = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
"""Upper and lower module, dark or not. What is drawn is the light: terminals are dark."""


def code(text: str) -> list[str]:
    """The QR code of ``text``, two modules a character high; smallest version, lowest level of repair."""
    import segno

    rows = [
        list(map(bool, row))
        for row in segno.make(text, error="l", micro=False, boost_error=False).matrix_iter(border=MARGIN)
    ]
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=[False] * len(rows[0]))
    return ["".join(_BLOCKS[dark] for dark in zip(upper, lower, strict=True)) for upper, lower in pairs]


def invitation(text: str, beside: Sequence[str], screen: Screen, height: int) -> list[str]:
    """The code with words beside it if there is room; no code where it cannot be seen whole or drawn."""
    if not can_draw(screen):
        return []
    drawn = code(text)
    if len(drawn[0]) > screen.width or len(drawn) >= height:
        return []
    words = beside if screen.width - len(drawn[0]) >= 35 else ()
    colour = "\x1b[97;40m" if screen.color else ""  # on a light terminal it would be inside out, which not all read
    end = "\x1b[0m" if screen.color else ""
    pairs = zip_longest(drawn, ["", *words], fillvalue="")
    return [f"{colour}{row}{end}{'  ' + said if said else ''}" for row, said in pairs]


def height_of(screen: Screen) -> int:
    """Lines of the terminal; 24 where nobody says."""
    try:
        return os.get_terminal_size(screen.stream.fileno()).lines or 24
    except (OSError, ValueError):
        return 24


def can_draw(screen: Screen) -> bool:
    """Whether somebody looks at it, and it has the blocks that a code is made of."""
    if not screen.terminal:
        return False
    try:
        "▄▀█".encode(screen.encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
