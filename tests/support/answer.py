"""``python -m tests.support.answer y WORDS...``: the program at a terminal, its first question answered."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.terminal import Terminal

if __name__ == "__main__":
    at = Terminal(sys.argv[2:], Path.cwd(), os.environ)
    at.expect("[y/N] ", 60)
    at.type(f"{sys.argv[1]}\r")
    code = at.ended(90)
    print(at.seen)
    sys.exit(code)
