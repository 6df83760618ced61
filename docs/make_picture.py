"""Makes docs/rehearse.svg: `hello-termux rehearse` is run on a terminal of 80 columns, and what stands on it at the end
is drawn as it stands there, from the end of the first plan on. Nothing is written by hand.

    python docs/make_picture.py          # a rehearsal with a stand-in phone of its own, as make rehearse needs it
    python docs/make_picture.py FILE     # draws what a terminal was sent, as script(1) keeps it
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).parent / "rehearse.svg"
TITLE = "hello-termux rehearse"
COLUMNS, ROWS = 80, 24
FIRST = "termux_properties:keyboard"
"""The change that the picture begins with: the last ones of the plan, then everything."""

THEME = TerminalTheme(
    (13, 17, 23),
    (201, 209, 217),
    [
        (72, 79, 88),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
)

# The form of rich's pictures without the fonts that it fetches from elsewhere: a picture must not phone home.
FORM = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-ligatures: none; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def record() -> str:
    """What the program sends to a terminal during a whole rehearsal. Raises SystemExit if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(folder)
            os.environ |= {"TERM": "xterm-256color", "XDG_STATE_HOME": folder, "LC_ALL": "C.UTF-8"}
            for name in ("NO_COLOR", "COLUMNS"):
                os.environ.pop(name, None)
            os.execv(sys.executable, [sys.executable, "-m", "provisioner", "rehearse", "go-dev"])  # noqa: S606
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        sent = b"".join(_read(terminal))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    text = sent.decode()
    if code:
        raise SystemExit(f"the rehearsal ended with {code}; no picture was made\n{text[-2000:]}")
    return text


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            return
        if not data:
            return
        yield data


def screen(sent: str) -> list[str]:
    """The lines that stand on an endless terminal after all this, with their colours; what was wiped is not there."""
    lines, row = [""], 0
    for piece in re.findall(r"\x1b\[\??[\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", sent):
        if piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif up := re.fullmatch(r"\x1b\[(\d*)A", piece):
            row = max(0, row - int(up[1] or 1))
        elif piece == "\r" or re.fullmatch(r"\x1b\[\?\d+[hl]", piece):
            pass  # progress is wiped before it is drawn again; the cursor is not in the picture
        else:
            lines[row] += piece
    return lines


def draw(sent: str) -> str:
    """The picture of the last lines of ``sent``, wrapped where the terminal wraps."""
    lines = [Text.from_ansi(line) for line in screen(sent)]
    first = next(number for number, line in enumerate(lines) if FIRST in line.plain)
    while not lines[-1].plain.strip():
        lines.pop()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, file=nowhere, width=COLUMNS, force_terminal=True, color_system="truecolor")
        for line in lines[first:]:
            for part in line.divide(range(COLUMNS, len(line.plain), COLUMNS)):
                console.print(part, highlight=False, no_wrap=True)
        made = console.export_svg(title=TITLE, theme=THEME, code_format=FORM, unique_id="t")
    return "\n".join(line.rstrip() for line in made.split("\n"))


def main(words: list[str]) -> None:
    sent = Path(words[0]).read_text(encoding="utf-8", newline="") if words else record()
    PICTURE.write_text(draw(sent), encoding="utf-8")
    sys.stdout.write(f"{PICTURE} is made\n")


if __name__ == "__main__":
    main(sys.argv[1:])
